"""Our own export, as JSON lines or CSV: comments, labels and their provenance, as they were."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, Final

from models.comment import Comment, Label, read_comment
from service.domain.history import LabelSource, Past
from service.domain.site import same_address
from service.errors import BadFile
from service.history.cells import read_cell
from service.history.fields import read_time, text_of
from service.history.source import Notes, Source
from service.history.tables import rows_of

_PEOPLE: Final = {"MODERATOR", "SITE"}
_FIELD: Final = "comment."
_TABLES: Final = {"blog_lang", "user_role", "context", "behaviour"}


def read_own(source: Source, site: str, *, any_site: bool) -> Iterator[Past]:
    """The labelled comments of *site* in an export, or with *any_site* of every site in it."""
    is_csv = source.first_byte() not in {b"{", b"["}
    for index, row in enumerate(rows_of(source), start=1):
        told = text_of(row.get("site"))
        if told and not any_site and same_address(_plain(told, is_csv)) != same_address(site):
            source.notes.skip("of another site (--any-site takes them too)")
            continue
        past = _past(_unfold(row) if is_csv else row, index, source.notes)
        if past is not None:
            yield past


def _plain(text: str, is_csv: bool) -> str:  # noqa: FBT001 - one of two spellings
    return read_cell(text) if is_csv else text


def _unfold(row: dict[str, Any]) -> dict[str, Any]:
    """A row of CSV as one of JSON: `comment.text` and its like under `comment`."""
    plain = {name: read_cell(str(value)) for name, value in row.items()}
    comment: dict[str, Any] = {}
    for name, value in plain.items():
        field = name.removeprefix(_FIELD)
        if field != name and value:
            comment[field] = json.loads(value) if field in _TABLES else value
    return plain | {"comment": comment}


def _past(row: dict[str, Any], index: int, notes: Notes) -> Past | None:
    try:
        comment = read_comment(row["comment"])
        label = Label(row["label"])
        weight = float(row.get("weight") or 0.5)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        kind = type(error).__name__
        raise BadFile(f"Row {index} has no readable comment, label or weight ({kind}).") from None
    if not math.isfinite(weight) or not 0 <= weight <= 1:
        raise BadFile(f"Row {index}: a weight is a number from 0 to 1.")
    if comment == Comment():
        notes.skip("empty")
        return None
    origin = text_of(row.get("source")) or "IMPORT"
    words = {one.value for one in LabelSource}
    told = text_of(row.get("label_source"))
    return Past(
        source_id=text_of(row.get("guid")) or f"row {index}",
        comment=comment,
        label=label,
        label_source=(
            LabelSource.HUMAN
            if origin in _PEOPLE
            else LabelSource(told if told in words else "implied")
        ),
        label_note=text_of(row.get("label_note")),
        label_at=read_time(text_of(row.get("decided_at"))),
        received_at=read_time(text_of(row.get("received_at"))),
        weight=weight,
        origin=origin,
    )
