"""Counts in Akismet's JSON and CSV: which are strings, which are numbers, what is said back."""

import csv
import io

import pytest

from service.akismet import account
from service.errors import InvalidField
from service.workflows.count_calls import MonthCount, SiteCount, SitesAsk, SitesPage, Statistics
from tests.builders import NOON

ROW = SiteCount(
    blog="https://a.example/", api_calls=5, spam=3, ham=2, missed_spam=1, false_positives=0
)
PAGE = SitesPage((ROW,), 41)


def statistics(**counts):
    counts = dict.fromkeys(("spam", "ham", "missed_spam", "false_positives"), 0) | counts
    return Statistics(**counts, months={"2026-11": MonthCount(**counts, blogs=1)})


def test_key_sites_is_a_list_under_its_month_with_counters_as_text():
    assert account.write_key_sites(PAGE, SitesAsk(month="2026-10", limit=7, offset=14)) == {
        "2026-10": [
            {
                "site": "https://a.example/",
                "api_calls": "5",
                "spam": "3",
                "ham": "2",
                "missed_spam": "1",
                "false_positives": "0",
                "is_revoked": False,
            }
        ],
        "limit": 7,
        "offset": 14,
        "total": 41,
    }


def test_an_empty_month_is_still_a_list():
    assert account.write_key_sites(SitesPage((), 0), SitesAsk(month="2020-01"))["2020-01"] == []


def test_csv_has_the_real_ones_heading_and_only_a_hint_of_the_key():
    text = account.write_key_sites_csv(PAGE, SitesAsk(month="2026-10", limit=7, offset=14), "c0ff…")
    assert text == (
        "Active sites for c0ff… during 2026-10 (limit:7, offset: 14, total: 41)\n"
        "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked\n"
        "https://a.example/,5,3,2,1,0,false\n"
    )


@pytest.mark.parametrize("blog", ["=1+1", "+1", "-1", "@x", 'https://a.example/?q="a,b"', "a\nb"])
def test_a_cell_of_csv_is_one_cell_and_no_formula(blog):
    text = account.write_key_sites_csv(
        SitesPage((SiteCount(blog=blog),), 1), SitesAsk(month="2026-10"), "c0ff…"
    )
    (cells,) = list(csv.reader(io.StringIO(text.split("Is Revoked\n")[1], newline="")))
    assert len(cells) == 7
    assert cells[0].removeprefix("'") == blog
    assert cells[0][0] not in "=+-@"


@pytest.mark.parametrize(
    ("asked", "limit", "offset"),
    [
        ([], 500, 0),
        ([("limit", "10"), ("offset", "20")], 10, 20),
        ([("limit", "20000")], 20_000, 0),
        ([("limit", "0"), ("offset", " 3 ")], 0, 3),
    ],
)
def test_the_page_that_is_asked_for_is_said_back(asked, limit, offset):
    ask = account.read_sites_ask(asked, NOON)
    found = account.write_key_sites(PAGE, ask)
    assert (ask.month, found["limit"], found["offset"]) == ("2026-11", limit, offset)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("month", text) for text in ("2026-13", "2026-1", "0000-01", "november", "2026-11-01")),
        *((name, text) for name in ("limit", "offset") for text in ("-1", "1.5", "x", "9" * 20)),
    ],
)
def test_a_page_that_cannot_be_is_refused_by_name(name, text):
    with pytest.raises(InvalidField) as refused:
        account.read_sites_ask([(name, text)], NOON)
    assert refused.value.field == name


def test_statistics_are_numbers_outside_and_text_inside():
    found = account.write_statistics(
        statistics(spam=149, ham=242, missed_spam=10, false_positives=10)
    )
    assert found == {
        "spam": 149,
        "ham": 242,
        "missed_spam": 10,
        "false_positives": 10,
        "accuracy": "94.88",
        "time_saved": 7450,
        "breakdown": {
            "2026-11": {
                "spam": "149",
                "ham": "242",
                "missed_spam": "10",
                "false_positives": "10",
                "blogs": "1",
                "da": "2026-11-01",
            }
        },
    }


def test_without_calls_nobody_was_wrong():
    assert account.write_statistics(statistics())["accuracy"] == "100"


def test_accuracy_is_never_less_than_nothing():
    assert account.write_statistics(statistics(ham=1, missed_spam=5))["accuracy"] == "0.00"


@pytest.mark.parametrize(
    ("word", "days"),
    [("60-days", 60), ("6-months", 183), ("year", 365), ("", 60), ("ages", 60)],
)
def test_statistics_are_asked_for_by_a_word(word, days):
    assert (NOON - account.read_since([("from", word)], NOON)).days == days
    assert account.read_since([("from", "all")], NOON) is None
