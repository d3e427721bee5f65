"""A report finds its check although a charset made two spellings of one comment."""

import json
from urllib.parse import quote_from_bytes

import pytest

from service.domain.decision import Outcome
from tests.contract.test_recordings import PLACE, send

CLIENTS = sorted(place.stem for place in PLACE.glob("*.json"))
CAFE = "Im Café gefällt es mir, schöne Grüße"
PRIVET = "Привет, какой хороший текст"
# What was checked and reported of it, as bytes, each in one sentence.
SPELLINGS = {
    "the same bytes, no UTF-8": (CAFE.encode("cp1252"), CAFE.encode("cp1252")),
    "reported as UTF-8": (CAFE.encode("cp1252"), CAFE.encode()),
    "Cyrillic, reported as UTF-8": (PRIVET.encode("koi8-r"), PRIVET.encode()),
    "UTF-8, reported as if it had been Windows'": (
        CAFE.encode(),
        CAFE.encode().decode("cp1252").encode(),
    ),
    "bytes dropped": (CAFE.encode("cp1252"), CAFE.encode("ascii", "ignore")),
    "bytes replaced": (CAFE.encode("cp1252"), CAFE.encode("cp1252").decode("utf-8", "replace")),
    "question marks": (CAFE.encode("cp1252"), CAFE.encode("ascii", "replace")),
    "nothing but question marks": (PRIVET.encode("koi8-r"), PRIVET.encode("ascii", "replace")),
}
OTHERS = {
    "other letters": (b"caf\xe9 und noch mehr Text", "café und noch mehr Tee".encode()),
    "other words in whole letters": (
        "Привет this is great".encode(),
        "Поздно this is great".encode(),
    ),
    "a question more": (b"Is that really so", b"Is that really so?!?"),
    "hardly a letter left": (b"\xe9\xe8\xe0 so", b"??? so"),
}


def recording(client, call):
    rows = json.loads((PLACE / f"{client}.json").read_text("utf-8"))["requests"]
    return next(row for row in rows if row["call"] == call)


def saying(request, text, **changes):
    """*request* as its client would have sent it, about this *text*."""
    told = text if isinstance(text, bytes) else text.encode()
    fields = {
        "comment_content": quote_from_bytes(told),
        "comment_author": "Zo",
        "comment_author_email": "zo@example.org",
        "permalink": "https://blog.example.org/p/",
    } | changes
    rest = [
        part
        for part in request["body"].split("&")
        if part.partition("=")[0] not in {*fields, "is_test", "blog_charset"}
    ]
    body = "&".join([*rest, *(f"{name}={value}" for name, value in fields.items())])
    return request | {"body": body}


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("case", SPELLINGS)
def test_a_report_in_another_spelling_finds_its_check(client, store, site_key, name, case):
    checked, reported = SPELLINGS[case]
    asked = send(client, saying(recording(name, "comment_check_ham"), checked))
    guid = asked.headers["X-akismet-guid"]
    other = saying(recording(name, "comment_check_ham"), "Ganz etwas Anderes, schön")
    assert send(client, other).status_code == 200
    assert send(client, saying(recording(name, "submit_ham"), reported)).status_code == 200
    with store.read() as unit:
        found = unit.submissions.get(guid)
        assert (found.version, found.outcome) == (1, Outcome.HAM)
        assert len(unit.submissions.list_after(0, limit=9)) == 2


@pytest.mark.parametrize("case", OTHERS)
def test_a_report_of_another_comment_finds_nothing(client, store, site_key, case):
    checked, reported = OTHERS[case]
    ask = recording(CLIENTS[0], "comment_check_ham")
    guid = send(client, saying(ask, checked)).headers["X-akismet-guid"]
    report = saying(recording(CLIENTS[0], "submit_ham"), reported, permalink="")
    send(client, report)
    with store.read() as unit:
        assert unit.submissions.get(guid).version == 0


def test_when_two_may_be_meant_none_is(client, store, site_key):
    ask, report = (recording(CLIENTS[0], call) for call in ("comment_check_ham", "submit_ham"))
    for text in ("Im Café war es wirklich", "Im Caféä war es wirklich"):
        send(client, saying(ask, text))
    send(client, saying(report, "Im Caf war es wirklich"))
    with store.read() as unit:
        versions = [one.version for one in unit.submissions.list_after(0, limit=9)]
    assert versions == [0, 0, 1]


def test_another_persons_comment_is_never_meant(client, store, site_key):
    ask, report = (recording(CLIENTS[0], call) for call in ("comment_check_ham", "submit_ham"))
    guid = send(client, saying(ask, CAFE)).headers["X-akismet-guid"]
    send(client, saying(report, CAFE.encode("ascii", "ignore"), comment_author_email="b@c.example"))
    with store.read() as unit:
        assert unit.submissions.get(guid).version == 0


def test_a_name_in_another_charset_finds_its_comment(client, store, site_key):
    ask, report = (recording(CLIENTS[0], call) for call in ("comment_check_ham", "submit_ham"))
    author = quote_from_bytes("Zoë Müller".encode("latin-1"))
    asked = send(client, saying(ask, CAFE.encode("latin-1"), comment_author=author))
    send(client, saying(report, CAFE.encode("ascii", "ignore"), comment_author="Zo Mller"))
    with store.read() as unit:
        assert unit.submissions.get(asked.headers["X-akismet-guid"]).version == 1
