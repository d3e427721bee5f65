"""Nothing needs the network: the wire, the pages and the model answer on a machine without any."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parent.parent.parent
# What a day of a blog and of its moderators is made of; PostgreSQL is on the other side.
TESTS = (
    "tests/contract/test_endpoints.py",
    "tests/contract/test_recordings.py",
    "tests/contract/test_api.py",
    "tests/unit/service/moderation/test_pages.py",
    "tests/unit/service/moderation/test_notice.py",
    "tests/golden",
)


@pytest.fixture
def alone():
    """Run a command where there is no network but this machine's own loopback."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        missing("unshare or ip", "util-linux and iproute2 have them")
    trial = subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True)
    if trial.returncode:
        missing("network of its own", "this user may not make one")

    def run(*command):
        inside = 'ip link set lo up && exec "$@"'
        return subprocess.run(
            ["unshare", "--net", "sh", "-c", inside, "sh", *command],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def test_there_really_is_no_way_out(alone):
    reach = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    done = alone(sys.executable, "-c", reach)
    assert done.returncode == 1
    assert "unreachable" in done.stderr


def test_blogs_and_moderators_are_served_without_a_network(alone):
    options = ("-q", "-p", "no:cacheprovider", "-k", "not postgres")
    done = alone(sys.executable, "-m", "pytest", *options, *TESTS)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
