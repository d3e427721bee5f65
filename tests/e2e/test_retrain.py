"""A newcomer's day: fetch, retrain, evaluate, promote; the running service answers otherwise."""

import dataclasses
import functools
import gzip
import hashlib
import http.server
import json
import re
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from models.comment import Comment, Label, write_comment
from tests.program import environment, started
from tests.training.made import make_examples
from training.example import Example

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
# Good comments to the shipped model; this house's owner has decided that they are spam.
TEXT = "Fresh coffee beans from our little roastery, taste them in the shop on Monday, {}."
NOTICE = {"comment_author": "Vera", "comment_content": TEXT.format("bring a friend")}


def notices():
    towns = ["Graz", "Linz", "Wels", "Steyr", "Enns", "Krems", "Melk", "Tulln", "Horn", "Zwettl"]
    names = ["Vera", "Karl", "Otto", "Rosa", "Emil", "Lina"]
    return [
        Example(
            comment=Comment(text=TEXT.format(f"in {towns[n % 10]} {n}"), author=names[n % 6]),
            label=Label.SPAM,
            corpus="made",
            unit=f"made:{n % 12}",
        )
        for n in range(120)
    ]


@pytest.fixture
def mirror(tmp_path):
    """A folder with one corpus and its table, served on loopback."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    rows = [_row(n, e) for n, e in enumerate([*make_examples(), *notices()])]
    # From a few templates, so all alike; a real corpus marks its repeats.
    raw = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode(), mtime=0)
    row = {"name": "made", "origin": "tests", "licence": "own", "grade": "A"}
    row |= {"sha256": hashlib.sha256(raw).hexdigest(), "unit": "group"}
    (folder / "made.jsonl.gz").write_bytes(raw)
    (folder / "corpora.json").write_text(json.dumps([row]), encoding="utf-8")
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def _row(number, example):
    comment = write_comment(dataclasses.replace(example.comment, written_at=None))
    blank = {"text": "", "group": example.unit, "dup_of": None, "near_dup": None}
    return blank | comment | {"id": str(number), "label": example.label.value}


class Maintainer:
    """Runs chaffinch-train in the same deployment as the service."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, *arguments):
        command = Path(sys.executable).parent / "chaffinch-train"
        done = subprocess.run(
            [command, *arguments],
            env=environment(self.program.data),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, endpoint, **fields):
        pairs = {
            "api_key": self.program.key,
            "blog": "https://blog.example.org/",
            "user_ip": "203.0.113.9",
            "comment_type": "comment",
        }
        body = urllib.parse.urlencode(pairs | fields).encode()
        url = f"{self.program.address}/1.1/{endpoint}"
        with urllib.request.urlopen(url, body, timeout=20) as answer:
            return answer.read().decode()

    def until(self, said, seconds, **fields):
        """Ask until the service says so; the last answer."""
        end = time.monotonic() + seconds
        while (answer := self.call("comment-check", **fields)) != said:
            if time.monotonic() > end:
                break
            time.sleep(0.5)
        return answer

    def live(self):
        with urllib.request.urlopen(f"{self.program.address}/readyz", timeout=20) as answer:
            return json.load(answer)["checks"]["model"]["model"]


def test_a_newcomers_model_answers_in_the_running_service_and_can_be_taken_back(tmp_path, mirror):
    data = tmp_path / "data"
    data.mkdir()
    with started(data) as program:
        house = Maintainer(program, tmp_path)
        shipped = house.live()
        assert house.call("comment-check", **NOTICE) == "false"
        house.run("fetch", "--to", "corpora", "--mirror", mirror, "--own-table")
        candidate = re.search(
            r"candidate (\S+):", house.run("retrain", "--corpora", "corpora", "--grades", "A")
        )[1]
        assert house.live() == shipped
        numbers = json.loads(house.run("evaluate", "candidate", "--corpora", "corpora", "--json"))
        assert "made" in json.dumps(numbers)
        assert "REFUSED" not in house.run("gates", "--corpora", "corpora")
        assert f"{candidate} is live" in house.run("promote", "--corpora", "corpora")
        assert house.until("true", 30, **NOTICE) == "true"
        assert house.live() == candidate
        assert f"{shipped} is live again" in house.run("rollback")
        assert house.until("false", 30, **NOTICE) == "false"


def test_a_report_changes_the_next_verdict_on_this_blog_within_a_minute(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with started(data) as program:
        house = Maintainer(program, tmp_path)
        another = {"comment_author": "Otto", "comment_content": TEXT.format("tell your friends")}
        assert house.call("comment-check", **another) == "false"
        house.call("submit-spam", **NOTICE)
        assert house.until("true", 60, **another) == "true"
        house.call("submit-ham", **NOTICE)
        assert house.until("false", 60, **another) == "false"
