"""A canary is planted, judged, decided, exported and brought in; then erased; then looked for.

Also in what is really trained next: its bytes, what they say, its card, its labels.
"""

import json
import logging
import re
import shutil
import zlib

import pytest

from models.artefact import find_signing_key
from models.comment import Comment
from models.loader import load
from models.registry import Registry
from service.app import create_app
from service.domain.decision import Act
from service.domain.moderator import Role
from service.runtime import Runtime, utc_now
from service.settings import Settings
from service.storage.remembered import Remembered
from service.storage.spool import spool_of
from service.storage.store import Store
from service.workflows.administer import add_moderator
from service.workflows.decide import decide
from service.workflows.index_new import index_new
from service.workflows.remember_callers import remember_callers
from tests.builders import BLOG, KEY, PASSWORD
from tests.contract.calls import post
from tests.exports import wp_row
from tests.fakes import StubScorer
from tests.training.test_cli import run_in, write_labels

EMAIL, PHRASE, ADDRESS = "canary.kanari@birds.example", "zwitscherwort", "203.0.113.77"
CANARIES = (EMAIL, PHRASE, ADDRESS)


@pytest.fixture
def planted(chaffinch, environ, tmp_path, caplog):
    """The canary in every place that a deployment has for it, and in an export made before."""
    caplog.set_level(logging.DEBUG)
    return plant(chaffinch, tmp_path)


def plant(chaffinch, folder):
    assert chaffinch("site", "add", BLOG, "--key", KEY).code == 0
    settings = Settings.load()
    runtime = Runtime(
        settings=settings,
        store=Store.open(settings.database_url, spool=spool_of(settings.data_dir)),
        scorer=StubScorer(),
        clock=utc_now,
    )
    remembered = Remembered(settings.data_dir / "callers.sealed", settings.secret_key.reveal())
    client = create_app(runtime).test_client()
    given = {"comment_author_email": EMAIL, "user_ip": ADDRESS, "comment_author": PHRASE}
    for text in (f"maybe {PHRASE} {number}" for number in range(3)):
        guid = post(client, "comment-check", comment_content=text, **given).headers[
            "X-akismet-guid"
        ]
    now = runtime.clock()
    ana, _ = add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=runtime.store, now=now)
    decide(ana, guid, Act.SPAM, seen_version=0, note=PHRASE, store=runtime.store, now=now)
    index_new(store=runtime.store, now=now)
    remember_callers(remembered, store=runtime.store, now=now)
    runtime.store.close()
    place = folder / "history.json"
    row = wp_row("1", "spam", comment_author_email=EMAIL, comment_content=f"buy {PHRASE}")
    place.write_text(json.dumps([row | {"akismet_user_result": "true"}]))
    assert chaffinch("import", "wp-comments", str(place), "--site", BLOG).code == 0
    return place


def found_in(text):
    return [one for one in CANARIES if one.lower() in text.lower()]


def exported(chaffinch):
    return "".join(chaffinch("export", "--format", kind).out for kind in ("jsonl", "csv"))


def in_files(folder):
    """Every file of the deployment: database, its log, spool, memory, lists, keys."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert files
    return found_in("\n".join(one.read_bytes().decode("latin-1") for one in files))


def test_erased_it_is_in_no_file_export_log_or_import(
    chaffinch, planted, tmp_path, environ, caplog
):
    # Of its address the network alone was ever kept.
    assert found_in(exported(chaffinch)) == [EMAIL, PHRASE]
    is_sqlite = environ["CHAFFINCH_DATABASE_URL"].startswith("sqlite")
    said = chaffinch("privacy", "erase", "--email", EMAIL, "--yes")
    counts = json.loads(said.out)["counts"]
    assert (counts["comments"], counts["labels"], counts["imported"]) == (3, 1, 1)
    assert found_in(said.out) == []
    assert found_in(exported(chaffinch)) == []
    assert in_files(tmp_path / "var") == []
    if is_sqlite:
        base = environ["CHAFFINCH_DATABASE_URL"].removeprefix("sqlite:///")
        assert in_files_of(base) == []
    assert found_in(caplog.text) == []
    again = chaffinch("import", "wp-comments", str(planted), "--site", BLOG)
    assert "1\tof a person who was erased here" in again.out
    assert found_in(exported(chaffinch)) == []


def in_files_of(base):
    text = ""
    for ending in ("", "-wal", "-shm"):
        try:
            with open(base + ending, "rb") as file:  # noqa: PTH123 - a name with an ending
                text += file.read().decode("latin-1")
        except FileNotFoundError:
            continue
    assert text
    return found_in(text)


@pytest.fixture
def train(chaffinch, tmp_path):
    """Train on this deployment's own labels; answers with the label file and the model's folder."""
    with open(write_labels(tmp_path / "made.jsonl"), encoding="utf-8") as file:  # noqa: PTH123
        rows = [json.loads(line) for line in file]
    for number in range(2):
        blog, place = f"https://blog{number}.example/", tmp_path / f"{number}.jsonl"
        assert chaffinch("site", "add", blog).code == 0
        own = [row | {"site": blog, "source": "MODERATOR"} for row in rows[number::2]]
        place.write_text("\n".join(map(json.dumps, own)))
        assert chaffinch("import", "jsonl", str(place), "--site", blog).code == 0
    var = tmp_path / "var"

    def run(name):
        labels = tmp_path / name
        assert chaffinch("export", "--out", str(labels)).code == 0
        said = run_in(var, "retrain", "--labels", str(labels), "--jobs", "1")
        assert said.exit_code == 0, said.output
        return labels, var / "models" / re.search(r"candidate (\S+):", said.stdout)[1]

    return run


def weights(folder):
    """A model's weights as joblib wrote them, before they were pressed."""
    plain = zlib.decompress((folder / "weights.joblib").read_bytes())
    assert b"joblib" in plain
    return plain


def in_model(folder):
    """Every file of a model, its weights unpacked as well."""
    raw = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert set(raw) == {"weights.joblib", "manifest.json", "MODEL_CARD.md"}
    raw["weights"] = weights(folder)
    return found_in("\n".join(one.decode("latin-1") for one in raw.values()))


def opinion(folder, key):
    """What a model makes of the canary's words, as odds."""
    model = load(Registry(folder.parent), folder.name, signing_key=find_signing_key(key))
    return model.score(Comment(text=f"maybe {PHRASE}", author=PHRASE)).evidence.logit


def test_the_next_trained_model_is_bit_by_bit_the_one_that_never_knew_of_it(
    chaffinch, train, tmp_path
):
    var = tmp_path / "var"
    _, folder = train("never.jsonl")
    never, neutral = weights(folder), opinion(folder, var / "model.key")
    # Trained again it shall be made, not found.
    shutil.rmtree(folder)
    plant(chaffinch, tmp_path)
    # The twin: trained before the erasure, it has learned the words, from labels that hold them.
    labels, before = train("before.jsonl")
    assert found_in(labels.read_text()) == [EMAIL, PHRASE]
    assert weights(before) != never
    assert opinion(before, var / "model.key") > neutral + 0.1
    said = chaffinch("privacy", "erase", "--email", EMAIL, "--yes")
    assert json.loads(said.out)["retrain"] == [before.name]
    labels, after = train("after.jsonl")
    assert found_in(labels.read_text()) == []
    assert in_model(after) == []
    assert weights(after) == never
    # Nothing here holds it any more, but the model that the certificate names.
    assert in_files(var) == []
