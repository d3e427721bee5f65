"""Two processes of one server count as one, whichever of them Prometheus meets."""

import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.program import Program, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
ASKED = 60
COUNT = r'^chaffinch_request_seconds_count\{endpoint="health.alive",status="200"\} (\S+)$'


def read(address):
    # A new connection each time: the kernel gives it to either process.
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def test_each_process_tells_what_all_counted(postgres_url, tmp_path):
    program = Program(
        tmp_path, free_port(), CHAFFINCH_DATABASE_URL=postgres_url, CHAFFINCH_PROCESSES="2"
    )
    try:
        program.wait()
        with ThreadPoolExecutor(8) as pool:
            # On a busy machine one of the two may come late: asked until both have had a share.
            asked, files = 0, []
            while asked < 50 * ASKED and len(files) < 2:
                list(pool.map(read, [f"{program.address}/healthz"] * ASKED))
                asked += ASKED
                files = counting_files(program)
            told = list(pool.map(read, [f"{program.address}/metrics"] * 8))
        counts = {float(re.search(COUNT, one, re.MULTILINE)[1]) for one in told}
    finally:
        program.stop()
    assert counts == {asked}
    # Both had a share in it, or this would say nothing.
    assert len(files) == 2


def counting_files(program):
    (folder,) = counting_folders(program)
    return [one.name for one in folder.iterdir() if one.name.startswith("histogram")]


def counting_folders(program):
    """The folders in which the processes of *program* count."""
    children = Path(f"/proc/{program.process.pid}/task/{program.process.pid}/children")
    opened = [
        place.readlink()
        for pid in children.read_text().split()
        for place in Path(f"/proc/{pid}/fd").iterdir()
    ]
    return {place.parent for place in opened if "chaffinch-counts-" in str(place)}
