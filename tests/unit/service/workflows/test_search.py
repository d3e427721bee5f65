"""Search by words and operators, the same on each engine."""

import datetime as dt

import pytest

from service.domain.decision import Act
from service.domain.view import Listing, Sort, View
from service.workflows.decide import decide
from service.workflows.retain import retain
from service.workflows.review import review
from tests.builders import NOON


def find(store, who, text):
    view = View(listing=Listing.ANY, sort=Sort.NEWEST, query=text)
    return [one.guid for one in review(who, view, store=store, now=NOON).items]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("gardening", 1),
        ("gard*", 1),
        ('"fresh bread"', 1),
        ('"bread fresh"', 0),
        ("GÄRTEN", 0),
        ("author:nora", 1),
        ("author:maria", 2),
        ("email:nora@other.example", 1),
        ("email:other.example", 1),
        ("domain:bakery.example", 1),
        ("ip:198.51.100.7", 1),
        ("ip:203.0.113", 2),
        ("site:blog.example", 3),
        ("lang:en", 3),
        ('reason:"word in the text"', 2),
        ("is:waiting", 2),
        ("is:approved", 1),
        ("is:waiting bread", 1),
        ("after:2026-11-24", 3),
        ("before:2026-11-24", 0),
        ("model:stub", 3),
        ("model:other", 0),
        ("by:ana", 0),
        ("我们", 1),
        ("'; drop table search --", 0),
        ('" OR 1=1 *', 0),
    ],
)
def test_search_finds_by_words_and_operators(each_store, come, people, text, count):
    come("maybe fresh bread and gardening: http://www.bakery.example/x")
    come(
        "我们 maybe 中文", author="Nora", author_email="nora@other.example", user_ip="198.51.100.7"
    )
    come("a fine day")
    assert len(find(each_store, people[0], text)) == count


def test_search_by_who_decided(each_store, come, people):
    one, _other = come("maybe 1", "maybe 2")
    decide(people[0], one, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    assert find(each_store, people[1], "by:ana") == [one]
    assert find(each_store, people[1], "by:nobody") == []


def test_a_wrong_operator_gets_a_hint(each_store, come, people):
    view = View(listing=Listing.ANY, sort=Sort.NEWEST, query="autor:maria")
    assert review(people[0], view, store=each_store, now=NOON).hints == (
        ("autor:maria", "Did you mean author: ?"),
    )


def test_forgotten_text_is_not_found_any_more(each_store, come, people):
    come("maybe gardening")
    retain(before=NOON + dt.timedelta(days=1), store=each_store, now=NOON)
    assert find(each_store, people[0], "gardening") == []
