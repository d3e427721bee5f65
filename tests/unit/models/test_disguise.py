"""What disguise hides from a filter and not from a reader, and what is no disguise."""

import unicodedata

import pytest

from models.text import disguised, domain_of, host_of, look, spelled_out
from training.augment import TRANSFORMS


@pytest.mark.parametrize("way", ["zero-width characters", "full-width letters", "combining marks"])
def test_a_link_in_disguise_is_still_a_link(way):
    seen = look(TRANSFORMS[way]("see http://www.example.com/watch now"))
    assert [domain_of(link.url) for link in seen.links] == ["example.com"]


def test_a_host_in_its_own_script_stays_itself():
    assert [link.url for link in look("http://müller.example/straße").links] == [
        "http://müller.example/straße"
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("ch4nn3l", "channel"),
        ("0ut of st0ck", "out of stock"),
        ("mp3 and 3d in 2026, win32, 4you", "mp3 and 3d in 2026, win32, 4you"),
    ],
)
def test_digits_inside_a_word_are_read_as_letters(given, wanted):
    assert spelled_out(given) == wanted


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "text", ["đường được người Việt nữa xin chào các bạn", "naïve café", "زبان‌های فارسی می‌خواهم"]
)
def test_a_language_with_marks_is_no_disguise(text, form):
    assert disguised(unicodedata.normalize(form, text)) == 0


def test_a_mark_on_every_letter_is_a_disguise():
    assert disguised(TRANSFORMS["combining marks"]("free bitcoin investment"))
    assert disguised(TRANSFORMS["zero-width characters"]("free bitcoin investment"))


def test_a_host_is_in_small_letters_whatever_stands_in_it():
    assert host_of("http://CASINO%.EXAMPLE/") == "casino%.example"
