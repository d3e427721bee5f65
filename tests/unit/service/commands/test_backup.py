"""chaffinch backup, restore and db copy: what comes back is what was there, or a sentence."""

import io
import json
import tarfile

import pytest

from service.storage.copying import prove
from service.storage.store import Store
from tests.builders import BLOG, KEY, make_submission
from tests.unit.service.commands.conftest import one_sentence


@pytest.fixture
def filled(chaffinch, each_store):
    assert chaffinch("site", "add", BLOG, "--key", KEY).code == 0
    for _ in range(3):
        each_store.append(make_submission(1))
    return prove(each_store.engine)


@pytest.fixture
def file(chaffinch, filled, tmp_path):
    place = tmp_path / "all.tar"
    said = chaffinch("backup", str(place))
    assert said.code == 0, said
    assert "equal by hash" in said.out
    return place


@pytest.fixture
def empty(chaffinch, monkeypatch, tmp_path):
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", url)
    return url


def proofs_at(url):
    store = Store.open(url)
    try:
        return prove(store.engine)
    finally:
        store.close()


def test_what_was_backed_up_comes_back(chaffinch, file, filled, empty):
    said = chaffinch("restore", str(file))
    assert said.code == 0, said
    assert "answers its golden comments as before" in said.out
    assert proofs_at(empty) == filled


def test_the_restored_keys_are_known_with_the_same_secret(chaffinch, file, empty):
    assert chaffinch("restore", str(file)).code == 0
    assert BLOG in chaffinch("site", "list").out


def test_a_backup_is_for_its_owner_and_holds_no_secret(file, tmp_path):
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "var" / "secret.key").read_bytes().strip() not in file.read_bytes()


def test_no_file_is_written_over(chaffinch, file):
    before = file.read_bytes()
    assert one_sentence(chaffinch("backup", str(file)), "already")
    assert file.read_bytes() == before


def test_a_database_with_rows_is_refused(chaffinch, file):
    assert one_sentence(chaffinch("restore", str(file)), "not empty")


@pytest.mark.parametrize("spoil", [b"", b"x" * 2000, None])
def test_half_a_file_is_refused(chaffinch, file, empty, spoil):
    file.write_bytes(file.read_bytes()[:4000] if spoil is None else spoil)
    assert one_sentence(chaffinch("restore", str(file)), "no whole backup")


def retold(file, change):
    """Write *file* again with another proof."""
    with tarfile.open(file) as tar:
        parts = {one.name: tar.extractfile(one).read() for one in tar if one.isfile()}
    told = json.loads(parts["proof.json"])
    change(told)
    parts["proof.json"] = json.dumps(told).encode()
    with tarfile.open(file, "w") as tar:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def test_rows_that_are_not_what_the_proof_says_are_refused(chaffinch, file, empty):
    def change(told):
        (row,) = (one for one in told["tables"] if one["table"] == "submission")
        row["sha256"] = "0" * 64

    retold(file, change)
    assert one_sentence(chaffinch("restore", str(file)), "submission")
    assert sum(one.rows for one in proofs_at(empty)) == 0


def test_a_backup_of_another_version_names_the_way(chaffinch, file, empty):
    retold(file, lambda told: told.update(migration="0001"))
    assert one_sentence(chaffinch("restore", str(file)), "the Chaffinch that made it")


def test_another_model_than_before_is_said(chaffinch, file, empty):
    retold(file, lambda told: told.update(model="20200101-00000000"))
    assert one_sentence_after(chaffinch("restore", str(file)), "20200101-00000000")


def one_sentence_after(said, word):
    """Whether it failed with *word* after it had told what was done."""
    assert said.code == 1, said
    return word in said.err and "restored" in said.out


def test_a_database_moves_to_another_in_one_command(chaffinch, filled, tmp_path):
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    said = chaffinch("db", "copy", "--to", url)
    assert said.code == 0, said
    assert proofs_at(url) == filled
    assert one_sentence(chaffinch("db", "copy", "--to", url), "not empty")


@pytest.mark.postgres
def test_sqlite_moves_to_postgresql(chaffinch, sqlite_url, postgres_url, monkeypatch):
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", sqlite_url)
    assert chaffinch("site", "add", BLOG, "--key", KEY).code == 0
    assert chaffinch("db", "copy", "--to", postgres_url).code == 0
    assert proofs_at(postgres_url) == proofs_at(sqlite_url)


def test_whom_was_forgotten_stays_forgotten_when_a_backup_comes_back(
    chaffinch, file, monkeypatch, tmp_path
):
    gone = make_submission(1).arrival.comment.author_email
    assert gone
    said = chaffinch("privacy", "erase", "--email", gone, "--yes")
    assert said.code == 0, said
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    said = chaffinch("restore", str(file))
    assert said.code == 0, said
    assert "3 comments forgotten again" in said.out
    assert chaffinch("privacy", "export", "--email", gone).out == ""


def test_a_person_is_shown_then_forgotten_with_a_certificate(chaffinch, filled):
    email = make_submission(1).arrival.comment.author_email
    shown = [
        json.loads(line)
        for line in chaffinch("privacy", "export", "--email", email).out.splitlines()
    ]
    assert len(shown) == 3
    assert {row["comment"]["author_email"] for row in shown} == {email}
    said = chaffinch("privacy", "erase", "--email", email, "--yes")
    assert json.loads(said.out)["counts"]["comments"] == 3
    assert json.loads(said.out)["retrain"] == []
    assert email not in said.out
    assert one_sentence(chaffinch("privacy", "erase", "--email", "nobody", "--yes"), "no e-mail")
