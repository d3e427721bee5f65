"""What is done by the clock: summaries, alarms, mail, forgetting texts, and events (delivery.py).

APScheduler wakes this process once a minute; what is done then is settled in the database, where
each chore and each mail is claimed by one process at a time. So nothing is done twice however many
processes serve, and nothing is lost when one ends. Chosen over Celery, Huey and Procrastinate,
which want a broker of their own or one database only.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import Final

import flask
from apscheduler.schedulers.background import BackgroundScheduler
from flask_babel import force_locale, gettext, ngettext

from service.delivery import add_delivery
from service.domain.chore import EVERY, HOLD, RETAIN
from service.errors import Conflict, NotReady, ServiceError
from service.mailer import Mailer, Sends
from service.moderation.views import ago
from service.runtime import Runtime
from service.web.language import DEFAULT
from service.workflows.deliver_mail import deliver_mail
from service.workflows.forget_person import resume
from service.workflows.hold_entries import hold_entries
from service.workflows.plan_mail import Alarms, Due, Occasion, plan_mail, post_mail
from service.workflows.prune import prune
from service.workflows.retain import retain
from service.workflows.score_again import score_again

_log = logging.getLogger(__name__)
_EVERY_S: Final = 60
_RETAIN_LEASE: Final = dt.timedelta(hours=2)
_HOLD_LEASE: Final = dt.timedelta(minutes=10)
_SCORE: Final = "score-again"
_SCORE_LEASE: Final = dt.timedelta(minutes=10)
# A comment on which the model fails is tried again, but not every minute.
_SCORE_FAILED: Final = dt.timedelta(hours=1)


class Schedule:
    """The chores of one process. `tick` does what is due; `start` calls it once a minute."""

    def __init__(self, app: flask.Flask, runtime: Runtime, mailer: Sends | None = None) -> None:
        self._app = app
        self._runtime = runtime
        has_mail = bool(runtime.settings.smtp_host)
        self._mailer = mailer or (Mailer(runtime.settings) if has_mail else None)
        self._name = f"process-{secrets.token_hex(6)}"
        self._scheduler: BackgroundScheduler | None = None
        self._scored_to = 0

    def start(self) -> None:
        """Do what is due once a minute from now on, in one thread. Twice is harmless."""
        if self._scheduler is None:
            # A late or skipped round is no news: the next one does its work.
            logging.getLogger("apscheduler").setLevel(logging.ERROR)
            self._scheduler = BackgroundScheduler(timezone=dt.UTC, daemon=True)
            # Late is better than never, and once is enough for all that was missed.
            options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
            self._scheduler.add_job(self.tick, "interval", seconds=_EVERY_S, **options)
            add_delivery(self._scheduler, self._runtime)
            self._scheduler.start()

    def close(self) -> None:
        """Stop waking; what is under way is finished."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def tick(self) -> None:
        """Everything that is due now (slow I/O). A fault of one chore is logged, not raised."""
        for name, do in (
            ("write-mail", self._write),
            ("send-mail", self._send),
            (_SCORE, self._score),
            (RETAIN, self._forget),
            (HOLD, self._hold),
        ):
            try:
                do()
            except ServiceError as error:
                _log.warning("a chore waits: %s", error.detail or error, extra={"chore": name})
            except Exception:  # noqa: BLE001 - a bug in one must not stop the others for good
                _log.exception("a chore failed", extra={"chore": name})

    def _write(self) -> None:
        if self._mailer is None:
            return
        store, now = self._runtime.store, self._runtime.clock()
        settings = self._runtime.settings
        alarms = Alarms(goal=dt.timedelta(hours=settings.goal_hours), flood=settings.flood_per_hour)
        for due in plan_mail(by=self._name, alarms=alarms, store=store, now=now):
            subject, body = self._told(due, now)
            post_mail(due, subject=subject, body=body, by=self._name, store=store, now=now)

    def _send(self) -> None:
        if self._mailer is None:
            return
        store, now = self._runtime.store, self._runtime.clock()
        sent, failed = deliver_mail(self._mailer, by=self._name, store=store, now=now)
        if sent or failed:
            _log.info("mail: %d sent, %d not", sent, failed)

    def _claims(self, chore: str, lease: dt.timedelta, now: dt.datetime) -> bool:
        """Whether *chore* is due and ours: of several processes one does it."""
        try:
            with self._runtime.store.begin() as unit:
                is_ours = unit.chores.claim(chore, by=self._name, now=now, lease=lease)
                unit.commit()
        except Conflict:
            return False
        return is_ours

    def _score(self) -> None:
        store, now = self._runtime.store, self._runtime.clock()
        with store.read() as unit:
            # One look a minute; where nothing waits nothing is written.
            is_due = bool(unit.unscored.list_after(self._scored_to, limit=1))
        if not is_due:
            self._scored_to = 0
        elif self._claims(_SCORE, _SCORE_LEASE, now):
            done = score_again(after=self._scored_to, store=store, scorer=self._runtime.scorer)
            self._scored_to = done.seen_to or 0
            if done.scored or done.failed:
                _log.info("scored again: %d comments, %d not", done.scored, done.failed)
            is_tried = done.seen_to is None and done.failed
            again = now + (_SCORE_FAILED if is_tried else dt.timedelta())
            with store.begin() as unit:
                unit.chores.finish(_SCORE, by=self._name, due_at=again, now=now)
                unit.commit()

    def _forget(self) -> None:
        store, now = self._runtime.store, self._runtime.clock()
        if not self._claims(RETAIN, _RETAIN_LEASE, now):
            return
        with store.read() as unit:
            has_sites = bool(unit.sites.list_all())
        if has_sites:
            for site, rows in retain(store=store, now=now):
                where = {"site": site.site_id, "rows": rows}
                _log.info(
                    "forgot the text of %d comments of site %d", rows, site.site_id, extra=where
                )
        settings = self._runtime.settings
        if settings.rows_days:
            rows = prune(rows_days=settings.rows_days, store=store, now=now)
            _log.info("dropped %d rows of forgotten comments", rows, extra={"rows": rows})
        try:
            resume(data_dir=settings.data_dir, store=store, secret=self._runtime.secret, now=now)
        except NotReady as error:
            _log.warning("an erasure is not finished: %s", error.detail or error)
        with store.begin() as unit:
            unit.moderators.purge_ended_sessions(
                made_before=now - dt.timedelta(hours=settings.session_hours),
                seen_before=now - dt.timedelta(minutes=settings.session_idle_minutes),
            )
            again = now + EVERY[RETAIN]
            unit.chores.finish(RETAIN, by=self._name, due_at=again, now=now)
            unit.commit()

    def _hold(self) -> None:
        store, now = self._runtime.store, self._runtime.clock()
        if not self._claims(HOLD, _HOLD_LEASE, now):
            return
        for one in hold_entries(store=store, now=now):
            _log.info("%s holds: %d of %d were wrong", one.rule, one.held_wrong, one.held_of)
        with store.begin() as unit:
            unit.chores.finish(HOLD, by=self._name, due_at=now + EVERY[HOLD], now=now)
            unit.commit()

    def _told(self, due: Due, now: dt.datetime) -> tuple[str, str]:
        """Subject and text of one mail, in the language of who gets it."""
        settings = self._runtime.settings
        base = settings.public_url or f"http://{settings.host}:{settings.port}"
        language = due.person.language or DEFAULT
        with self._app.test_request_context(base_url=base), force_locale(language):
            subject = {
                Occasion.DIGEST: ngettext(
                    "%(num)s comment waits", "%(num)s comments wait", due.waiting
                ),
                Occasion.AGE: gettext("A comment waits for too long"),
                Occasion.FLOOD: gettext("%(count)s comments in an hour", count=due.new),
            }[due.occasion]
            body = flask.render_template(
                "mail.txt",
                due=due,
                goal=settings.goal_hours,
                base=base.rstrip("/"),
                lines=[(one, ago(one.received_at, now)) for one in due.oldest],
            )
        return f"Chaffinch: {subject}", body
