"""What people send from the pages around the queue, read and checked."""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from werkzeug.datastructures import MultiDict

from models.verdict import Cutoffs
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind, EntryStatus
from service.domain.moderator import Role
from service.domain.preferences import KEYS, Preferences, read_preferences, write_preferences
from service.domain.site import Undecided, UnsureMeans
from service.errors import InvalidField
from service.moderation.forms import read_number
from service.workflows.manage_people import PersonForm
from service.workflows.read_log import LogAsk

_E = TypeVar("_E", bound=enum.Enum)
_MOST_TEXT: Final = 500
_DAY: Final = dt.timedelta(days=1)


def read_choice(kind: type[_E], text: str | None, field: str) -> _E:
    """The one of *kind* whose word *text* is. Raises InvalidField."""
    try:
        return kind(text)
    except ValueError:
        raise InvalidField(field, "This is none of the choices.") from None


def read_entry(form: Mapping[str, str]) -> EntryDraft:
    """The new line of the lists in *form*. Raises InvalidField."""
    days = form.get("days", "").strip()
    number = read_number(days)
    if days and number is None:
        raise InvalidField("days", "An entry lasts for 1 to 3650 days, or until it is ended.")
    return EntryDraft(
        kind=read_choice(EntryKind, form.get("kind"), "kind"),
        pattern=form.get("pattern", ""),
        effect=read_choice(Effect, form.get("effect"), "effect"),
        site_id=read_number(form.get("site")),
        status=read_choice(EntryStatus, form.get("status", "live"), "status"),
        why=form.get("why", "")[:_MOST_TEXT],
        days=number,
    )


def read_policy_form(form: Mapping[str, str]) -> dict[str, Any]:
    """What a Site is to choose; cutoffs only if *form* has them. Raises InvalidField."""
    cutoffs = {"cutoffs": _cutoffs(form)} if "spam_from" in form else {}
    return cutoffs | {
        "unsure": read_choice(UnsureMeans, form.get("unsure"), "unsure"),
        "undecided": read_choice(Undecided, form.get("undecided"), "undecided"),
        "recheck_after_s": round(_real(form.get("days"), "days") * _DAY.total_seconds()),
        "kept_days": _days(form, "kept"),
        "kept_spam_days": _days(form, "kept_spam"),
        "audit_share": _real(form.get("audit"), "audit") / 1000,
        "needs_reason": form.get("needs_reason") == "yes",
    }


def _cutoffs(form: Mapping[str, str]) -> Cutoffs | None:
    """Three numbers in percent, None for the model's own when all of them are left empty."""
    names = ("unsure_from", "spam_from", "blatant_from")
    texts = [form.get(name, "").strip() for name in names]
    if not any(texts):
        return None
    numbers = [_real(text, "cutoffs") / 100 for text in texts]
    try:
        return Cutoffs(**dict(zip(names, numbers, strict=True)))
    except ValueError:
        raise InvalidField("cutoffs", "Three numbers that rise, or none of them.") from None


def _days(form: Mapping[str, str], field: str) -> int | None:
    text = form.get(field, "").strip()
    return round(_real(text, field)) if text else None


def _real(text: str | None, field: str) -> float:
    try:
        found = float(text or "")
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise InvalidField(field, "This is no number.")
    return found


def read_person(form: MultiDict[str, str]) -> PersonForm:
    """What somebody is to be. Raises InvalidField."""
    some = form.get("where") == "some"
    site_ids = {read_number(text) for text in form.getlist("sites")}
    return PersonForm(
        role=read_choice(Role, form.get("role"), "role"),
        site_ids=frozenset(one for one in site_ids if one is not None) if some else None,
        email=form.get("email", ""),
    )


def read_choices(form: Mapping[str, str], now: Preferences) -> Preferences:
    """How somebody likes the pages; what *form* leaves out stays as it is. Raises InvalidField."""
    row = write_preferences(now)
    row |= {name: form[name] for name in row if name in form and name != "keys"}
    return read_preferences(row)


def read_own_keys(form: Mapping[str, str], now: Preferences) -> Preferences:
    """The keys somebody chose, and whether they are on. Raises InvalidField."""
    row = write_preferences(now)
    row["shortcuts"] = form.get("shortcuts", row["shortcuts"])
    row["keys"] = {name: form.get(f"key-{name}", "") for name in KEYS}
    return read_preferences(row)


def read_log_ask(args: Mapping[str, str]) -> LogAsk:
    """Which lines of the log. Total: what cannot be read is not asked for."""
    last = [read_number(part) or 0 for part in args.get("before", "").split(".")]
    until = _day(args.get("until"))
    return LogAsk(
        kind=args.get("kind", "")[:40],
        moderator_id=read_number(args.get("by")),
        subject=args.get("subject", "").strip()[:200].replace("\0", ""),
        since=_day(args.get("since")),
        until=until + _DAY if until else None,
        before=(last[0], last[1]) if len(last) == 2 else (0, 0),  # noqa: PLR2004 - two streams
    )


def _day(text: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text or "", "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
