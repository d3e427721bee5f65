"""Runtime: everything that is built once, in one value, handed to `create_app`.

Tests hand in another Runtime; nothing here is global and importing it starts nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from functools import partial

from models.artefact import find_signing_key
from models.registry import Registry
from models.shared import SharedModels
from service.limits import Limiter, ProcessLimiter, make_limiter
from service.mirror import Mirror
from service.scorer import Scorer, Scores
from service.settings import Settings
from service.site_scorer import SiteScorer
from service.storage.remembered import Remembered
from service.storage.spool import spool_of
from service.storage.store import Store
from service.workflows.list_new_decisions import find_erasures, list_new_decisions
from service.workflows.list_site_labels import list_site_labels
from service.workflows.remember_callers import recall_callers

# Ten wrong passwords in five minutes for one name or from one address, then wait.
_SIGN_INS = 10
_SIGN_IN_WINDOW_S = 300


def utc_now() -> dt.datetime:
    """The time, aware and in UTC: the only clock of the program."""
    return dt.datetime.now(dt.UTC)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Settings, Store, Scorer, clock and limits of one process."""

    settings: Settings
    store: Store
    scorer: Scores
    mirror: Mirror | None = None
    clock: Callable[[], dt.datetime] = utc_now
    sign_ins: Limiter = dataclasses.field(
        default_factory=lambda: ProcessLimiter(_SIGN_INS, _SIGN_IN_WINDOW_S),
    )

    remembered: Remembered | None = None

    @property
    def secret(self) -> str:
        """What keys and sessions of this deployment are hashed and signed with."""
        return self.settings.secret_key.reveal()

    @classmethod
    def from_settings(cls, settings: Settings) -> Runtime:
        """The Runtime of a serving process (slow I/O: loads the live model, starts watching it)."""
        registry = Registry(settings.models_dir)
        find_key = partial(find_signing_key, settings.data_dir / "model.key")
        scorer = Scorer(registry, find_key=find_key)
        scorer.refresh()
        scorer.watch()
        mirror = None
        if settings.models_url:
            mirror = Mirror(SharedModels(settings.models_url), registry, find_key=find_key)
            mirror.watch()
        store = Store.open(
            settings.database_url,
            pool_size=settings.threads + 2,
            spool=spool_of(settings.data_dir),
        )
        remembered = remembered_of(settings)
        recall_callers(remembered, store=store)
        site_scorer = SiteScorer(
            scorer,
            labels=partial(list_site_labels, store=store),
            decisions=partial(list_new_decisions, store=store),
            erasures=partial(find_erasures, store=store),
        )
        site_scorer.watch()
        return cls(
            settings=settings,
            store=store,
            scorer=site_scorer,
            mirror=mirror,
            sign_ins=make_limiter(settings.redis_url, _SIGN_INS, _SIGN_IN_WINDOW_S),
            remembered=remembered,
        )


def remembered_of(settings: Settings) -> Remembered:
    """Who called lately at this deployment."""
    place = settings.data_dir / "callers.sealed"
    return Remembered(place, settings.secret_key.reveal())
