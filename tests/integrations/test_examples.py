"""Every example in integrations/ runs as it stands, against the real application."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import KEY
from tests.conftest import missing
from tests.live import served

PLACE = Path(__file__).parents[2] / "integrations"
TEXTS = ["Thank you", "maybe", "casino"]
GONE = "http://127.0.0.1:9"
# Posts three comments to the WSGI program in a file, as its own server would.
POSTER = """
import importlib, json, pathlib, sys
from werkzeug.test import Client
place = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(place.parent))
app = importlib.import_module(place.stem).app
codes = [Client(app).post("/comment", data={"name": "Maria", "text": text}).status_code
         for text in json.loads(sys.argv[2])]
print(json.dumps(codes))
"""


@pytest.fixture
def address(app, site_key):
    with served(app) as found:
        yield found


def run(command, **environment):
    kept = os.environ | environment | {"PYTHONPATH": str(PLACE / "python")}
    done = subprocess.run(
        command, env=kept, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def post(example, server, place):
    return run(
        [sys.executable, "-c", POSTER, str(PLACE / example), json.dumps(TEXTS)],
        SPAM_SERVER=server,
        SPAM_KEY=KEY,
        COMMENTS=str(place),
    )


@pytest.mark.parametrize("example", ["flask/app.py", "django/app.py"])
def test_a_blog_publishes_holds_and_refuses(address, tmp_path, example):
    assert post(example, address, tmp_path) == [201, 202, 403]


@pytest.mark.parametrize("example", ["flask/app.py", "django/app.py"])
def test_a_blog_holds_everything_when_nobody_answers(tmp_path, example):
    assert post(example, GONE, tmp_path) == [202, 202, 202]


def test_a_static_site_keeps_each_comment_where_it_belongs(address, tmp_path):
    assert post("static-site/handler.py", address, tmp_path) == [303, 303, 303]
    kept = {
        name: json.loads((tmp_path / f"{name}.jsonl").read_text())["text"]
        for name in ("public", "held", "spam")
    }
    assert list(kept.values()) == TEXTS


def test_a_static_site_loses_nothing_when_nobody_answers(tmp_path):
    post("static-site/handler.py", GONE, tmp_path)
    assert len((tmp_path / "held.jsonl").read_text().splitlines()) == 3


def test_a_static_site_keeps_what_is_not_even_text(tmp_path):
    poster = POSTER.replace(
        'data={"name": "Maria", "text": text}',
        'data=b"name=M\\xfcller&text=caf\\xe9", content_type="application/x-www-form-urlencoded"',
    )
    assert poster != POSTER
    environment = {"SPAM_SERVER": GONE, "SPAM_KEY": KEY, "COMMENTS": str(tmp_path)}
    example = str(PLACE / "static-site/handler.py")
    assert run([sys.executable, "-c", poster, example, '["one"]'], **environment) == [303]
    (kept,) = (tmp_path / "held.jsonl").read_text().splitlines()
    assert json.loads(kept)["text"].startswith("caf")


NODE = """
const { check } = await import(process.argv[1]);
const found = [];
for (const text of JSON.parse(process.argv[4])) {
  found.push((await check(process.argv[2], process.argv[3], { text, author: "Maria" })).verdict);
}
console.log(JSON.stringify(found));
"""


@pytest.mark.node
@pytest.mark.parametrize("is_there", [True, False])
def test_node_asks_and_holds_without_an_answer(address, is_there):
    if shutil.which("node") is None:
        missing("Node.js", "not on PATH")
    file = (PLACE / "node" / "chaffinch.mjs").as_uri()
    server = address if is_there else GONE
    # fetch refuses port 9 as unsafe, which is as good as a server that is gone.
    command = ["node", "--input-type=module", "-e", NODE, file, server, KEY, json.dumps(TEXTS)]
    assert run(command) == (["ham", "unsure", "spam"] if is_there else ["unsure"] * 3)


PHP = """
require $argv[1];
$found = [];
foreach (json_decode($argv[4]) as $text) {
    $comment = ['text' => $text, 'author' => 'Maria'];
    $found[] = chaffinch_check($argv[2], $argv[3], $comment)['verdict'];
}
echo json_encode($found);
"""


@pytest.mark.parametrize("is_there", [True, False])
def test_php_asks_and_holds_without_an_answer(address, is_there):
    if shutil.which("php") is None:
        missing("PHP", "not on PATH")
    file = str(PLACE / "php" / "chaffinch.php")
    server = address if is_there else GONE
    command = ["php", "-r", PHP, "--", file, server, KEY, json.dumps(TEXTS)]
    assert run(command) == (["ham", "unsure", "spam"] if is_there else ["unsure"] * 3)
