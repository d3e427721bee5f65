"""python -m tests.storage.turns FILE KIND: one of two processes that write to FILE.

Each write empties the log into the file after its commit, as SQLite does now and then. Until its
input ends it writes, and tells in nanoseconds of the machine's clock when it held the database:
`from to`. KIND alone takes turns with others, together does not, hold holds its turn until killed.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time

import sqlalchemy as sa

from service.errors import StoreUnavailable
from service.storage.store import Store

_WRITES_AT_ONCE = 20


def main() -> None:
    store = Store.open(f"sqlite:///{sys.argv[1]}")
    kind = sys.argv[2]
    if kind == "together":
        store._own_turn = contextlib.nullcontext  # type: ignore[method-assign]

    @sa.event.listens_for(store.engine, "connect")
    def _often(connection: object, _record: object) -> None:
        connection.execute("PRAGMA wal_autocheckpoint=1")  # type: ignore[attr-defined]

    if kind == "hold":
        with store.begin():
            print("held", flush=True)
            time.sleep(600)
    is_over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()
    print("ready", flush=True)
    while not is_over.is_set():
        for _ in range(_WRITES_AT_ONCE):
            with contextlib.suppress(StoreUnavailable):
                _write(store)
        sys.stdout.flush()
    store.close()


def _write(store: Store) -> None:
    with store.begin() as unit:
        begun = time.monotonic_ns()
        unit.set_meta("turn", str(begun))
        unit.commit()
        ended = time.monotonic_ns()
    print(begun, ended)


if __name__ == "__main__":
    main()
