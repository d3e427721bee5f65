"""The program behind the blog, as its operator and its moderators use it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from models.verdict import Cutoffs
from service.domain.decision import Act, Outcome
from service.domain.moderator import Moderator
from service.domain.submission import Submission
from service.runtime import utc_now
from service.storage.known import FRESH_S
from service.storage.store import Store
from service.storage.submissions import PageAsk
from service.workflows.administer import set_policy
from service.workflows.decide import decide
from service.workflows.undo import undo
from tests.program import Program, environment, free_port

KEY = "ab12cd34ef56"


class Server:
    """The program as its operator and its moderators use it."""

    def __init__(self, data: Path, blog) -> None:
        self.data, self.blog = data, blog
        self._port = free_port()
        self.start()
        self.store = Store.open(f"sqlite:///{data / 'chaffinch.sqlite3'}")
        self.run("site", "add", blog.address, "--key", KEY)

    def start(self) -> None:
        """Start it; it may call back to this machine."""
        self.program = Program(self.data, self._port, CHAFFINCH_EVENT_HOSTS="127.0.0.1")
        self.program.wait()
        self.address = self.program.address

    def run(self, *words: str) -> None:
        """One command of its operator."""
        subprocess.run(
            [str(Path(sys.executable).parent / "chaffinch"), *words],
            env=environment(self.data),
            check=True,
            capture_output=True,
        )

    def judges(self, cutoffs: str) -> None:
        """From now on every comment gets the same verdict, whatever the model thinks."""
        unsure, spam, blatant = (float(part) for part in cutoffs.split(","))
        chosen = Cutoffs(unsure_from=unsure, spam_from=spam, blatant_from=blatant)
        set_policy(self.blog.address, {"cutoffs": chosen}, store=self.store, now=utc_now())
        self._wait_until_seen()

    def tells_key_to(self, word: str) -> None:
        """*word* is `suspend` or `resume`: what the operator does with the blog's key."""
        with self.store.read() as unit:
            (number,) = [
                key.key_id
                for site in unit.sites.list_all()
                for key in unit.sites.list_keys(site.site_id)
                if key.hint == KEY[:4]
            ]
        self.run("key", word, str(number))
        self._wait_until_seen()

    def _wait_until_seen(self) -> None:
        # Another process's change is seen when what this one knew is not fresh any more.
        time.sleep(FRESH_S)

    def submissions(self, text: str) -> list[Submission]:
        """What arrived with this text, oldest first."""
        with self.store.read() as unit:
            everything = [
                one
                for outcome in Outcome
                for one in unit.submissions.page(PageAsk(outcome=outcome, limit=200))
            ]
        found = [one for one in everything if one.arrival.comment.text == text]
        return sorted(found, key=lambda one: one.submission_id)

    def decides(self, text: str, act: Act) -> None:
        """The moderator decides."""
        guid = self.submissions(text)[-1].guid
        decide(self._owner(), guid, act, seen_version=None, store=self.store, now=utc_now())

    def undoes(self) -> None:
        """The moderator takes back what he did last."""
        undo(self._owner(), store=self.store, now=utc_now())

    def _owner(self) -> Moderator:
        with self.store.read() as unit:
            return unit.moderators.list_all()[0]
