"""The queue before the first comment: three cards for who may do what they say, else a sentence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Final

from models.verdict import Cutoffs, Verdict
from service.domain.moderator import Action, may
from service.errors import ScorerUnavailable
from service.history.wordpress import COMMAND
from service.moderation.letters import visible
from service.moderation.plugin import Install, install
from service.runtime import Runtime
from service.web.auth import here_address, signed_in
from service.workflows.list_models import list_models
from service.workflows.look_at_start import MOST_COUNTED, Start, look_at_start

# How much of the bar the two narrow ends are given at least, in percent: they must be seen.
_LEAST_SHOWN: Final = 6.0
_BLOG: Final = "https://blog.example/"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One of the four things that become of a comment, *start* to *end* percent.

    *left* and *width* are where the bar draws it, in percent as well.
    """

    shape: str
    start: str
    end: str
    left: float
    width: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the live model did on comments it had not seen, of a thousand of each kind."""

    hidden: str
    held: str
    caught: str
    caught_held: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """What the three cards say."""

    has_site: bool
    keys: list[tuple[str, str, str]]
    asked_at: dt.datetime | None
    imported: str
    install: Install
    export: str
    blog: str
    address: str
    bands: list[Band]
    measured: Measured | None
    may_see: bool


def first_run(here: Runtime) -> FirstRun | None:
    """What to show instead of an empty queue; None once a comment came (fast I/O)."""
    person = signed_in()
    start = look_at_start(person, store=here.store, now=here.clock())
    if start is None:
        return None
    try:
        live = here.scorer.live()
    except ScorerUnavailable:
        return _cards(start, [], None)
    return _cards(start, bands(live.cutoffs), _measured(here, live.model_id))


def _cards(start: Start, drawn: list[Band], measured: Measured | None) -> FirstRun:
    count = start.imported
    return FirstRun(
        has_site=start.has_site,
        keys=[(key.hint, visible(key.name), visible(site.name)) for site, key in start.keys],
        asked_at=start.asked_at,
        imported=f"{count}+" if count >= MOST_COUNTED else str(count or ""),
        install=install(),
        export=COMMAND,
        blog=next((site.blog for site, _ in start.keys if not site.is_network), _BLOG),
        address=here_address(),
        bands=drawn,
        measured=measured,
        may_see=may(signed_in(), Action.SEE_KEYS),
    )


def bands(cutoffs: Cutoffs) -> list[Band]:
    """What becomes of a comment from which score on; only what can happen."""
    edges = (0.0, cutoffs.unsure_from, cutoffs.spam_from, min(cutoffs.blatant_from, 1.0), 1.0)
    parts = [
        (verdict, start, end, max((end - start) * 100, _LEAST_SHOWN))
        for verdict, (start, end) in zip(Verdict, itertools.pairwise(edges), strict=True)
        if end > start
    ]
    total = sum(size for *_, size in parts) / 100
    lefts = itertools.accumulate((size / total for *_, size in parts), initial=0.0)
    return [
        Band(
            shape=verdict.value.lower(),
            start=_percent(start),
            end=_percent(end),
            left=left,
            width=size / total,
        )
        for (verdict, start, end, size), left in zip(parts, lefts, strict=False)
    ]


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")


def _measured(here: Runtime, model_id: str) -> Measured | None:
    known = {one.manifest.model_id: one.manifest for one in list_models(here.settings.models_dir)}
    numbers = known[model_id].numbers.get("all", {}) if model_id in known else {}
    names = ("ham_hidden", "ham_unsure", "spam_caught", "spam_unsure")
    if not all(isinstance(numbers.get(name), float) for name in names):
        return None
    hidden, held, caught, caught_held = (f"{numbers[name] * 1000:.0f}" for name in names)
    return Measured(hidden=hidden, held=held, caught=caught, caught_held=caught_held)
