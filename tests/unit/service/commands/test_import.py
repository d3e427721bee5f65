"""History in and out: each format's label table, twice the same, nothing partial, flat memory."""

import gzip
import json
import sqlite3
import tracemalloc

import pytest

from service.commands.history import import_
from service.errors import BadInput
from service.history.formats import FORMATS
from service.workflows.administer import add_site
from service.workflows.import_history import How, import_history, list_imports
from tests.builders import BLOG, NOON
from tests.conftest import SECRET
from tests.exports import rows, wp_file, wxr, wxr_comment


@pytest.fixture
def site(store):
    return add_site(BLOG, store=store, secret=SECRET, now=NOON).site


def run(store, place, name, **options):
    own = {"data_dir": place.parent, "secret": SECRET, "now": NOON}
    return import_history(place, name, BLOG, How(**options), store=store, **own)


def labels(store):
    return {row.source_id: (row.label, row.label_source, row.exclude == "") for row in rows(store)}


REPORT = 'a:3:{s:4:"time";d:1.5;s:5:"event";s:11:"report-spam";s:4:"user";s:3:"ana";}'


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_wxr_labels_are_as_the_table_says(store, site, tmp_path, version):
    place = tmp_path / "blog.xml"
    place.write_text(
        wxr(
            wxr_comment("01"),
            wxr_comment("02", "0"),
            wxr_comment("03", "trash"),
            wxr_comment("04", "trash", meta=[("akismet_user_result", "true")]),
            wxr_comment("05", "trash", meta=[("_wp_trash_meta_status", "spam")]),
            wxr_comment("06", user="7"),
            wxr_comment("07", meta=[("akismet_user_result", "false")]),
            wxr_comment("08", "trash", meta=[("akismet_history", REPORT)]),
            wxr_comment("09", kind="note"),
            wxr_comment("10", text=" <p> </p> "),
            wxr_comment("11", text="a ]]]]><![CDATA[> b"),
            wxr_comment("12", kind="pingback"),
            version=version,
        )
    )
    brought = run(store, place, "wxr")
    assert labels(store) == {
        "01": ("ham", "implied", True),
        "02": (None, "none", False),
        "03": (None, "none", False),
        "04": ("spam", "human", True),
        "05": ("spam", "implied", False),
        "06": ("ham", "implied", False),
        "07": ("ham", "human", True),
        "08": ("spam", "human", True),
        "11": ("ham", "implied", True),
        "12": ("ham", "implied", True),
    }
    assert brought.skipped == {"note of an editor": 1, "empty": 1}
    assert any("WXR never contains spam" in sentence for sentence in brought.said)
    comment = json.loads(rows(store)[0].comment)
    assert comment["permalink"] == "https://blog.example.org/p/"
    assert comment["user_ip"] == "203.0.113.0"
    assert comment["author_email"] == "test@example.org"
    assert comment["written_at"] == "2014-01-14T17:32:12+00:00"
    assert json.loads(rows(store)[8].comment)["text"] == "a ]]> b"


def test_control_characters_are_dropped_and_told(store, site, tmp_path):
    place = tmp_path / "blog.xml"
    place.write_text(wxr(wxr_comment("1", text="odd \x0b text"), wxr_comment("2")))
    assert "1 control characters" in " ".join(run(store, place, "wxr").said)
    assert len(rows(store)) == 2


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("wxr", wxr(wxr_comment("1"))[:-40].encode()),
        ("wxr", wxr(wxr_comment("1"), head=BOMB).encode()),
        ("wxr", b"<html><body>no</body></html>"),
        ("wxr", b""),
        ("wxr", wxr(wxr_comment("1", text="\xe9")).encode("latin-1")),
        ("wxr", b"<a>" * 5000),
        ("disqus", b"<disqus><post>"),
        ("disqus", b"<!DOCTYPE disqus><disqus></disqus>"),
        ("isso", b"not a database"),
        ("remark42", b'{"version":9}\n'),
        ("remark42", gzip.compress(b'{"version":1}\n' * 50, mtime=0)[:-12]),
        ("commento", b"[]"),
        ("commento", b'{"commenters":[],"comments":[{"commentHex":"a"'),
        ("wp-comments", b'[{"comment_ID":"1","comment_post_ID":"4"}]'),
        ("wp-comments", b'[{"comment_ID":"1"'),
        ("wp-comments", b"comment_ID,comment_content,comment_approved\r\n1,a\r\n"),
        ("jsonl", b'{"guid":"1","label":"neither","comment":{}}'),
        ("jsonl", b'{"guid":'),
    ],
)
def test_a_file_that_breaks_writes_nothing_and_says_where(store, site, tmp_path, name, raw):
    place = tmp_path / "file"
    place.write_bytes(raw)
    with pytest.raises(BadInput) as refusal:
        run(store, place, name)
    assert str(refusal.value).endswith((".", "refused.", "url"))
    assert rows(store) == []
    assert list_imports(store=store) == []


def test_a_gzip_bomb_is_refused(store, site, tmp_path):
    place = tmp_path / "bomb.gz"
    place.write_bytes(gzip.compress(b"<disqus>" + b" " * 200_000_000, 6))
    with pytest.raises(BadInput, match="unpacks to far more"):
        run(store, place, "disqus")


@pytest.mark.parametrize("kind", ["list", "lines", "csv"])
def test_wp_comments_are_read_in_three_spellings(store, site, tmp_path, kind):
    wp_file(tmp_path / "c", kind)
    run(store, tmp_path / "c", "wp-comments")
    assert labels(store) == {
        "1": ("spam", "machine", False),
        "2": ("ham", "implied", True),
        "3": (None, "none", False),
        "4": (None, "none", False),
        "5": ("spam", "human", True),
    }


def test_default_fields_of_wp_cli_are_refused_with_the_command_that_helps(store, site, tmp_path):
    place = tmp_path / "c.json"
    place.write_text('[{"comment_ID":"1","comment_approved":"spam"}]')
    with pytest.raises(BadInput, match="--fields=comment_ID,comment_date_gmt"):
        run(store, place, "wp-comments")


def post(number, *, spam="false", deleted="false", thread="t1", at="2011-08-31T15:16:29Z"):
    return (
        f'<post dsq:id="{number}"><id/><message><![CDATA[<p>see <a href="http://full.example/u">'
        f"http://full...</a></p>]]></message><createdAt>{at}</createdAt>"
        f"<isDeleted>{deleted}</isDeleted><isSpam>{spam}</isSpam><author><email/>"
        f'<name>Al</name></author><ipAddress>203.0.113.9</ipAddress><thread dsq:id="{thread}"/>'
        f"</post>"
    )


def test_disqus_keeps_spam_apart_from_what_was_removed(store, site, tmp_path):
    place = tmp_path / "d.xml.gz"
    posts = [
        post("1"),
        post("2", spam="true"),
        post("3", deleted="true"),
        post("4", spam="true", deleted="true"),
        post("5", thread="gone", at="2011-08-31T15:16:29"),
        post(""),
    ]
    raw = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?><disqus xmlns="http://disqus.com" '
        'xmlns:dsq="http://disqus.com/disqus-internals"><thread dsq:id="t1"><id/>'
        f"<link>https://blog.example.org/p/</link></thread>{''.join(posts)}</disqus>"
    )
    place.write_bytes(gzip.compress(raw.encode()))
    brought = run(store, place, "disqus")
    assert labels(store) == {
        "1": ("ham", "implied", True),
        "2": ("spam", "machine", False),
        "3": (None, "none", False),
        "4": ("spam", "machine", False),
        "5": ("ham", "implied", True),
    }
    assert brought.skipped["without a number"] == 1
    assert json.loads(rows(store)[4].comment)["written_at"] == "2011-08-31T15:16:29+00:00"
    assert "http://full.example/u" in json.loads(rows(store)[0].comment)["text"]


def test_isso_is_read_only_and_holds_ham(store, site, tmp_path):
    place = tmp_path / "comments.db"
    with sqlite3.connect(place) as base:
        base.executescript(
            "CREATE TABLE threads(id INTEGER PRIMARY KEY, uri, title);"
            "CREATE TABLE comments(tid, id INTEGER PRIMARY KEY, parent, created, modified, mode,"
            " remote_addr, text, author, email, website, likes, dislikes, voters);"
            "INSERT INTO threads VALUES (1, '/p/', 't');"
        )
        for number, mode in ((1, 1), (2, 2), (3, 4)):
            base.execute(
                "INSERT INTO comments VALUES"
                " (1,?,NULL,1e9,NULL,?,'192.0.2.0','hi','a','','',0,0,x'')",
                (number, mode),
            )
    base.close()
    before = place.read_bytes()
    run(store, place, "isso")
    assert labels(store) == {
        "1": ("ham", "implied", True),
        "2": (None, "none", False),
        "3": (None, "none", False),
    }
    assert json.loads(rows(store)[0].comment)["permalink"] == "https://blog.example.org/p/"
    assert place.read_bytes() == before


def remark(number, **changes):
    return json.dumps(
        {
            "id": number,
            "pid": "",
            "text": "<p>hi</p>",
            "orig": "hi",
            "user": {"id": "u1", "name": "Al", "ip": "0" * 40},
            "locator": {"url": "https://blog.example.org/p/"},
            "time": "2019-09-19T12:11:03.0Z",
        }
        | changes
    )


def test_remark42_leaves_out_blocked_people_and_the_owner(store, site, tmp_path):
    place = tmp_path / "backup.gz"
    meta = {"version": 1, "users": [{"id": "bad", "blocked": {"status": True}}], "posts": []}
    lines = [
        json.dumps(meta),
        remark("1"),
        remark("2", user={"id": "bad"}),
        remark("3", user={"id": "me", "admin": True}),
        remark("4", delete=True),
        remark("5", delete=True, text="", orig=""),
        remark("6", pid="6"),
    ]
    place.write_bytes(gzip.compress("\n".join(lines).encode()))
    brought = run(store, place, "remark42")
    assert labels(store) == {
        "1": ("ham", "implied", True),
        "2": (None, "none", False),
        "3": ("ham", "implied", False),
        "4": (None, "none", False),
        "6": ("ham", "implied", True),
    }
    assert brought.skipped == {"empty": 1, "answers itself (kept, without its parent)": 1}
    assert "user_ip" not in json.loads(rows(store)[0].comment)


def test_commento_names_the_people_behind_its_comments(store, site, tmp_path):
    place = tmp_path / "commento.json"
    one = {
        "domain": "blog.example.org",
        "url": "/p/",
        "commenterHex": "c1",
        "markdown": "hi",
        "parentHex": "root",
        "creationDate": "2019-09-19T12:11:03Z",
    }
    states = ["approved", "flagged", "unapproved"]
    place.write_text(
        json.dumps(
            {
                "version": 1,
                "comments": [
                    one | {"commentHex": str(n), "state": s} for n, s in enumerate(states)
                ],
                "commenters": [{"commenterHex": "c1", "email": "a@b.example", "name": "Al"}],
            }
        )
    )
    run(store, place, "commento")
    assert labels(store) == {
        "0": ("ham", "implied", True),
        "1": ("spam", "machine", False),
        "2": (None, "none", False),
    }
    assert json.loads(rows(store)[0].comment)["author"] == "Al"


def test_every_format_is_a_command_with_help():
    assert set(FORMATS) <= set(import_.commands)
    assert all(import_.commands[name].help for name in FORMATS)


def test_memory_stays_flat_however_many_comments(store, site, tmp_path):
    peaks = []
    for size in (2_000, 8_000):
        place = tmp_path / "big.xml"
        place.write_text(wxr(*(wxr_comment(str(n), text="word " * 100) for n in range(size))))
        tracemalloc.start()
        run(store, place, "wxr", is_dry=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5
