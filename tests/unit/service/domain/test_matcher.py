"""What each kind of entry speaks of, and who wins."""

import datetime as dt
import time

import pytest

from service.domain.entry import Effect, Entry, EntryKind, EntryStatus, read_pattern
from service.domain.matcher import Matcher, answer, compile_regex
from service.errors import InvalidField
from tests.builders import NOON, make_comment


def entry(kind, pattern, **changes):
    values = {
        "entry_id": 1,
        "site_id": None,
        "kind": kind,
        "pattern": read_pattern(kind, pattern),
        "effect": Effect.SPAM,
        "status": EntryStatus.LIVE,
        "why": "",
        "made_by": 1,
        "made_at": NOON,
    }
    return Entry(**values | changes)


def is_hit(kind, pattern, **comment):
    return bool(Matcher([entry(kind, pattern)]).hits(make_comment(**comment), NOON))


@pytest.mark.parametrize(
    ("kind", "pattern", "comment", "expected"),
    [
        (EntryKind.IP, "203.0.113.9", {"user_ip": "203.0.113.9"}, True),
        (EntryKind.IP, "203.0.113.9", {"user_ip": "203.0.113.90"}, False),
        (EntryKind.IP, "203.0.113.0/24", {"user_ip": "203.0.113.90"}, True),
        (EntryKind.IP, "203.0.113.77/24", {"user_ip": "203.0.113.90"}, True),
        (EntryKind.IP, "203.0.113.0/24", {"user_ip": "::ffff:203.0.113.5"}, True),
        (EntryKind.IP, "2001:db8::/32", {"user_ip": "2001:db8:7::1"}, True),
        (EntryKind.IP, "2001:db8::/32", {"user_ip": "203.0.113.9"}, False),
        (EntryKind.IP, "203.0.113.9", {"user_ip": "not an address"}, False),
        (EntryKind.EMAIL, "Bad@Example.net", {"author_email": " bad@example.NET "}, True),
        (EntryKind.EMAIL, "bad@example.net", {"author_email": "xbad@example.net"}, False),
        (EntryKind.DOMAIN, "evil.example", {"text": "see http://evil.example/x"}, True),
        (EntryKind.DOMAIN, "evil.example", {"text": "see www.shop.evil.example now"}, True),
        (EntryKind.DOMAIN, "evil.example", {"text": "see http://notevil.example/"}, False),
        (EntryKind.DOMAIN, "evil.example", {"text": "http://evil.example.org/"}, False),
        (EntryKind.DOMAIN, "https://evil.example/", {"author_url": "//evil.example"}, True),
        (EntryKind.DOMAIN, "evil.example", {"author_email": "a@evil.example"}, True),
        (EntryKind.DOMAIN, "пример.example", {"text": "http://пример.example/"}, True),
        (EntryKind.PHRASE, "Cheap  Flights", {"text": "so CHEAP\nflights here"}, True),
        (EntryKind.PHRASE, "cheap flights", {"text": "сhеар flights"}, True),
        (EntryKind.PHRASE, "cheap flights", {"author": "Cheap Flights"}, True),
        (EntryKind.PHRASE, "cheap flights", {"text": "cheap other flights"}, False),
        (EntryKind.REGEX, r"\bcasin[o0]\b", {"text": "a CASIN0 for all"}, True),
        (EntryKind.REGEX, r"^seo", {"author": "SEO expert"}, True),
        (EntryKind.LANGUAGE, "ru", {"text": "Это очень хороший комментарий"}, True),
        (EntryKind.LANGUAGE, "cyrillic", {"text": "This is English"}, False),
    ],
)
def test_an_entry_speaks_of(kind, pattern, comment, expected):
    assert is_hit(kind, pattern, **comment) is expected


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        (EntryKind.IP, "10.0.0.0/4"),
        (EntryKind.IP, "example"),
        (EntryKind.EMAIL, "example.org"),
        (EntryKind.DOMAIN, "localhost"),
        (EntryKind.DOMAIN, "evil example"),
        (EntryKind.PHRASE, "ab"),
        (EntryKind.PHRASE, "two\nlines"),
        (EntryKind.PHRASE, ""),
        (EntryKind.PHRASE, "x" * 501),
        (EntryKind.LANGUAGE, "de"),
    ],
)
def test_a_pattern_that_means_nothing_is_refused(kind, pattern):
    with pytest.raises(InvalidField):
        read_pattern(kind, pattern)


@pytest.mark.parametrize("pattern", ["(", "(?=a)b", r"(a)\1", "a*", "", "x{5000}"])
def test_an_expression_that_cannot_be_used_is_refused(pattern):
    with pytest.raises(InvalidField):
        compile_regex(pattern)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"\[url=.*?\].*?\[/url\]x", r"(.*)*y"])
def test_no_expression_takes_longer_than_its_text_is_long(pattern):
    # 32 kB that a backtracking engine needs longer than the universe is old for.
    text = "a" * 16_000 + "[url=" * 3_000
    regex = Matcher([entry(EntryKind.REGEX, r"\bonce\b")])
    assert regex.hits(make_comment(text), NOON) == []
    compiled = compile_regex(f"z{pattern}")
    started = time.monotonic()
    compiled.search(text)
    assert time.monotonic() - started < 5


def test_who_is_most_careful_wins_and_a_sites_own_goes_first():
    entries = [
        entry(EntryKind.EMAIL, "maria@example.net", entry_id=1, effect=Effect.SPAM),
        entry(EntryKind.IP, "203.0.113.9", entry_id=2, effect=Effect.HOLD),
        entry(EntryKind.PHRASE, "thank you", entry_id=3, effect=Effect.ALLOW),
        entry(EntryKind.PHRASE, "solved it", entry_id=4, effect=Effect.SPAM, site_id=7),
    ]
    found = Matcher(entries).hits(make_comment(), NOON)
    assert [one.entry_id for one in found] == [4, 3, 2, 1]


def test_a_shadow_is_counted_and_never_decides():
    shadow = entry(EntryKind.IP, "203.0.113.9", status=EntryStatus.SHADOW)
    found = Matcher([shadow]).hits(make_comment(), NOON)
    assert found == [shadow]
    assert answer(found) is None


def test_an_expired_entry_is_silent():
    passing = entry(EntryKind.IP, "203.0.113.9", expires_at=NOON)
    assert Matcher([passing]).hits(make_comment(), NOON) == []
    assert Matcher([passing]).hits(make_comment(), NOON - dt.timedelta(seconds=1)) == [passing]
