"""A restore that is cut off: nothing serves what is half there, and the same command goes on."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.commands import keeping
from service.storage.copying import prove
from service.storage.restoring import RestoreMark
from service.storage.store import Store
from tests.builders import BLOG, KEY, make_submission
from tests.unit.service.commands.conftest import one_sentence


class Cut(BaseException):
    """The power goes."""


@pytest.fixture
def filled(chaffinch, each_store):
    assert chaffinch("site", "add", BLOG, "--key", KEY).code == 0
    for _ in range(3):
        each_store.append(make_submission(1))
    return prove(each_store.engine)


@pytest.fixture
def file(chaffinch, filled, tmp_path, monkeypatch):
    """A backup with a file among its models, and an empty database to bring it back into."""
    models = tmp_path / "var" / "models"
    models.mkdir()
    (models / "note.txt").write_text("of ours")
    place = tmp_path / "all.tar"
    assert chaffinch("backup", str(place)).code == 0
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", url(tmp_path))
    monkeypatch.setenv("CHAFFINCH_MODELS_DIR", str(tmp_path / "new-models"))
    return place


def url(tmp_path):
    return f"sqlite:///{tmp_path / 'new.sqlite3'}"


def proofs_at(address):
    store = Store.open(address)
    try:
        return prove(store.engine)
    finally:
        store.close()


@contextlib.contextmanager
def cut(name, *, after):
    """Let the power go when *name* is called, or when it is done."""
    real = getattr(keeping, name)

    def cut_off(*words, **named):
        if after:
            real(*words, **named)
        raise Cut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, name, cut_off)
        yield


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("copy_all", False),
        ("copy_all", True),
        ("_place", False),
        ("_place", True),
        ("_forget_again", False),
        ("_forget_again", True),
    ],
)
def test_cut_off_at_any_step_it_is_refused_and_goes_on(
    chaffinch, file, filled, tmp_path, step, after
):
    with cut(step, after=after), pytest.raises(Cut):
        chaffinch("restore", str(file))
    for command in (("site", "list"), ("serve", "--port", "1"), ("db", "upgrade")):
        said = chaffinch(*command)
        assert said.code == 1
        assert "chaffinch restore all.tar" in said.err or "cannot be listened on" in said.err
    said = chaffinch("restore", str(file))
    assert said.code == 0, said
    assert proofs_at(url(tmp_path)) == filled
    assert (tmp_path / "new-models" / "note.txt").read_text() == "of ours"
    assert BLOG in chaffinch("site", "list").out


def test_another_file_does_not_go_on_with_it(chaffinch, file, tmp_path):
    with cut("_place", after=False), pytest.raises(Cut):
        chaffinch("restore", str(file))
    other = tmp_path / "other.tar"
    other.write_bytes(file.read_bytes() + b"\0" * 512)
    assert one_sentence(chaffinch("restore", str(other)), "The restore of all.tar was cut off")


def test_a_restore_that_was_refused_leaves_no_mark(chaffinch, file, tmp_path):
    assert chaffinch("restore", str(file)).code == 0
    (tmp_path / "new-models" / "note.txt").unlink()
    assert one_sentence(chaffinch("restore", str(file)), "not empty")
    assert not RestoreMark(tmp_path / "var").is_there


def test_killed_at_any_moment_it_comes_to_the_same_end(chaffinch, file, filled, tmp_path):
    program = Path(sys.executable).parent / "chaffinch"
    kills = 0
    for tenths in (8, 12, 16, 20, 24):
        with subprocess.Popen(
            [program, "restore", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(tenths / 10)
            if process.poll() is not None:
                break
            os.kill(process.pid, 9)
            kills += 1
    assert kills
    mark = RestoreMark(tmp_path / "var")
    # Killed before its first step or after its last one it leaves no mark: nothing came, or all.
    if mark.is_there or not (tmp_path / "new-models" / "note.txt").exists():
        said = chaffinch("restore", str(file))
        assert said.code == 0, said
    assert not mark.is_there
    assert proofs_at(url(tmp_path)) == filled
