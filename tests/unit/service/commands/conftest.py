"""The command line as an operator meets it: words in, words and an exit code out."""

import dataclasses

import pytest
from click.testing import CliRunner

from service.cli import main


@dataclasses.dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def environ(each_url, tmp_path):
    """Settings of a deployment on each engine."""
    return {"CHAFFINCH_DATABASE_URL": each_url, "CHAFFINCH_DATA_DIR": str(tmp_path / "var")}


@pytest.fixture
def chaffinch(environ, monkeypatch):
    """Run a command of this deployment; a traceback is a failure whatever else it says."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def run(*words, stdin=b""):
        result = CliRunner().invoke(main, list(words), input=stdin, prog_name="chaffinch")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


def one_sentence(said, word):
    """Whether it failed with one sentence that holds *word*."""
    assert said.code == 1, said
    assert said.err.startswith("chaffinch: ")
    assert len(said.err.splitlines()) == 1
    assert word in said.err
    assert said.out == ""
    return True
