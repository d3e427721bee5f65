"""Each row of the catalogue and of the threats names a test that is there, or says why not."""

import re

import pytest

from tests.architecture.source import ROOT

TABLES = {"tests/README.md": ("catalogue", 56), "SECURITY.md": ("threats", 88)}
SHOWN = re.compile(r"`tests/|nightly `|not done: \S")
NIGHTLY = re.compile(r'^(?:@fact|by_tests)\(\s*"([A-Z]-\d\d\w?)"', re.MULTILINE)


def rows(place):
    name, least = TABLES[place]
    text = (ROOT / place).read_text(encoding="utf-8")
    table = text.partition(f"<!-- {name}:begin -->")[2].partition(f"<!-- {name}:end -->")[0]
    found = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(found) == least
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found]


def at_night():
    modules = (ROOT / "tests" / "nightly").glob("*.py")
    return {ref for one in modules for ref in NIGHTLY.findall(one.read_text(encoding="utf-8"))}


def is_there(named):
    place, _, function = named.partition("::")
    file = ROOT / place
    if not function:
        return file.exists()
    return file.is_file() and f"def {function}(" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("place", TABLES)
def test_every_row_names_what_shows_it_or_says_why_not(place):
    silent = [row for row in rows(place) if not SHOWN.search(row[2])]
    assert silent == []


@pytest.mark.parametrize("place", TABLES)
def test_every_test_that_is_named_is_there(place):
    named = {one for row in rows(place) for one in re.findall(r"`(tests/[^`]+)`", row[2])}
    assert len(named) > 30
    assert {one for one in named if not is_there(one)} == set()


@pytest.mark.parametrize("place", TABLES)
def test_every_fact_of_the_night_that_is_named_is_there(place):
    named = {one for row in rows(place) for one in re.findall(r"nightly `([^`]+)`", row[2])}
    assert named
    assert named - at_night() == set()


def test_every_fact_of_the_night_is_in_the_catalogue():
    told = {
        one for row in rows("tests/README.md") for one in re.findall(r"nightly `([^`]+)`", row[2])
    }
    # The gate's own tests again under another name: a row names the tests.
    assert at_night() - told == {"C-05", "C-06"}


def test_what_is_not_there_would_be_noticed():
    assert not is_there("tests/architecture/test_catalogue.py::test_nothing")
    assert not is_there("tests/nothing.py")
