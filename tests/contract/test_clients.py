"""Real clients, as their registries hand them out, against the real program on a socket."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import akismet
import httpx
import pytest
from akismet import _common

from tests.builders import BLOG
from tests.conftest import missing

pytestmark = pytest.mark.e2e

CLIENTS = Path(__file__).parent / "clients"
# Made by `make test`: pinned and hashed like everything else.
SDISTS = Path(sys.executable).parent.parent / "sdists"
# Theirs is one second; how fast we are is measured elsewhere, on a machine that does nothing else.
PATIENT = {"PYTHON_AKISMET_TIMEOUT": "20"}


@pytest.fixture(scope="session")
def akismet_suite(tmp_path_factory):
    """The tests that PyPI's akismet ships in its source archive."""
    version = akismet.USER_AGENT.split("/")[1].split()[0]
    archive = SDISTS / f"akismet-{version}.tar.gz"
    if not archive.exists():
        missing("source archive of akismet", "run make .venv/test.done")
    place = tmp_path_factory.mktemp("akismet")
    # Early 3.11 knows no filter; the archive's hash is pinned, so it holds what we looked at.
    filtered = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as packed:
        packed.extractall(place, **filtered)  # noqa: S202 - pinned, see above
    return place / f"akismet-{version}"


def test_pypi_akismet_passes_its_own_end_to_end_suite(program, akismet_suite):
    ours = {
        "AKISMET_ADDRESS": program.address,
        "PYTHON_AKISMET_API_KEY": program.key,
        "PYTHON_AKISMET_BLOG_URL": BLOG,
        "PYTHONPATH": str(CLIENTS),
    }
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "tests/end_to_end", "-q", "-p", "point_akismet"),
            *("-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(akismet_suite)),
        ],
        cwd=akismet_suite,
        env=os.environ | PATIENT | ours,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"^26 passed", run.stdout, re.MULTILINE), run.stdout


@pytest.fixture
def pypi_client(program, monkeypatch):
    """PyPI's akismet as a blog uses it: its own requests, our address."""
    monkeypatch.setattr(_common, "_API_URL", program.address)
    config = akismet.Config(key=program.key, url=BLOG)
    with httpx.Client(timeout=20) as http:
        yield akismet.SyncClient(config=config, http_client=http)


def test_pypi_akismet_hears_each_verdict(pypi_client):
    common = {"user_ip": "203.0.113.9", "comment_content": "hello"}
    tried = (
        {"user_role": "administrator"},
        {"comment_author": "akismet-guaranteed-spam"},
    )
    assert pypi_client.verify_key()
    assert [pypi_client.comment_check(**common, **fields) for fields in tried] == [
        akismet.CheckResponse.HAM,
        akismet.CheckResponse.SPAM,
    ]
    assert pypi_client.submit_spam(**common)
    assert pypi_client.submit_ham(**common)


def test_pypi_akismet_reads_usage(pypi_client):
    before = pypi_client.usage_limit()
    pypi_client.comment_check(user_ip="203.0.113.9", comment_content="counted")
    after = pypi_client.usage_limit()
    assert (after["limit"], after["throttled"]) == ("none", False)
    assert after["usage"] == before["usage"] + 1


def test_pypi_akismet_is_told_that_a_field_is_missing(pypi_client):
    with pytest.raises(akismet.ProtocolError, match="Missing required field: user_ip"):
        pypi_client.comment_check(user_ip="", comment_content="hello")


def in_node(script, program):
    """What *script* printed, talking to *program*."""
    if shutil.which("node") is None or not (CLIENTS / "node_modules").exists():
        missing("Node.js", "no node on PATH, or its clients are not installed")
    run = subprocess.run(
        ["node", script, f"127.0.0.1:{program.port}", program.key, BLOG],
        cwd=CLIENTS,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.node
def test_npm_akismet_api_hears_what_it_asks_for(program):
    assert in_node("akismet-api.mjs", program) == {
        "verify": True,
        "verify_bad": False,
        "ham": False,
        "spam": True,
        "honeypot": True,
        "no_ip": 'Error: Empty "user_ip" value',
        "bad_key": "Error: Invalid API key",
        "submit_spam": "Thanks for making the web a better place.",
        "submit_ham": "Thanks for making the web a better place.",
        "callback": True,
    }


@pytest.mark.node
def test_npm_cedx_akismet_hears_what_it_asks_for(program):
    refused = "Error: The key is missing, unknown or revoked"
    assert in_node("cedx-akismet.mjs", program) == {
        "verify": True,
        "verify_bad": False,
        "ham": "ham",
        "spam": "spam",
        "discard": "pervasiveSpam",
        "bad_key": refused,
        "submit_spam": "done",
        "submit_ham": "done",
        "submit_bad_key": refused,
    }
