"""Servers take the promoted model from one place: a folder, and a real server that speaks S3."""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from models.artefact import MANIFEST, WEIGHTS
from models.errors import SharedGone
from models.registry import Registry
from models.shared import POINTER, Promoted, SharedModels
from service.mirror import Mirror
from service.scorer import Scorer
from tests.program import free_port
from tests.unit.models.artefacts import KEY, make_model


class Folder:
    """The shared place as a folder on a disk all servers mount."""

    def __init__(self, root):
        self.root = root
        self.url = str(root)

    def write(self, name, raw):
        (self.root / name).write_bytes(raw)

    def read(self, name):
        return (self.root / name).read_bytes()

    def vanish(self):
        shutil.rmtree(self.root)
        # Not empty, not there: a mount that is broken.
        self.root.write_text("no folder")


class Bucket:
    """The shared place in moto's server: its own process, HTTP, S3's own words."""

    def __init__(self, files):
        self._files = files
        self.url = "s3://chaffinch/models"

    def write(self, name, raw):
        self._files.pipe_file(f"chaffinch/models/{name}", raw)

    def read(self, name):
        return self._files.cat_file(f"chaffinch/models/{name}")


@pytest.fixture(scope="session")
def moto_port():
    port = free_port()
    with subprocess.Popen(
        [Path(sys.executable).parent / "moto_server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
        process.kill()


@pytest.fixture
def bucket(moto_port, monkeypatch):
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{moto_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    import s3fs  # noqa: PLC0415 - reads the environment

    files = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    files.mkdir("chaffinch")
    yield Bucket(files)
    files.rm("chaffinch", recursive=True)


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    if request.param == "s3":
        return request.getfixturevalue("bucket")
    (tmp_path / "shared").mkdir()
    return Folder(tmp_path / "shared")


@pytest.fixture
def shared(place):
    return SharedModels(place.url)


class Server:
    """One server: a folder of its own, what watches the shared place, the model that answers."""

    def __init__(self, root, url, key=KEY):
        self.registry = Registry(root, shipped=root / "none shipped")
        self.mirror = Mirror(SharedModels(url), self.registry, find_key=lambda: key)
        self.scorer = Scorer(self.registry, find_key=lambda: key)

    def look(self):
        has_moved = self.mirror.refresh()
        self.scorer.refresh()
        return has_moved

    @property
    def live(self):
        return self.scorer.live().model_id


@pytest.fixture
def made(tmp_path):
    return {
        name: make_model(tmp_path / "trained", name, bias=bias)
        for name, bias in (("m1", -2.0), ("m2", -1.0))
    }


@pytest.fixture
def server(tmp_path, place):
    return Server(tmp_path / "one", place.url)


def test_every_server_answers_with_what_was_promoted(tmp_path, place, shared, made, server):
    other = Server(tmp_path / "other", place.url)
    for name in ("m1", "m2", "m1"):
        shared.publish(made[name])
        assert [one.look() for one in (server, other)] == [True, True]
        assert [one.live for one in (server, other)] == [name, name]
        assert not server.look()
    assert server.registry.aliases() == {"live": "m1", "previous": "m2"}
    for name, folder in made.items():
        for file in (MANIFEST, WEIGHTS):
            kept = (server.registry.folder(name) / file).read_bytes()
            assert kept == (folder / file).read_bytes()


def test_nothing_promoted_changes_nothing(shared, server):
    assert shared.promoted() is None
    assert not server.look()
    assert server.mirror.fault == ""


def test_a_model_that_nobody_signed_is_not_taken(tmp_path, place, shared, made, server):
    shared.publish(made["m1"])
    server.look()
    shared.publish(make_model(tmp_path / "foreign", "m9", key=b"x" * 32))
    assert not server.look()
    assert server.live == "m1"
    assert "signed neither" in server.mirror.fault
    assert server.registry.list_ids() == ["m1"]
    # Mended by the next promotion, by itself.
    shared.publish(made["m2"])
    assert server.look()
    assert (server.live, server.mirror.fault) == ("m2", "")


@pytest.mark.parametrize("name", [MANIFEST, WEIGHTS])
def test_a_model_that_was_changed_there_is_not_taken(place, shared, made, server, name):
    shared.publish(made["m1"])
    server.look()
    promoted = shared.publish(made["m2"])
    file = f"m2/{promoted.sha256}/{name}"
    place.write(file, place.read(file)[:-1] + b"\0")
    assert not server.look()
    assert server.live == "m1"
    assert server.mirror.fault
    assert server.registry.list_ids() == ["m1"]
    assert [one.name for one in server.registry.local.iterdir() if one.name[0] == "."] == []


LEADS_NOWHERE = (
    b"",
    b"[]",
    b'{"model": "m2"}',
    json.dumps({"model": "../../m2", "manifest": "0" * 64}).encode(),
    json.dumps({"model": "m2", "manifest": "../m2"}).encode(),
    json.dumps({"model": "m2", "manifest": "0" * 64}).encode(),
)


def test_a_pointer_that_leads_nowhere_leaves_the_old_model(place, shared, made, server):
    shared.publish(made["m1"])
    server.look()
    for pointer in LEADS_NOWHERE:
        place.write(POINTER, pointer)
        assert not server.look()
        assert server.live == "m1"
        assert server.mirror.fault
        # What is good again is good at once, and the fault is gone.
        shared.publish(made["m1"])
        server.look()
        assert server.mirror.fault == ""


def test_two_models_of_one_name_are_never_mixed_up(tmp_path, shared, made, server):
    shared.publish(made["m1"])
    server.look()
    shared.publish(make_model(tmp_path / "again", "m1", bias=1.0))
    assert not server.look()
    assert server.mirror.fault == "another model is called m1 here"


def test_processes_that_share_a_folder_take_it_at_once(tmp_path, place, shared, made):
    servers = [Server(tmp_path / "one", place.url) for _ in range(4)]
    shared.publish(made["m1"])
    barrier = threading.Barrier(4)

    def run(one):
        barrier.wait()
        one.look()

    threads = [threading.Thread(target=run, args=(one,)) for one in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(one.live, one.mirror.fault) for one in servers] == [("m1", "")] * 4


def test_publishing_again_writes_no_second_copy(shared, made):
    first = shared.publish(made["m1"])
    assert shared.publish(made["m1"]) == first == shared.promoted()
    assert first == Promoted("m1", first.sha256)


def test_a_folder_that_is_gone_leaves_the_old_model_and_says_so(tmp_path, made, caplog):
    (tmp_path / "shared").mkdir()
    place = Folder(tmp_path / "shared")
    server = Server(tmp_path / "one", place.url)
    SharedModels(place.url).publish(made["m1"])
    server.look()
    place.vanish()
    with caplog.at_level(logging.ERROR):
        assert not server.look()
        assert not server.look()
    assert server.live == "m1"
    assert server.mirror.fault == "the shared models cannot be reached (NotADirectoryError)"
    assert len(caplog.records) == 1


def test_an_s3_that_does_not_answer_leaves_the_old_model_and_tells_no_address(
    tmp_path, bucket, made, monkeypatch
):
    server = Server(tmp_path / "one", bucket.url)
    SharedModels(bucket.url).publish(made["m1"])
    server.look()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    gone = Mirror(SharedModels(bucket.url), server.registry, find_key=lambda: KEY)
    assert not gone.refresh()
    assert server.live == "m1"
    assert gone.fault.startswith("the shared models cannot be reached (")
    assert "127.0.0.1" not in gone.fault
    with pytest.raises(SharedGone):
        SharedModels(bucket.url).publish(made["m2"])


def test_a_watching_server_follows_by_itself(place, shared, made, server):
    shared.publish(made["m1"])
    server.mirror.watch()
    until = time.monotonic() + 30
    while server.registry.aliases().get("live") != "m1" and time.monotonic() < until:
        time.sleep(0.05)
    server.mirror.close()
    server.scorer.refresh()
    assert server.live == "m1"
