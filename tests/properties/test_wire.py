"""The wire's read side: total on any bytes, and what a client wrote is what is read."""

import dataclasses
import datetime as dt
import json
import string
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlencode

from hypothesis import given
from hypothesis import strategies as st

from models.comment import Comment
from service.akismet import account, wire
from service.akismet.form import (
    MOST_BYTES,
    _unquoted,
    every,
    first,
    has,
    read_json_pairs,
    read_pairs,
)
from service.domain.site import KEY_SHAPE, key_hash, same_address
from service.errors import BadInput

FORM = "application/x-www-form-urlencoded"
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
# Pieces real clients and attackers send; plain random bytes seldom hold a `%` before two digits.
PIECES = st.sampled_from(
    [
        *(
            b"&",
            b"=",
            b"%",
            b"+",
            b"%00",
            b"%FF",
            b"%zz",
            b"%u0041",
            b"[",
            b"]",
            b"[]",
            b"\\",
            b"'",
        ),
        *(b"key", b"api_key", b"blog", b"user_ip", b"comment_content", b"comment_context%5B0%5D"),
        *(b"blog_charset=gbk", b"charset=utf-7", b"blog_charset=iso2022_jp", b"is_test"),
        *(
            b"comment_date_gmt=9999-12-31T23:59:59-14:00",
            b"comment_date_gmt=0001-01-01",
            b"{",
            b'"',
        ),
        *(b"honeypot_field_name=comment_content", b"POST_ak_bib", b"month=2026-13", b"limit=9e9"),
    ]
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=40).map(b"".join),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)
TYPES = st.one_of(
    st.sampled_from(
        [
            *("", FORM, "application/json", "text/json; charset=utf-16", "multipart/form-data"),
            *(f"{FORM}; charset={name}" for name in ("utf-7", "gbk", "zlib", "idna", "\0", "")),
        ]
    ),
    st.text(max_size=60),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
HEX = st.text("0123456789abcdef", min_size=12, max_size=12)


@given(BODIES, TYPES, st.binary(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_any_request_is_read_or_refused_as_bad_input(body, content_type, query, client, host):
    try:
        pairs = read_pairs(body, content_type, query)
    except BadInput:
        return
    for name, value in pairs:
        (name + value).encode()
    arrival = wire.read_arrival(pairs, client)
    json.dumps(dataclasses.asdict(arrival), default=str).encode()
    assert arrival.comment.written_at is None or arrival.comment.written_at.tzinfo is dt.UTC
    wire.read_key("verify-key", pairs, host)
    wire.read_blog(pairs)
    account.read_since(pairs, NOW)
    for ask in (wire.require_comment_fields, lambda given: account.read_sites_ask(given, NOW)):
        try:
            ask(pairs)
        except BadInput:
            continue


@given(st.integers(1, 4))
def test_a_body_over_the_limit_is_refused_before_it_is_read(more):
    for body, query in (
        (b"x" * (MOST_BYTES + more), b""),
        (b"a&" * 3000, b""),
        (b"", b"a&" * 3000),
    ):
        try:
            read_pairs(body, FORM, query)
        except BadInput:
            continue
        raise AssertionError


@given(st.lists(st.tuples(st.text(string.ascii_lowercase + "_", min_size=1), TEXT), max_size=20))
def test_what_a_client_encodes_is_what_is_read(pairs):
    for encode in (quote_plus, quote):
        assert read_pairs(urlencode(pairs, quote_via=encode).encode(), FORM) == pairs
        assert read_pairs(b"", FORM, urlencode(pairs, quote_via=encode).encode()) == pairs
    # WordPress leaves the sign away behind a name without a value.
    bare = urlencode(pairs).replace("=&", "&").removesuffix("=").encode()
    assert read_pairs(bare, FORM) == pairs


@given(st.dictionaries(st.text(string.ascii_lowercase, min_size=1), TEXT, max_size=10))
def test_json_is_read_like_a_form(table):
    assert read_json_pairs(json.dumps(table).encode()) == list(table.items())
    assert read_pairs(json.dumps(table, ensure_ascii=False).encode(), "application/json") == list(
        table.items()
    )


# Of all letters Hypothesis seldom draws half a one.
TORN = st.text(st.sampled_from("aé\ud83d\udca9"), max_size=20)


@given(st.dictionaries(TORN, TORN | st.lists(TORN, max_size=3), max_size=5))
def test_half_a_letter_in_json_is_never_read(table):
    for name, value in read_json_pairs(json.dumps(table).encode()):
        f"{name}{value}".encode()


WORDS = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=20)
TIMES = st.datetimes(dt.datetime(1970, 5, 1), dt.datetime(9998, 12, 30), timezones=st.just(dt.UTC))
PLAIN = TEXT.filter(str.strip).map(str.strip)
COMMENTS = st.builds(
    Comment,
    text=TEXT,
    author=TEXT,
    author_email=TEXT,
    author_url=TEXT,
    user_ip=PLAIN,
    user_agent=TEXT,
    referrer=TEXT,
    permalink=TEXT,
    comment_type=PLAIN,
    written_at=st.none() | TIMES.map(lambda moment: moment.replace(microsecond=0)),
    post_modified_at=st.none() | TIMES.map(lambda moment: moment.replace(microsecond=0)),
    blog=PLAIN,
    blog_lang=st.lists(WORDS, max_size=4).map(tuple),
    user_role=st.lists(WORDS, max_size=4).map(tuple),
    context=st.lists(PLAIN, max_size=4).map(tuple),
    parent=TEXT.filter(lambda text: text != "0"),
    behaviour=st.dictionaries(
        st.sampled_from(["ak_js", "ak_bib", "ak_bkp"]), TEXT.filter(bool), max_size=3
    ).map(lambda signals: tuple(sorted(signals.items()))),
)
NAMES = {
    "text": "comment_content",
    "author": "comment_author",
    "author_email": "comment_author_email",
    "author_url": "comment_author_url",
    "parent": "comment_parent",
}


def written(comment):
    """*comment* in Akismet's names, as a client writes it."""
    pairs = []
    for field in dataclasses.fields(Comment):
        value = getattr(comment, field.name)
        name = NAMES.get(field.name, field.name)
        if isinstance(value, str):
            pairs.append((name, value))
    pairs.append(("blog_lang", ", ".join(comment.blog_lang)))
    pairs.append(("user_role", ",".join(comment.user_role)))
    pairs += [(f"comment_context[{at}]", text) for at, text in enumerate(comment.context)]
    pairs += [(f"POST_{name}", text) for name, text in comment.behaviour]
    for name, moment in (
        ("comment_date_gmt", comment.written_at),
        ("comment_post_modified_gmt", comment.post_modified_at),
    ):
        pairs += [(name, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))] if moment else []
    return pairs


@given(COMMENTS)
def test_every_field_of_a_comment_comes_back(comment):
    body = urlencode(written(comment)).encode()
    assert wire.read_arrival(read_pairs(body, FORM), "").comment == comment


@given(COMMENTS)
def test_what_wordpress_escapes_comes_back_too(comment):
    def escaped(text):
        slashed = "".join(f"\\{letter}" if letter in "\\'\"" else letter for letter in text)
        return slashed.replace("\0", "\\0")

    comment = dataclasses.replace(comment, text=f"It's {comment.text}")
    plain = ("blog", "comment_context", "blog_lang", "user_role", "POST_")
    pairs = [
        (name, value if name.startswith(plain) else escaped(value))
        for name, value in written(comment)
    ]
    client = "WordPress/7.1 | Akismet/5.7.2"
    assert wire.read_arrival(read_pairs(urlencode(pairs).encode(), FORM), client).comment == comment


@given(TEXT)
def test_unslash_takes_back_addslashes(text):
    slashed = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    assert wire.unslash(slashed.replace("\0", "\\0")) == text


@given(TIMES, st.integers(0, 999))
def test_a_time_is_the_same_in_all_its_spellings(moment, millis):
    moment = moment.replace(microsecond=millis * 1000)
    whole = moment.replace(microsecond=0)
    away = whole.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    spellings = {
        whole.strftime("%Y-%m-%dT%H:%M:%SZ"): whole,
        whole.isoformat(): whole,
        away.isoformat(): whole,
        moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"): moment,
        whole.replace(tzinfo=None).isoformat(): whole,
        whole.strftime("%Y-%m-%d %H:%M:%S"): whole,
        f" {whole.strftime('%Y-%m-%d %H:%M:%S')}\n": whole,
    }
    for text, wanted in spellings.items():
        assert wire.read_time(text) == wanted
    seconds = int(whole.timestamp())
    assert wire.read_time(str(seconds)) == (whole if seconds >= 10**8 else None)


@given(st.text(max_size=50))
def test_any_text_is_a_time_or_none(text):
    moment = wire.read_time(text)
    assert moment is None or moment.utcoffset() == dt.timedelta(0)


ENDPOINTS = ("verify-key", "comment-check", "get-stats", "key-sites", "token")


@given(
    st.sampled_from(ENDPOINTS),
    st.none() | HEX,
    st.none() | HEX,
    st.none() | HEX,
    st.sampled_from(["", ":80", ":8000"]),
)
def test_a_key_is_found_in_its_order_of_precedence(endpoint, key, api_key, in_host, port):
    pairs = [(name, value) for name, value in (("api_key", api_key), ("key", key)) if value]
    host = f"{(in_host or 'rest').upper()}.akismet.example{port}"
    order = (key, api_key) if endpoint in {"verify-key", "get-stats"} else (api_key, key)
    wanted = next((found for found in (*order, in_host) if found), "")
    assert wire.read_key(endpoint, pairs, host) == wanted


@given(st.text(max_size=60))
def test_a_host_holds_a_key_only_as_its_first_label(host):
    key = wire.key_in_host(host)
    assert key == "" or host.strip().lower().startswith(f"{key}.")
    assert wire.key_in_host("127.0.0.1:8000") == ""


@given(HEX)
def test_letter_case_of_a_key_does_not_count(key):
    assert KEY_SHAPE.fullmatch(key)
    assert key_hash(key.upper(), "secret") == key_hash(f" {key}\n", "secret")
    assert key not in key_hash(key, "secret")


@given(st.text(max_size=80))
def test_an_address_has_one_form_and_the_form_is_its_own(url):
    form = same_address(url)
    assert same_address(f"  {url}  ") == form


@given(st.sampled_from(["", "0", "false", "False", "FALSE", "no", "off", " 0 "]))
def test_is_test_knows_every_no(text):
    assert not wire.read_yes(text)


@given(st.lists(st.tuples(WORDS, TEXT), max_size=8), WORDS)
def test_first_every_and_has_agree(pairs, name):
    values = [value for sent, value in pairs if sent == name]
    assert has(pairs, name) is bool(values)
    assert every(pairs, name) == [value for value in values if value]
    assert first(pairs, name) == next((value for value in values if value), "")


@given(st.lists(PIECES | st.sampled_from([b"%D0%BF", b"%d0"]), max_size=40).map(b"".join))
def test_escapes_are_read_as_the_library_reads_them(raw):
    assert unquote_to_bytes(raw) == _unquoted(raw)
