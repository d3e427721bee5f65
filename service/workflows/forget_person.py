"""Forget one person, or show what is known of them; remember it for the backups of before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from models.comment import write_comment
from service.domain.change import What
from service.domain.erasure import Erased, person_hash, read_person, same_email
from service.errors import NotReady, StoreUnavailable
from service.storage.erasing import ERASURES, compact
from service.storage.store import Store

_PIECE: Final = 200
_LIST: Final = "erasures.jsonl"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an erasure did: counts by place and the keyed hash of the address; no personal data."""

    erased_at: str
    person: str
    counts: Erased

    def write(self, retrain: Sequence[str] = ()) -> str:
        """The certificate as one JSON object; *retrain* names models that may have learned."""
        return json.dumps(dataclasses.asdict(self) | {"retrain": list(retrain)})


def show_person(email: str, *, store: Store) -> Iterator[dict[str, Any]]:
    """Everything kept of the person of this address, a row for each comment (slow I/O).

    Raises InvalidField.
    """
    email = read_person(email)
    with store.read() as unit:
        sites = {site.site_id: site.blog for site in unit.sites.list_all()}
        for one in unit.erasing.find(lambda text: same_email(text) == email):
            yield {
                "guid": one.guid,
                "site": sites[one.site_id],
                "received_at": one.received_at.isoformat(),
                "comment": write_comment(one.arrival.comment),
                "verdict": one.verdict.value if one.verdict else None,
                "outcome": one.outcome.value,
            }
        for row in unit.erasing.find_imported(lambda text: same_email(text) == email):
            yield {"imported": row.id, "comment": json.loads(row.comment)}


def forget_person(
    email: str, *, data_dir: Path, store: Store, secret: str, now: dt.datetime
) -> Certificate:
    """Forget everything of the person of this address (slow I/O). Raises InvalidField.

    Remembered first, as a keyed hash in the data folder: whatever breaks afterwards, the next
    `replay` finishes it.
    """
    email = read_person(email)
    mark = person_hash(email, secret)
    _remember(data_dir, mark, now)
    counts = _forget(lambda text: same_email(text) == email, [email], store=store)
    _log(mark, counts, store=store, now=now)
    return Certificate(erased_at=now.isoformat(), person=mark, counts=counts)


def replay(*, data_dir: Path, store: Store, secret: str, now: dt.datetime) -> Erased:
    """Forget again whom this deployment was asked to forget: after an old backup came back."""
    marks = set(_remembered(data_dir))
    if not marks:
        return Erased()
    met: set[str] = set()

    def is_person(text: str) -> bool:
        is_one = bool(text) and person_hash(text, secret) in marks
        if is_one:
            met.add(same_email(text))
        return is_one

    counts = _forget(is_person, met, store=store)
    _log(f"{len(marks)} erasures", counts, store=store, now=now)
    return counts


def _forget(is_person: Callable[[str], bool], emails: Any, *, store: Store) -> Erased:  # noqa: ANN401 - a set that grows
    counts = Erased()
    with store.read() as unit:
        found = [one.guid for one in unit.erasing.find(is_person)]
        old = [row.id for row in unit.erasing.find_imported(is_person)]
    for start in range(0, len(found), _PIECE):
        with store.begin() as unit:
            some = unit.submissions.list_by_guid(found[start : start + _PIECE])
            counts += unit.erasing.forget(some)
            unit.commit()
    with store.begin() as unit:
        for start in range(0, len(old), _PIECE):
            counts += unit.erasing.forget_imported(old[start : start + _PIECE])
        counts += unit.erasing.forget_mentions(sorted(emails))
        # Running servers see it and build anew what sites had learned.
        unit.set_meta(ERASURES, secrets.token_hex(8))
        unit.commit()
    store.lists.forget()
    try:
        compact(store.engine)
    except StoreUnavailable as error:
        raise NotReady(
            "All of it is forgotten, but the file still holds its bytes, as somebody else writes: "
            "stop the server and run `chaffinch privacy replay`.",
            detail=error.detail,
        ) from None
    return counts


def _log(mark: str, counts: Erased, *, store: Store, now: dt.datetime) -> None:
    detail = {name: str(count) for name, count in dataclasses.asdict(counts).items() if count}
    with store.begin() as unit:
        unit.changes.append(What.ERASURE, mark[:16], by=None, now=now, detail=detail)
        unit.commit()


def _remember(data_dir: Path, mark: str, now: dt.datetime) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    place = os.open(data_dir / _LIST, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(place, "a", encoding="ascii") as file:
        file.write(json.dumps({"person": mark, "at": now.isoformat()}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def erased_last(data_dir: Path) -> str:
    """When a person was forgotten last, as ISO 8601; "" when nobody ever was."""
    place = data_dir / _LIST
    lines = place.read_text(encoding="ascii").splitlines() if place.exists() else []
    return str(json.loads(lines[-1])["at"]) if lines else ""


def _remembered(data_dir: Path) -> Iterator[str]:
    place = data_dir / _LIST
    if place.exists():
        for line in place.read_text(encoding="ascii").splitlines():
            yield str(json.loads(line)["person"])
