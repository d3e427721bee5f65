"""F and C-01: no request brings a 5xx, a traceback, or an error that a blog takes for a verdict."""

from __future__ import annotations

import collections
import itertools
import logging
import time
from typing import Any
from urllib.parse import quote_from_bytes

import flask

from service.akismet.form import first, read_pairs
from service.domain.scope import Scope
from service.runtime import utc_now
from service.workflows.administer import issue_key
from tests.builders import BLOG
from tests.conftest import SECRET
from tests.nightly import shapes
from tests.nightly.board import Figure, Night, by_tests, fact
from tests.nightly.house import House, housed, postgresql
from tests.nightly.unguarded import KEEPS_HALF_LETTERS, KEEPS_THE_UNSEEN, OTHER_STATUS

VERDICTS = {b"true", b"false", b"valid", b"invalid"}
MOST_CPU_S = 1.0
# Signing out, or a password changed, would leave the rest of a round at the door.
_ENDS = ("sign-out", "sessions/end", "profile/password", "profile/factor")


class Heard(collections.Counter[str]):
    """What was wrong, and how often; the first of each kind is printed with how it was asked."""

    def note(self, kind: str, asked: str) -> None:
        """One more of *kind*."""
        if not self[kind]:
            print(f"  {kind}: {ascii(asked)[:600]}", flush=True)
        self[kind] += 1


class Bugs(logging.Handler):
    """Keeps where the newest bug was, to be told beside the request."""

    where = ""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            trace = error.__traceback__
            places = []
            while trace:
                code = trace.tb_frame.f_code
                places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
                trace = trace.tb_next
            self.where = f"{type(error).__name__} at {' '.join(places[-4:])}"


def ids(house: House) -> dict[str, list[str]]:
    """Ids that are there, by the name a route has for them."""
    with house.store.engine.connect() as connection:
        ask = connection.exec_driver_sql
        guids = [row[0] for row in ask("SELECT guid FROM submission ORDER BY id DESC LIMIT 50")]
        entries = [str(row[0]) for row in ask("SELECT id FROM entry LIMIT 20")]
        keys = [str(row[0]) for row in ask("SELECT id FROM api_key LIMIT 20")]
    known = {"guid": guids, "entry_id": entries, "key_id": keys[1:], "key": keys[1:]}
    return known | {"site_id": ["1"], "site": ["1"], "moderator_id": ["1"]}


def ask(house: House, draw: Any, rule: Any, method: str, tools: dict[str, Any]) -> tuple[Any, str]:
    """One request to *rule* as a stranger, as a blog or as the owner; its answer, how it was."""
    where = shapes.path(draw, rule, tools["known"])
    headers = {"User-Agent": draw.choice(("WordPress/7.1 | Akismet/5.7.2", "x/1", "\x80", ""))}
    own: dict[str, str] = {}
    client = tools["stranger"]
    if rule.endpoint.startswith(("akismet", "front", "health", "metrics")):
        own = shapes.akismet(draw) if draw.random() < 0.85 else {}
    elif rule.endpoint.startswith("api") and draw.random() < 0.9:
        headers["Authorization"] = f"Bearer {tools['key']}"
        if draw.random() < 0.2:
            headers["Idempotency-Key"] = shapes.value(draw)[:200]
    elif draw.random() < 0.9 and not rule.rule.endswith(_ENDS):
        client, own = tools["owner"], {"csrf_token": tools["token"]}
    raw, kind = shapes.body(draw, own)
    if own.get("csrf_token"):
        headers["X-CSRFToken"] = own["csrf_token"]
    headers = {n: v.encode("latin-1", "replace").decode("latin-1") for n, v in headers.items()}
    headers = {
        n: v.replace("\r", "").replace("\n", "").replace("\0", "") for n, v in headers.items()
    }
    query = "" if draw.random() < 0.5 else shapes.query(draw)
    asked = f"{method} {where} {kind} ?{query!r} {raw[:300]!r}"
    answer = client.open(
        where,
        method=method,
        data=None if method == "GET" else raw,
        query_string=query,
        content_type=kind.encode("latin-1", "replace").decode("latin-1"),
        headers=headers,
    )
    return answer, asked


def _tools(house: House) -> dict[str, Any]:
    owner = house.signed_in()
    page = owner.get("/moderation/profile").text
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    known = ids(house)
    return {"stranger": house.app.test_client(), "owner": owner, "token": token, "known": known}


def run(house: House, night: Night, count: int, only: str = "") -> Heard:
    """So many requests, every route in turn or *only* one; what was wrong."""
    draw, heard, bugs = night.random, Heard(), Bugs()
    logging.getLogger("service").addHandler(bugs)
    logging.getLogger("service").propagate = False
    issued = issue_key(
        BLOG,
        name="all",
        scopes=frozenset(Scope),
        acts_for="owner",
        store=house.store,
        secret=SECRET,
        now=utc_now(),
    ).text
    tools = _tools(house)
    found = [one for one in shapes.rules(house.app) if not only or one[0].rule == only]
    draw.shuffle(found)
    for number, (rule, method) in enumerate(itertools.cycle(found)):
        if number == count:
            break
        if number % 400 == 399:
            while house.app.extensions["chaffinch-background"].step():
                pass
            tools |= _tools(house)
        started = time.process_time()
        answer, asked = ask(house, draw, rule, method, tools | {"key": issued})
        took = time.process_time() - started
        said = answer.get_data()
        heard["asked"] += 1
        heard[f"answered {answer.status_code // 100}xx"] += 1
        if answer.status_code >= 500:
            heard.note(f"5xx {rule.rule} {bugs.where}", asked)
        if answer.status_code != 200 and said.strip() in VERDICTS:
            heard.note(f"a verdict in a {answer.status_code} of {rule.rule}", asked)
        if b"Traceback (most" in said:
            heard.note(f"traceback {rule.rule}", asked)
        if took > MOST_CPU_S:
            heard.note(f"slow {rule.rule}", f"{took:.1f} s {asked}")
    logging.getLogger("service").removeHandler(bugs)
    return heard


def _figure(heard: Heard) -> Figure:
    good = {"asked", *(f"answered {n}xx" for n in range(2, 6))}
    wrong = {kind: many for kind, many in heard.items() if kind not in good}
    share = heard["answered 2xx"] / max(1, heard["asked"])
    text = f"{heard['asked']} requests ({share:.0%} answered 2xx), {sum(wrong.values())} wrong"
    return Figure(text, not wrong)


def _planted(night: Night, url: str = "") -> Figure:
    """The twin: a route that reads numbers as carelessly as one can is found."""
    with housed(night.folder, url) as house:

        def careless() -> str:
            names = ("limit", "offset", "page", "count", "number", "days", "seen", "share")
            return str([int(flask.request.values.get(name, "0")) for name in names])

        house.app.add_url_rule("/planted", "front.planted", careless, methods=["POST"])
        return _figure(run(house, night, 300, only="/planted"))


def _planted_there(night: Night) -> Figure:
    with postgresql() as url:
        return _planted(night, url)


@fact(
    "F-01",
    "no request brings a 5xx, a traceback or a second of CPU; no error is a verdict (C-01)",
    how="100 000 requests of the right shape with hostile values, every route, SQLite",
    target="0 wrong",
    twin=_planted,
)
def _sqlite(night: Night) -> Figure:
    with housed(night.folder) as house:
        return _figure(run(house, night, night.count(100_000, least=1000)))


@fact(
    "F-07",
    "the same on PostgreSQL",
    how="20 000 requests as in F-01",
    target="0 wrong",
    twin=_planted_there,
)
def _postgresql(night: Night) -> Figure:
    with postgresql() as url, housed(night.folder, url) as house:
        return _figure(run(house, night, night.count(20_000, least=1000)))


# Charsets that a blog may name, and what is said in them.
CHARSETS = (
    *("utf-8", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "koi8-r"),
    *("iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15", "shift_jis", "euc_jp"),
    *("big5", "gb18030", "euc_kr", "iso2022_jp"),
)
SAID = (
    *("Thank you, that helped.", "Přílíš žluťoučký kůň", "Спасибо за статью", "Ευχαριστώ πολύ"),
    *(
        "ありがとうございます",
        "谢谢你的文章",
        "감사합니다",
        "Teşekkürler ğış",
        "תודה רבה",
        "شكرا جزيلا",
        "Grüße – „so“ €5",
    ),
)


@fact(
    "F-04",
    "every charset a blog may name is read as it was written",
    how="every text in every charset that can spell it, named in the body and in the header",
    target="all come back",
    twin=lambda _night: _read(named=""),
)
def _charsets(night: Night) -> Figure:
    return _read(named="{}")


def _read(named: str) -> Figure:
    right = asked = 0
    for charset in CHARSETS:
        for text in SAID:
            try:
                raw = quote_from_bytes(text.encode(charset), safe="").encode()
            except UnicodeEncodeError:
                continue
            word = named.format(charset)
            body = b"comment_content=" + raw
            in_body = read_pairs(body + b"&blog_charset=" + word.encode(), shapes.FORM)
            in_header = read_pairs(body, f"{shapes.FORM}; charset={word}")
            found = [first(pairs, "comment_content") for pairs in (in_body, in_header)]
            asked += 2
            right += found.count(text)
    return Figure(f"{right} of {asked} come back", right == asked)


by_tests(
    "F-05",
    "any text is folded as it should be",
    "tests/properties/test_text.py",
    how="50 000 examples of each property, by the night's seed",
    examples=50_000,
    off=KEEPS_THE_UNSEEN,
)
by_tests(
    "F-05b",
    "any bytes are read or refused, and what was read comes back from every store",
    "tests/properties/test_wire.py",
    "tests/properties/test_round_trips.py",
    how="5 000 examples of each property, by the night's seed",
    examples=5000,
    off=KEEPS_HALF_LETTERS,
)
by_tests(
    "F-08",
    "the API answers as its document says (Schemathesis)",
    "tests/contract/test_api_document.py",
    how="2 000 examples of each operation, by the night's seed",
    examples=2000,
    off=OTHER_STATUS,
)
