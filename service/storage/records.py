"""Rows of `submission` to Submissions and back. Text is kept losslessly, whatever it holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final

import orjson

from models.comment import Clue, Evidence, read_comment, write_comment
from models.verdict import Cutoffs, Verdict
from service.domain.author import author_key
from service.domain.decision import Act, Outcome
from service.domain.hold import Hold
from service.domain.submission import Arrival, Kind, Scoring, Submission, content_hash

# The text of these Arrival fields is what we keep of a request beside its Comment.
_REQUEST: Final = {
    field.name: field.default for field in dataclasses.fields(Arrival) if field.name != "comment"
}


def write_text(value: object) -> str:
    """*value* as JSON text that both engines and UTF-8 can hold.

    JSON escapes NUL (which PostgreSQL refuses); lone surrogates, which UTF-8 cannot hold, make us
    escape everything outside ASCII.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def read_text(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What `write_text` wrote. Raises ValueError for anything else."""
    try:
        return orjson.loads(text)
    except ValueError:
        # It does not read the lone surrogates that we escape.
        return json.loads(text)


def plain(text: str, limit: int) -> str:
    """*text* fit for a plain column: at most *limit* characters, no NUL, no lone surrogate."""
    safe = text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()
    return safe[:limit]


def write_submission(new: Submission) -> dict[str, Any]:
    """The row of a new Submission."""
    arrival, scoring = new.arrival, new.scoring
    request = {
        name: value
        for name, default in _REQUEST.items()
        if (value := getattr(arrival, name)) != default
    }
    return {
        "guid": new.guid,
        "site_id": new.site_id,
        "kind": new.kind,
        "received_at": new.received_at,
        "content_hash": content_hash(arrival.comment),
        "comment": write_text(write_comment(arrival.comment)),
        "request": write_text(request),
        "is_test": arrival.is_test,
        "other_blog": plain(new.other_blog, 500) or None,
        "verdict": scoring and scoring.verdict,
        "score": scoring and scoring.score,
        "evidence": _write_evidence(scoring),
        "model_id": (scoring and scoring.model_id) or None,
        "rule": (scoring and scoring.rule) or None,
        "fault": (scoring and plain(scoring.fault, 200)) or None,
        "took_ms": scoring.took_ms if scoring else 0.0,
        "outcome": new.outcome,
        "version": new.version,
        "decided_at": new.decided_at,
        "priority": new.priority,
        "author_key": author_key(arrival.comment),
        "is_audit": new.is_audit,
    }


def read_submission(row: Any) -> Submission:  # noqa: ANN401 - a SQLAlchemy Row
    """The Submission that `write_submission` wrote."""
    request = read_text(row.request)
    known = {name: value for name, value in request.items() if name in _REQUEST}
    return Submission(
        submission_id=row.id,
        guid=row.guid,
        site_id=row.site_id,
        kind=row.kind,
        received_at=row.received_at,
        arrival=Arrival(comment=read_comment(read_text(row.comment)), **known),
        scoring=_read_scoring(row),
        outcome=row.outcome,
        version=row.version,
        decided_at=row.decided_at,
        other_blog=row.other_blog or "",
        priority=row.priority,
        campaign_id=row.campaign_id,
        is_audit=row.is_audit,
    )


def _write_evidence(scoring: Scoring | None) -> str | None:
    if scoring is None or scoring.evidence is None:
        return None
    evidence = scoring.evidence
    return write_text(
        {
            "base": evidence.base,
            "rest": evidence.rest,
            "part": evidence.part,
            "clues": [[c.name, c.value, c.weight, c.where] for c in evidence.clues],
            "abstains": scoring.abstains,
            "cutoffs": scoring.cutoffs and _write_cutoffs(scoring.cutoffs),
        },
    )


@lru_cache(maxsize=100)
def _write_cutoffs(cutoffs: Cutoffs) -> dict[str, float]:
    return dataclasses.asdict(cutoffs)


def _read_scoring(row: Any) -> Scoring | None:  # noqa: ANN401 - a SQLAlchemy Row
    if row.verdict is None:
        return None
    evidence, abstains, cutoffs = None, "", None
    if row.evidence is not None:
        kept = read_text(row.evidence)
        clues = tuple(Clue(*clue) for clue in kept["clues"])
        part = kept.get("part", "")
        evidence = Evidence(clues=clues, base=kept["base"], rest=kept["rest"], part=part)
        abstains = kept["abstains"]
        cutoffs = Cutoffs(**kept["cutoffs"]) if kept.get("cutoffs") else None
    return Scoring(
        verdict=row.verdict,
        score=row.score,
        evidence=evidence,
        abstains=abstains,
        model_id=row.model_id or "",
        rule=row.rule or "",
        fault=row.fault or "",
        took_ms=row.took_ms,
        cutoffs=cutoffs,
    )


def write_kept(new: Submission, hold: Hold | None, act: Act | None) -> str:
    """A new Submission, its Hold and what its Site reports, as one line of JSON for the spool."""
    row = write_submission(new)
    plain_row = {name: _plain_value(value) for name, value in row.items() if value is not None}
    kept_hold = hold and {
        name: _plain_value(value) for name, value in dataclasses.asdict(hold).items()
    }
    said = {"act": act.value} if act else {}
    return json.dumps({"row": plain_row, "hold": kept_hold} | said)


def read_kept(text: str) -> tuple[Submission, Hold | None, Act | None]:
    """What `write_kept` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    kept = json.loads(text)
    row = dict.fromkeys(("verdict", "decided_at"), None) | kept["row"]
    row["kind"], row["outcome"] = Kind(row["kind"]), Outcome(row["outcome"])
    row["verdict"] = row["verdict"] and Verdict(row["verdict"])
    for name in ("received_at", "decided_at"):
        row[name] = row[name] and dt.datetime.fromisoformat(row[name])
    optional = ("score", "evidence", "model_id", "rule", "fault", "other_blog", "priority")
    rest = {"id": 0, "campaign_id": None} | dict.fromkeys(optional, None)
    new = read_submission(SimpleNamespace(**(rest | row)))
    hold = kept["hold"]
    if hold is not None:
        hold = Hold(**(hold | {"held_at": dt.datetime.fromisoformat(hold["held_at"])}))
    return new, hold, Act(kept["act"]) if "act" in kept else None


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - what a column holds
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return getattr(value, "value", value)
