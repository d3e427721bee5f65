"""The log of every change of anything by anyone: changes and Decisions, newest first."""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
import itertools
from collections.abc import Iterator
from typing import Final

from service.domain.change import Change, What
from service.domain.moderator import Action, Moderator, require, scope, sees
from service.domain.site import Site
from service.storage.changes import ChangeAsk, Decided
from service.storage.store import Store
from service.storage.unit import Unit

PAGE_ROWS: Final = 50
# A file of this many lines opens in every spreadsheet; the rest is asked for by its dates.
MOST_EXPORTED: Final = 100_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LogAsk:
    """Which lines. *kind*: "" everything, "decisions", "changes", or one word of `What`.

    *before* are the ids of the last change and Decision seen; 0 for the start.
    """

    kind: str = ""
    moderator_id: int | None = None
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: tuple[int, int] = (0, 0)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line: who, when, what, of what, where. *guid* when it is a Decision."""

    made_at: dt.datetime
    actor: str
    what: str
    subject: str
    site_id: int | None
    detail: dict[str, str]
    guid: str = ""
    change_id: int = 0
    decision_id: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """One page of the log; *before* asks for the next, None when this is the last."""

    lines: tuple[LogLine, ...]
    before: tuple[int, int] | None
    people: dict[int, str]
    sites: dict[int, Site]


def read_log(moderator: Moderator, ask: LogAsk, *, store: Store) -> LogPage:
    """One page of the log (fast I/O). Raises NotPermitted."""
    require(moderator, Action.SEE_LOG)
    with store.read() as unit:
        found = _page(unit, moderator, ask, PAGE_ROWS + 1)
        sites = {one.site_id: one for one in unit.sites.list_all() if sees(moderator, one.site_id)}
        people = {one.moderator_id: one.name for one in unit.moderators.list_all()}
    lines = found[:PAGE_ROWS]
    more = len(found) > PAGE_ROWS
    return LogPage(
        lines=tuple(lines),
        before=_after(ask.before, lines) if more else None,
        people=people,
        sites=sites,
    )


def export_log(
    moderator: Moderator, ask: LogAsk, *, store: Store, now: dt.datetime
) -> Iterator[LogLine]:
    """Every line asked for, newest first, at most `MOST_EXPORTED`; the export itself is logged.

    Flat memory: read in pages. Raises NotPermitted before the first line.
    """
    require(moderator, Action.EXPORT_LOG)
    with store.begin() as unit:
        unit.changes.append(What.LOG_EXPORT, ask.kind or "everything", by=moderator, now=now)
        unit.commit()
    return itertools.islice(_each(moderator, ask, store), MOST_EXPORTED)


def _each(moderator: Moderator, ask: LogAsk, store: Store) -> Iterator[LogLine]:
    while True:
        with store.read() as unit:
            lines = _page(unit, moderator, ask, 1000)
        yield from lines
        if not lines:
            return
        ask = dataclasses.replace(ask, before=_after(ask.before, lines))


def _after(before: tuple[int, int], lines: list[LogLine]) -> tuple[int, int]:
    """The last ids seen in either stream: each goes on from where it stands."""
    changes = [line.change_id for line in lines if line.change_id]
    decisions = [line.decision_id for line in lines if line.decision_id]
    return min(changes, default=before[0]), min(decisions, default=before[1])


def _page(unit: Unit, moderator: Moderator, ask: LogAsk, limit: int) -> list[LogLine]:
    site_ids = scope(moderator)
    kinds = {what.value for what in What}
    streams: list[list[LogLine]] = []
    if ask.kind in {"", "changes"} or ask.kind in kinds:
        changes = ChangeAsk(
            before=ask.before[0] or None,
            moderator_id=ask.moderator_id,
            what=What(ask.kind) if ask.kind in kinds else None,
            subject=ask.subject,
            since=ask.since,
            until=ask.until,
            site_ids=site_ids,
            limit=limit,
        )
        streams.append([_of_change(one) for one in unit.changes.page(changes)])
    # Decisions have no subject but a comment, which has a search of its own.
    if ask.kind in {"", "decisions"} and not ask.subject:
        decided = unit.changes.page_decisions(
            before=ask.before[1] or None,
            moderator_id=ask.moderator_id,
            since=ask.since,
            until=ask.until,
            site_ids=site_ids,
            limit=limit,
        )
        streams.append([_of_decision(one) for one in decided])
    merged = heapq.merge(*streams, key=lambda line: line.made_at, reverse=True)
    return list(itertools.islice(merged, limit))


def _of_change(one: Change) -> LogLine:
    return LogLine(
        made_at=one.made_at,
        actor=one.actor,
        what=one.what.value,
        subject=one.subject,
        site_id=one.site_id,
        detail=one.detail,
        change_id=one.change_id,
    )


def _of_decision(one: Decided) -> LogLine:
    told = {"note": one.note, "reason": one.reason}
    return LogLine(
        made_at=one.decided_at,
        actor=one.by,
        what=f"decision-{one.act.value.lower()}",
        subject=one.guid,
        site_id=one.site_id,
        detail={name: text for name, text in told.items() if text},
        guid=one.guid,
        decision_id=one.decision_id,
    )
