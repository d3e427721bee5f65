"""chaffinch score: order kept, a bad line costs one line, the exit code says it ran."""

import io
import json
import subprocess
import sys

import pytest

from models.loader import load
from models.registry import Registry
from service.akismet.form import MOST_BYTES, read_json_pairs
from service.akismet.wire import read_arrival
from service.commands.score import _lines
from tests.architecture.source import ROOT
from tests.unit.service.commands.conftest import one_sentence


@pytest.fixture
def environ(tmp_path):
    """No database: scoring asks none."""
    return {
        "CHAFFINCH_DATA_DIR": str(tmp_path / "var"),
        "CHAFFINCH_DATABASE_URL": "sqlite:////no/such/folder/x.sqlite3",
    }


def line(text, **fields):
    return json.dumps({"comment_content": text} | fields).encode()


SPAM = line("Cheap replica watches! http://replica-watches.example/ buy viagra online", user_ip="")
HAM = line("Thank you, the second example solved it for me.", comment_author="Maria")


def rows(said):
    return [json.loads(text) for text in said.out.splitlines()]


def test_each_line_gets_its_own_answer_in_order(chaffinch):
    said = chaffinch("score", stdin=b"\n".join([SPAM, HAM] * 150))
    found = rows(said)
    assert (said.code, said.err, len(found)) == (0, "", 300)
    assert set(found[0]) == {"score", "verdict", "evidence", "model"}
    assert found[0]["score"] > found[1]["score"]
    assert found[::2] == [found[0]] * 150
    assert found[1::2] == [found[1]] * 150


def test_the_answer_is_what_the_model_says(chaffinch):
    model = load(Registry(None))
    (found,) = rows(chaffinch("score", stdin=SPAM))
    score = model.score(read_arrival(read_json_pairs(SPAM), "").comment)
    assert (found["score"], found["model"]) == (score.value, model.model_id)
    assert [clue["name"] for clue in found["evidence"]] == [c.name for c in score.evidence.clues]


BAD = (
    b"",
    b"   ",
    b"not json",
    b"[1, 2]",
    b'"text"',
    b"null",
    b'{"comment_content": ',
    b'{"comment_content": "\xff\xfe"}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"comment_content": "' + b"x" * (MOST_BYTES + 10) + b'"}',
    b"9" * 5000,
    b"\0\0\0",
)


def test_a_bad_line_costs_one_line(chaffinch):
    lines = [part for bad in BAD for part in (bad, HAM)]
    said = chaffinch("score", stdin=b"\n".join(lines) + b"\n")
    found = rows(said)
    assert said.code == 0
    assert [list(row) for row in found[::2]] == [["error"]] * len(BAD)
    assert found[1::2] == [found[1]] * len(BAD)
    assert "score" in found[1]
    assert said.err == f"{len(BAD)} of {2 * len(BAD)} lines could not be read\n"


def test_odd_but_readable_lines_are_read(chaffinch):
    (plain,) = rows(chaffinch("score", stdin=HAM))
    odd = b"\xef\xbb\xbf" + HAM + b"\r\n" + HAM + b"\r\n\r"
    found = rows(chaffinch("score", stdin=odd))
    assert found[:2] == [plain, plain]


@pytest.mark.parametrize("text", ["nul \0 in it", "lone \ud83d", "x" * 1_000_000, "", "\u202e"])
def test_any_text_gets_a_score(chaffinch, text):
    (found,) = rows(chaffinch("score", stdin=line(text)))
    assert 0 <= found["score"] <= 1


def test_an_empty_input_is_an_empty_output(chaffinch):
    said = chaffinch("score", stdin=b"")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_a_rule_speaks_before_the_model(chaffinch):
    text = line("Thank you.", comment_author="akismet-guaranteed-spam")
    (found,) = rows(chaffinch("score", stdin=text))
    assert (found["verdict"], found["rule"]) == ("SPAM", "test-spam")


def test_a_model_that_is_not_there_is_said_before_anything_is_read(chaffinch):
    assert one_sentence(chaffinch("score", "--model", "nobody", stdin=HAM), "no model nobody")


def test_a_line_too_long_is_never_held_as_a_whole():
    class Endless(io.RawIOBase):
        left = 30 * MOST_BYTES

        def readable(self):
            return True

        def readinto(self, buffer):
            n = min(len(buffer), self.left)
            buffer[:n] = b"x" * n
            self.left -= n
            return n

    (found,) = list(_lines(io.BufferedReader(Endless())))
    assert len(found) == MOST_BYTES + 1


def test_answers_come_line_by_line_to_whoever_waits_for_them(environ, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "service", "score"],
        cwd=ROOT,
        env=environ | {"PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        for text in (SPAM, HAM):
            program.stdin.write(text + b"\n")
            program.stdin.flush()
            assert "score" in json.loads(program.stdout.readline())
        program.stdin.close()
        assert program.wait(10) == 0


def test_a_reader_that_has_seen_enough_is_no_error_of_ours(environ):
    program = [sys.executable, "-m", "service", "score"]
    with subprocess.Popen(
        program,
        cwd=ROOT,
        env=environ | {"PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        running.stdout.close()
        _, err = running.communicate((HAM + b"\n") * 2000)
    assert b"Traceback" not in err
    assert running.returncode == 1
