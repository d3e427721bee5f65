"""Labels exported by the service (JSON lines) -> Examples, without what may not teach."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from models.comment import Label, read_comment
from models.site_labels import SiteLabel, admitted, weight_of
from training.errors import CorpusMissing, TrainingError
from training.example import Example

# When a label says no time of its own.
LONG_AGO: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """A report that may not teach: of which *site*, about which Submission, and why."""

    site: str
    guid: str
    reason: str


def read(place: Path) -> list[Example]:
    """The Examples in a file written by `chaffinch export`, without the reports held back.

    Raises CorpusMissing, TrainingError with the line's number.
    """
    return examples_of(read_sites(place))[0]


def read_sites(place: Path) -> dict[str, list[SiteLabel]]:
    """The labels in *place* by Site; the newest line about a Submission wins.

    Raises CorpusMissing, TrainingError with the line's number.
    """
    newest: dict[tuple[str, str], SiteLabel] = {}
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusMissing(f"{place} cannot be read ({type(error).__name__})") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            site, label = read_line(line, number, place)
            newest[site, label.key] = label
    found: dict[str, list[SiteLabel]] = {}
    for (site, _), label in newest.items():
        found.setdefault(site, []).append(label)
    return found


def read_line(line: str | bytes, number: int, place: Path) -> tuple[str, SiteLabel]:
    """The Site and the label in line *number* of *place*. Raises TrainingError with the number."""
    try:
        return _read_row(json.loads(line), number)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
        raise TrainingError(f"{place}, line {number} is not a label ({kind})") from None


def _read_row(row: dict[str, Any], number: int) -> tuple[str, SiteLabel]:
    decided_at = row.get("decided_at")
    return str(row.get("site", "")), SiteLabel(
        key=str(row.get("guid") or number),
        comment=read_comment(row["comment"]),
        is_spam=Label(row["label"]) is Label.SPAM,
        is_moderator=row.get("source", "MODERATOR") == "MODERATOR",
        decided_at=dt.datetime.fromisoformat(decided_at) if decided_at else LONG_AGO,
    )


def examples_of(sites: dict[str, list[SiteLabel]]) -> tuple[list[Example], list[Held]]:
    """The Examples that may teach, Site by Site and oldest first, and the reports held back.

    By the same rule as the running service's own layers (`models.site_labels.admitted`).
    """
    examples: list[Example] = []
    held: list[Held] = []
    for site, labels in sorted(sites.items()):
        kept, refused = admitted(labels)
        examples += to_examples(site, kept)
        held += [Held(site, label.key, reason) for label, reason in refused]
    return examples, held


def to_examples(site: str, labels: Sequence[SiteLabel]) -> list[Example]:
    """Labels of one Site as Examples: a report counts half a moderator's Decision."""
    return [
        Example(
            comment=label.comment,
            label=Label.SPAM if label.is_spam else Label.HAM,
            corpus="decisions",
            unit=f"site:{site}",
            weight=weight_of(label),
        )
        for label in labels
    ]
