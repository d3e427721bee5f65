"""Labels exported by the service (JSON lines) -> Examples."""

from __future__ import annotations

import json
from pathlib import Path

from models.comment import Label, read_comment
from training.errors import CorpusMissing, TrainingError
from training.example import Example


def read(place: Path) -> list[Example]:
    """The Examples in a file written by `chaffinch export`; a Comment decided twice counts once.

    The newest line about a guid wins. Raises CorpusMissing, TrainingError with the line's number.
    """
    newest: dict[str, Example] = {}
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusMissing(f"{place} cannot be read ({type(error).__name__})") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            example = Example(
                comment=read_comment(row["comment"]),
                label=Label(row["label"]),
                corpus="decisions",
                unit=f"site:{row.get('site', '')}",
                weight=float(row.get("weight", 1.0)),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            kind = type(error).__name__
            raise TrainingError(f"{place}, line {number} is not a label ({kind})") from None
        newest[str(row.get("guid") or number)] = example
    return list(newest.values())
