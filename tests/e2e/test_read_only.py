"""The program serves where its root is read-only, as compose.yaml and the systemd unit run it."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.builders import BLOG, KEY
from tests.conftest import missing
from tests.program import environment, free_port

pytestmark = pytest.mark.e2e
# Everything is read-only but the data folder, in a view of files of its own.
INSIDE = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$DATA"
for place in $(awk '{print $5}' /proc/self/mountinfo | sort -r); do
  case "$place" in /proc*|/sys*|/dev*|"$DATA") ;; *) mount -o remount,bind,ro "$place" ;; esac
done
if touch "$HERE/written" 2>/dev/null; then echo "the root can be written"; exit 9; fi
export TMPDIR="$DATA"
chaffinch db upgrade
chaffinch site add "$BLOG" --key "$KEY"
exec chaffinch serve --port "$PORT"
"""


@pytest.fixture
def address(tmp_path):
    if not shutil.which("unshare"):
        missing("unshare", "util-linux has it")
    trial = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True)
    if trial.returncode:
        missing("view of files of its own", "this user may not make one")
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    told = {"DATA": str(data), "HERE": str(tmp_path), "BLOG": BLOG, "KEY": KEY, "PORT": str(port)}
    programs = str(Path(sys.executable).parent)
    where = environment(data, **told)
    where["PATH"] = f"{programs}:{where['PATH']}"
    with (tmp_path / "printed").open("w") as out:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", INSIDE], env=where, stdout=out, stderr=out
        )
    try:
        yield f"http://127.0.0.1:{port}", process, tmp_path / "printed"
    finally:
        process.terminate()
        process.wait(20)


def is_ready(address):
    try:
        return httpx.get(f"{address}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_comment_is_taken_and_judged_although_nothing_else_may_be_written(address):
    where, process, printed = address
    until = time.monotonic() + 120
    while not is_ready(where) and time.monotonic() < until:
        assert process.poll() is None, printed.read_text()
        time.sleep(0.2)
    sent = {"key": KEY, "blog": BLOG, "user_ip": "203.0.113.9", "comment_content": "Thank you."}
    found = httpx.post(f"{where}/1.1/comment-check", data=sent, timeout=20)
    assert (found.status_code, found.text) == (200, "false")
