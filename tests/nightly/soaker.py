"""python -m tests.nightly.soaker FILE SECONDS KIND: write, read and empty the log for so long.

One of the processes of R-12. KIND alone takes turns with the others, together does not. Prints at
its end `stored GUID`, `refused`, `emptied` (nothing of the log was left to move into the file) and
`held FROM TO`: when one of its transactions, from BEGIN until all that follows its commit was over,
or one of its checkpoints was at the file.
"""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import time

import sqlalchemy as sa

from service.errors import StoreUnavailable
from service.storage.store import Store
from service.storage.turn import alone
from tests.builders import BLOG, make_submission

_PAGES = 20


class Soaker:
    """What the threads of one process do, and what they told."""

    def __init__(self, store: Store, until: float, turn) -> None:
        self.told: list[str] = []
        self._store, self._until, self._turn = store, until, turn
        with store.read() as unit:
            self._site_id = unit.sites.find_by_blog(BLOG).site_id

    def write(self, *, by_hand: bool = True) -> None:
        """Comment after comment, as a check does or in a transaction of its own."""
        while time.monotonic() < self._until:
            new = make_submission(self._site_id)
            try:
                self._by_hand(new) if by_hand else self._store.append(new)
            except StoreUnavailable:
                self.told.append("refused")
                continue
            self.told.append(f"stored {new.guid}")

    def _by_hand(self, new) -> None:
        with self._store.begin() as unit:
            begun = time.monotonic_ns()
            unit.append([new])
            unit.commit()
            self.told.append(f"held {begun} {time.monotonic_ns()}")

    def read(self) -> None:
        """Look, and look again a while later: until then the log cannot be begun anew."""
        while time.monotonic() < self._until:
            with self._store.read() as unit:
                unit.sites.find_by_blog(BLOG)
                time.sleep(random.random() * 0.2)
                unit.sites.find_by_blog(BLOG)
            time.sleep(random.random() * 0.2)

    def empty(self) -> None:
        """Checkpoints; over a connection of its own, which waits for no reader."""
        engine = sa.create_engine(self._store.engine.url, connect_args={"timeout": 0.05})
        while time.monotonic() < self._until:
            with contextlib.suppress(StoreUnavailable), self._turn(self._store.engine):
                self._checkpoint(engine, random.choice(("PASSIVE", "TRUNCATE")))
            time.sleep(0.02)
        engine.dispose()

    def _checkpoint(self, engine: sa.Engine, kind: str) -> None:
        with engine.connect() as connection:
            begun = time.monotonic_ns()
            is_busy, pages, moved = connection.exec_driver_sql(
                f"PRAGMA wal_checkpoint({kind})"
            ).one()
            ended = time.monotonic_ns()
        self.told += ["emptied"] * (not is_busy and pages == moved)
        # The other kind waits for writers, which is not to be at the file.
        if kind == "PASSIVE" and not is_busy:
            self.told.append(f"held {begun} {ended}")


def main() -> None:
    store, turn = Store.open(f"sqlite:///{sys.argv[1]}"), alone
    if sys.argv[3] == "together":
        store._own_turn = contextlib.nullcontext  # type: ignore[method-assign]
        turn = contextlib.nullcontext

    @sa.event.listens_for(store.engine, "connect")
    def _often(connection, _record) -> None:
        connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES}")

    soaker = Soaker(store, time.monotonic() + float(sys.argv[2]), turn)
    work = (soaker.write, soaker.write, lambda: soaker.write(by_hand=False), soaker.read)
    threads = [threading.Thread(target=one) for one in (*work, soaker.empty)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    print("\n".join(soaker.told))


if __name__ == "__main__":
    main()
