"""Corpora over HTTP: resumed, verified, refused when they changed."""

import gzip
import hashlib
import http.server
import json
import threading

import pytest
from click.testing import CliRunner

from training import corpora
from training.cli import main
from training.corpora import Corpus
from training.download import download
from training.errors import CorpusChanged, CorpusMissing
from training.fetch import fetch_mirror, fetch_original, write_rows
from training.originals import (
    ORIGINALS,
    UNREACHABLE,
    Original,
    read_civil,
    read_lines,
    read_sidtuli,
    read_tubespam,
    read_wals,
    read_wordpress,
    read_youtube_2022,
)

BODY = bytes(range(256)) * 4000
# Bytes are kept by pieces of this size.
KEPT = 64 * 1024
SHA = hashlib.sha256(BODY).hexdigest()


class Mirror:
    """A server on loopback with files, ranges, and a line that can break."""

    def __init__(self):
        self.files = {}
        self.break_after = []
        self.asked = []
        self.version = '"one"'
        self.has_ranges = True
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, request):
        body = self.files.get(request.path)
        start, status = 0, 200
        self.asked.append((request.path, request.headers.get("Range")))
        if body is None:
            request.send_error(404)
            return
        wanted = request.headers.get("Range")
        if wanted and self.has_ranges and request.headers.get("If-Range") == self.version:
            start, status = int(wanted.removeprefix("bytes=").rstrip("-")), 206
            if start >= len(body):
                request.send_error(416)
                return
        part = body[start:]
        request.send_response(status)
        request.send_header("Content-Length", str(len(part)))
        request.send_header("ETag", self.version)
        request.end_headers()
        if self.break_after:
            part = part[: self.break_after.pop(0)]
            request.close_connection = True
        request.wfile.write(part)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def mirror():
    made = Mirror()
    made.files["/one"] = BODY
    yield made
    made.close()


def bring(mirror, place, **more):
    return download(f"{mirror.url}/one", place, pause_s=0, **more)


def test_a_file_arrives_whole_and_is_asked_for_once(mirror, tmp_path):
    place = tmp_path / "one"
    assert bring(mirror, place, sha256=SHA) == SHA
    assert place.read_bytes() == BODY
    assert bring(mirror, place, sha256=SHA) == SHA
    assert mirror.asked == [("/one", None)]


def test_what_arrived_before_the_line_broke_is_not_asked_for_again(mirror, tmp_path):
    mirror.break_after = [4 * KEPT, 6 * KEPT]
    assert bring(mirror, tmp_path / "one", sha256=SHA) == SHA
    assert mirror.asked == [
        ("/one", None),
        ("/one", f"bytes={4 * KEPT}-"),
        ("/one", f"bytes={10 * KEPT}-"),
    ]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(mirror, tmp_path):
    mirror.break_after = [2 * KEPT, 0, 0, 0, 0]
    with pytest.raises(CorpusMissing, match="run again to go on"):
        bring(mirror, tmp_path / "one", sha256=SHA)
    assert not (tmp_path / "one").exists()
    assert bring(mirror, tmp_path / "one", sha256=SHA) == SHA
    assert mirror.asked[-1] == ("/one", f"bytes={2 * KEPT}-")


def test_a_file_that_changed_meanwhile_is_fetched_anew(mirror, tmp_path):
    mirror.break_after = [2 * KEPT, 0, 0, 0, 0]
    with pytest.raises(CorpusMissing):
        bring(mirror, tmp_path / "one")
    mirror.files["/one"], mirror.version = BODY[::-1], '"two"'
    assert bring(mirror, tmp_path / "one") == hashlib.sha256(BODY[::-1]).hexdigest()


def test_a_server_without_ranges_sends_all_again(mirror, tmp_path):
    mirror.break_after, mirror.has_ranges = [2 * KEPT], False
    assert bring(mirror, tmp_path / "one", sha256=SHA) == SHA


def test_a_part_longer_than_the_file_is_thrown_away(mirror, tmp_path):
    mirror.break_after = [2 * KEPT, 0, 0, 0, 0]
    with pytest.raises(CorpusMissing):
        bring(mirror, tmp_path / "one", sha256=SHA)
    (tmp_path / "one.part").write_bytes(BODY + b"..")
    assert bring(mirror, tmp_path / "one", sha256=SHA) == SHA


def test_corrupt_bytes_are_refused_and_not_kept(mirror, tmp_path):
    mirror.files["/one"] = BODY[:-1] + b"!"
    with pytest.raises(CorpusChanged, match="is not the file we know"):
        bring(mirror, tmp_path / "one", sha256=SHA)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_local_file_is_fetched_again(mirror, tmp_path):
    (tmp_path / "one").write_bytes(b"damaged")
    assert bring(mirror, tmp_path / "one", sha256=SHA) == SHA


def test_a_missing_file_says_so_at_once(mirror, tmp_path):
    with pytest.raises(CorpusMissing, match="answers 404"):
        download(f"{mirror.url}/two", tmp_path / "two", pause_s=0)
    assert len(mirror.asked) == 1


def test_progress_is_told(mirror, tmp_path):
    told = []
    bring(mirror, tmp_path / "one", watch=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(BODY), len(BODY))
    assert len(told) > 3


def test_a_mirror_gives_the_rows_of_the_table(mirror, tmp_path):
    raw = write_rows([{"id": "1", "label": "ham", "text": "Good"}], "tiny")
    tiny = Corpus(
        name="tiny", origin="here", licence="own", grade="A", sha256=hashlib.sha256(raw).hexdigest()
    )
    mirror.files["/tiny.jsonl.gz"] = raw
    assert fetch_mirror(mirror.url, tmp_path, [tiny]) == ["tiny"]
    mirror.files["/tiny.jsonl.gz"] = gzip.compress(b"{}")
    (tmp_path / "tiny.jsonl.gz").unlink()
    with pytest.raises(CorpusChanged):
        fetch_mirror(mirror.url, tmp_path, [tiny])


LINES = Original(
    repository="a/b",
    commit="0",
    paths=("data/spam.txt", "data/ham.txt"),
    reader=read_lines,
    rows=(2, 1),
)
TINY = Corpus(name="tiny", origin="a/b", licence="MIT", grade="A", sha256="")


def fetch_lines(mirror, folder):
    urls = [f"{mirror.url}/spam.txt", f"{mirror.url}/ham.txt"]
    return fetch_original(TINY, folder, original=LINES, urls=urls)


def test_original_files_become_rows_that_retrain_reads(mirror, tmp_path):
    mirror.files |= {"/spam.txt": b"buy\nbuy more pills\n", "/ham.txt": b"well said\n"}
    made = fetch_lines(mirror, tmp_path)
    examples = corpora.load(tmp_path, grades="A")
    assert sorted((e.comment.text, e.is_spam) for e in examples) == [
        ("buy", True),
        ("buy more pills", True),
        ("well said", False),
    ]
    assert corpora.hashes("A", tmp_path) == {"tiny": made.sha256}


def test_an_original_with_other_rows_is_refused(mirror, tmp_path):
    mirror.files |= {"/spam.txt": b"buy\n", "/ham.txt": b"well said\n"}
    with pytest.raises(CorpusChanged, match="holds 1 spam and 1 ham, not 2 and 1"):
        fetch_lines(mirror, tmp_path)


def test_an_original_that_changed_since_the_first_run_is_refused(mirror, tmp_path):
    mirror.files |= {"/spam.txt": b"buy\nbuy more\n", "/ham.txt": b"well said\n"}
    fetch_lines(mirror, tmp_path)
    mirror.files["/spam.txt"] = b"buy\nbuy less\n"
    (tmp_path / "originals" / "tiny" / "data_spam.txt").unlink()
    with pytest.raises(CorpusChanged):
        fetch_lines(mirror, tmp_path)


def test_the_same_rows_give_the_same_bytes():
    rows = [{"id": str(n), "label": "ham", "text": f"text {n}"} for n in range(5)]
    assert write_rows(rows, "x") == write_rows(rows, "x")


def test_repeats_and_near_repeats_are_marked():
    long = "I like the valuable info you provide in your articles and will bookmark it "
    rows = [
        {"id": str(n), "label": "spam", "text": t}
        for n, t in enumerate([long, long.upper(), long + "today", "else"])
    ]
    lines = [json.loads(line) for line in gzip.decompress(write_rows(rows, "x")).splitlines()]
    assert [line["dup_of"] for line in lines] == [None, "x:0", None, None]
    assert lines[0]["near_dup"] == lines[2]["near_dup"]
    assert not lines[3]["near_dup"]


def test_every_corpus_has_an_address_or_a_reason():
    names = {corpus.name for corpus in corpora.CORPORA}
    assert names == set(ORIGINALS) | set(UNREACHABLE)
    assert not set(ORIGINALS) & set(UNREACHABLE)


SIDTULI = (
    "Comment Number,Author,Website,Email,IP Address,"
    "Submit Time,Submit Year,Submit Month,Submit Day,Comment,Post\n"
    "7, cheap beds,http://beds.example/,Ann@mail.example,192.0.2.77,"
    '5:46 pm,2017,05,16,"I\n like it",Fin\n'
)
WORDPRESS = (
    "comment_ID,comment_post_ID,comment_author,comment_author_email,comment_author_url,"
    "comment_author_IP,comment_date_gmt,comment_content,comment_agent,comment_type\n"
    "3,9,Pills,x@m.example,http://p.example/?a=1&amp;b=2,"
    "192.0.2.9,2015-08-04 18:22:17,Buy,Mozilla/5.0,\n"
)


@pytest.mark.parametrize(
    ("reader", "raw", "expected"),
    [
        (
            read_sidtuli,
            SIDTULI,
            {
                "text": "I like it",
                "author": "cheap beds",
                "user_ip": "192.0.2.0",
                "created_at": "2017-05-16T17:46:00",
            },
        ),
        (
            read_wordpress,
            WORDPRESS,
            {
                "author_url": "http://p.example/?a=1&b=2",
                "user_agent": "Mozilla/5.0",
                "comment_type": "comment",
            },
        ),
        (
            read_wals,
            json.dumps(
                [
                    {
                        "id": "c1",
                        "author": {"name": "falko", "url": None},
                        "status": "1",
                        "text": "wow",
                        "date": "2008/04/11",
                        "post": {"id": "4", "title": "T"},
                    },
                    {
                        "id": "c2",
                        "author": {"name": "x", "url": None},
                        "status": "0",
                        "text": "no",
                        "date": "2008/04/11",
                        "post": {"id": "4", "title": "T"},
                    },
                ]
            ),
            {"text": "wow", "label": "ham", "created_at": "2008-04-11"},
        ),
        (
            read_civil,
            'comment_id,comment_text\n1,"so, rude"\n',
            {"text": "so, rude", "label": "ham"},
        ),
        (
            read_tubespam,
            "COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS\nz1,Ann,2013-11-07,Check my channel\ufeff,1\n",
            {"text": "Check my channel", "label": "spam", "group": "v"},
        ),
        (
            read_youtube_2022,
            "Name,Comment,Time,Likes,Reply Count,Spam\nAnn,Hi,2022-09-28T02:08:55Z,0,0,0\n",
            {"text": "Hi", "label": "ham"},
        ),
    ],
)
def test_each_reader_reads_its_format(reader, raw, expected):
    (row,) = reader("data/v.csv", raw.encode())
    assert {name: row[name] for name in expected} == expected
    assert "ann@" not in row.get("author_email", "")


def test_the_command_fetches_from_a_mirror_with_its_own_table(mirror, tmp_path):
    raw = write_rows([{"id": "1", "label": "ham", "text": "Good"}], "tiny")
    row = {
        "name": "tiny",
        "origin": "here",
        "licence": "own",
        "grade": "A",
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    mirror.files |= {"/tiny.jsonl.gz": raw, "/corpora.json": json.dumps([row]).encode()}
    done = CliRunner().invoke(
        main, ["fetch", "--to", str(tmp_path), "--mirror", mirror.url, "--own-table"]
    )
    assert done.output == "tiny: there\n"
    assert len(corpora.load(tmp_path)) == 1


def test_an_unknown_corpus_is_named(tmp_path):
    done = CliRunner().invoke(main, ["fetch", "nonsense", "--to", str(tmp_path)])
    assert done.exit_code == 1
    assert "there is no corpus nonsense" in done.output
