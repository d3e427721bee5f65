"""python -m tests.nightly.appender FOLDER COUNT SYNCHRONOUS: store comments, tell each one stored.

Run under strace: what it writes, syncs and tells stands in one order in the trace. SYNCHRONOUS is
FULL, as the program has it, or NORMAL, a twin. LOOKING and DEFERRED look before they write, the
latter without saying so when they begin: the twin of that. EARLY tells before it stores.
"""

from __future__ import annotations

import os
import sys
import threading

import sqlalchemy as sa

from service.errors import StoreUnavailable
from service.storage import migrate, turn
from service.storage import store as store_module
from service.storage.store import Store
from tests.builders import BLOG, NOON, make_submission

LEDGER = "ledger.txt"
_THREADS = 3


def _put(store: Store, new) -> None:
    """Look, then write, as a decision does."""
    with store.begin() as unit:
        unit.sites.find_by_blog(BLOG)
        unit.append([new])
        unit.commit()


def main() -> None:
    folder, count, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    looks = mode in {"LOOKING", "DEFERRED"}
    synchronous = "NORMAL" if mode == "NORMAL" else "FULL"
    if mode == "DEFERRED":
        store_module.WRITES = "nobody reads this"
        # Processes that take turns have nothing to fight about.
        turn.FileLock.acquire = lambda *_: None
    store = Store.open(f"sqlite:///{folder}/chaffinch.sqlite3")

    def change(connection, _record) -> None:
        connection.execute(f"PRAGMA synchronous={synchronous}")
        # Often, so that a cut falls into a checkpoint, too.
        connection.execute("PRAGMA wal_autocheckpoint=20")

    sa.event.listen(store.engine, "connect", change)
    migrate.upgrade(store.engine)
    with store.begin() as unit:
        found = unit.sites.find_by_blog(BLOG) or unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    ledger = os.open(f"{folder}/{LEDGER}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(ledger, b"begin\n")

    def work() -> None:
        for _ in range(count // _THREADS):
            new = make_submission(found.site_id)
            if mode == "EARLY":
                os.write(ledger, f"stored {new.guid}\n".encode())
            try:
                _put(store, new) if looks else store.append(new)
            except StoreUnavailable:
                os.write(ledger, f"refused {new.guid}\n".encode())
                continue
            if mode != "EARLY":
                os.write(ledger, f"stored {new.guid}\n".encode())

    threads = [threading.Thread(target=work) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(ledger, b"end\n")
    store.close()


if __name__ == "__main__":
    main()
