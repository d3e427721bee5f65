"""P: who may do what; secrets, addresses and people's names stay where they belong."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tests.nightly.board import ROOT, Figure, Missing, Night, by_tests, fact
from tests.nightly.unguarded import (
    ANY_ADDRESS,
    ANY_ROLE,
    BREAKS_AS_WRITTEN,
    COUNTS_NOTHING,
    LEAVES_THE_BYTES,
    WHOLE_ADDRESSES,
)

by_tests(
    "P-01",
    "no role and no site sees or changes what is not theirs, on any route",
    "tests/unit/service/moderation/test_roles.py",
    "tests/architecture/test_web.py",
    off=ANY_ROLE,
    shown_by="tests/unit/service/moderation/test_roles.py",
)
by_tests(
    "P-06",
    "guessing passwords and keys is limited",
    "tests/unit/service/test_limits.py",
    off=COUNTS_NOTHING,
)
by_tests(
    "P-09",
    "logs hold no text, no secret and no forged line",
    "tests/unit/service/test_logs.py",
    off=BREAKS_AS_WRITTEN,
)
by_tests(
    "P-10",
    "no spelling of a private address is called",
    "tests/unit/service/test_outgoing.py",
    off=ANY_ADDRESS,
)
by_tests(
    "P-20",
    "of addresses only networks and pseudonyms are kept",
    "tests/storage/test_address_key.py",
    "tests/unit/service/domain/test_address.py",
    off=WHOLE_ADDRESSES,
    shown_by="tests/unit/service/domain/test_address.py",
)
by_tests(
    "P-21",
    "whom one forgets is nowhere in the bytes",
    "tests/unit/service/workflows/test_erasing.py",
    off=LEAVES_THE_BYTES,
)

# A network of its own holds nothing of this machine's: PostgreSQL is asked by its socket, which is
# a file, and Redis is started inside.
_SOCKETS = "postgresql:///postgres?host=/var/run/postgresql"
_PLANTED = """
import socket
def test_there_is_a_way_out():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))
"""
_INSIDE = """
ip link set lo up && redis-server --port 6379 --save '' --daemonize yes >/dev/null && sleep 1
CHAFFINCH_TEST_POSTGRES_URL=$1 && export CHAFFINCH_TEST_POSTGRES_URL && shift
"$@"; code=$?; redis-cli shutdown nosave; exit $code
"""


@fact(
    "P-22",
    "nothing needs a network: every test passes where there is no way out",
    how="all tests of the gate in a network namespace that has a loopback and nothing else",
    target="all pass",
    twin=lambda night: _inside(night, [_needing(night)]),
)
def _alone(night: Night) -> Figure:
    places = sorted(
        place.relative_to(ROOT).as_posix()
        for place in (ROOT / "tests").rglob("test_*.py")
        # That one makes a network without a way out by itself.
        if place.name != "test_no_network.py" and "node_modules" not in place.parts
    )
    some = night.random.sample(places, night.count(len(places), least=8))
    found = _inside(night, some)
    return found._replace(text=f"{len(some)} of {len(places)} files: {found.text}")


def _needing(night: Night) -> str:
    """A test that asks for a way out, and none for an answer."""
    place = night.folder / "test_planted.py"
    place.write_text(_PLANTED, encoding="utf-8")
    return str(place)


def _inside(night: Night, places: list[str]) -> Figure:
    if missing := [n for n in ("unshare", "ip", "redis-server") if not shutil.which(n)]:
        raise Missing(", ".join(missing))
    options = ("-q", "--no-header", "-p", "no:cacheprovider", "-n", "2", "--dist", "worksteal")
    done = subprocess.run(
        [
            *("unshare", "--net", "sh", "-c", _INSIDE, "sh", _SOCKETS),
            *(sys.executable, "-m", "pytest", *options, *sorted(places)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-1000:], flush=True)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    return Figure(lines[-1].strip("= ") if lines else "nothing ran", done.returncode == 0)
