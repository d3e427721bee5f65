"""Damaged files: whatever is done to an export, it ends in a clear refusal or a counted skip.

A seeded sample runs in the gate; CHAFFINCH_TEST_MUTATIONS=10000 runs as many as one likes.
"""

import gzip
import json
import os
import random
import resource

import pytest

from service.errors import BadInput
from service.workflows.administer import add_site
from service.workflows.import_history import import_history, list_imports
from tests.builders import BLOG, NOON
from tests.conftest import SECRET

MUTATIONS = int(os.environ.get("CHAFFINCH_TEST_MUTATIONS", "280"))
_GROWTH_KIB = 120 * 1024


def seeds():
    """One whole file of each format that is text."""
    comment = (
        "<wp:comment><wp:comment_id>{0}</wp:comment_id><wp:comment_content><![CDATA[hi {0} "
        '<a href="http://x.example/">l</a>]]></wp:comment_content><wp:comment_approved>1'
        "</wp:comment_approved><wp:comment_parent>{1}</wp:comment_parent></wp:comment>"
    )
    # Each answers the next one, and the last the first: a thread without a root.
    cycle = "".join(comment.format(n, n % 9 + 1) for n in range(1, 10))
    wxr = (
        f'<?xml version="1.0" encoding="UTF-8"?><rss><channel><item>{cycle}</item></channel></rss>'
    )
    posts = "".join(
        f'<post dsq:id="{n}"><message>hi {n}</message><isSpam>true</isSpam>'
        f'<thread dsq:id="t"/><parent dsq:id="{n % 9 + 1}"/></post>'
        for n in range(1, 10)
    )
    disqus = f'<disqus xmlns:dsq="x"><thread dsq:id="t"><link>l</link></thread>{posts}</disqus>'
    wp = [
        {"comment_ID": str(n), "comment_content": "hi", "comment_approved": "spam"}
        for n in range(9)
    ]
    remark = [{"version": 1, "users": []}] + [
        {"id": str(n), "pid": str(n % 9 + 1), "orig": "hi", "user": {"id": "u"}} for n in range(9)
    ]
    commento = {
        "version": 1,
        "comments": [
            {"commentHex": str(n), "markdown": "hi", "state": "flagged"} for n in range(9)
        ],
        "commenters": [{"commenterHex": "a", "name": "b"}],
    }
    own = [
        {"guid": str(n), "comment": {"text": "hi"}, "label": "spam", "weight": 1} for n in range(9)
    ]
    return {
        "wxr": wxr.encode(),
        "disqus": disqus.encode(),
        "wp-comments": json.dumps(wp).encode(),
        "remark42": "\n".join(json.dumps(row) for row in remark).encode(),
        "commento": json.dumps(commento).encode(),
        "jsonl": "\n".join(json.dumps(row) for row in own).encode(),
    }


CHARSETS = [b"koi8-r", b"x-none", b"UTF-7"]
BOMB = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def mutate(raw, dice):
    """*raw* with one to three kinds of damage."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(max(1, len(raw)))
        raw = dice.choice(
            [
                lambda raw=raw, at=at: raw[:at],
                lambda raw=raw, at=at: raw[:at] + BOMB + raw[at:],
                lambda raw=raw: BOMB + raw,
                lambda raw=raw: raw.decode("utf-8", "replace").encode("utf-16"),
                lambda raw=raw: raw.replace(b"UTF-8", dice.choice(CHARSETS)),
                lambda raw=raw, at=at: raw[:at] + dice.randbytes(8) + raw[at + 8 :],
                lambda raw=raw, at=at: raw[:at] + raw[at // 2 :],
                lambda raw=raw, at=at: raw[:at] + b"<a>" * 300 + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b'{"a":' * 300 + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b"[" * 3000 + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b"\0\x0b\x1b" + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b"\\ud800" + raw[at:],
                lambda raw=raw: raw.replace(b"hi", b"9" * 5000),
                lambda raw=raw: raw.replace(b'"', b""),
                lambda raw=raw: gzip.compress(raw),
                lambda raw=raw: gzip.compress(raw)[:-9],
            ]
        )()
    return raw


@pytest.mark.timeout(3000)
def test_no_damage_crashes_hangs_grows_or_leaves_half_a_file(store, tmp_path):
    add_site(BLOG, store=store, secret=SECRET, now=NOON)
    dice, wholes = random.Random(20261124), seeds()
    place, refused, taken, sentences = tmp_path / "file", 0, 0, set()
    for name, raw in wholes.items():
        place.write_bytes(raw)
        assert sum(bring(place, name, store).tally.values()) == 9
    before = len(list_imports(store=store))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(MUTATIONS):
        name = dice.choice(sorted(wholes))
        place.write_bytes(mutate(wholes[name], dice))
        try:
            found = bring(place, name, store)
        except BadInput as error:
            sentences.add(str(error))
            refused += 1
            assert len(list_imports(store=store)) == before
        else:
            taken += 1
            assert sum(found.written.values()) == sum(found.tally.values())
            before = len(list_imports(store=store))
    assert all(one.finished_at for _, one in list_imports(store=store))
    assert min(map(len, sentences)) > len("Line 1: no")
    assert refused > MUTATIONS // 4
    assert taken > MUTATIONS // 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown < _GROWTH_KIB


def bring(place, name, store):
    return import_history(place, name, BLOG, store=store, now=NOON)
