"""Every family finds what it is named for, and nothing when its fields are not known."""

import dataclasses

import pytest

from models import lexicon
from models.comment import Comment
from models.families.wording import grams
from models.features import FAMILIES, by_family
from models.text import fold

FULL = Comment(
    text="Great post! Subscribe to my channel, call me on WhatsApp. See http://shoes.example/a/b",
    author="Cheap Shoes",
    author_email="shoes99@shoes.example",
    author_url="http://www.shoes.example/cheap-shoes.php?id=1",
    permalink="https://blog.example.org/great-channel-of-porto/",
    blog_lang=("en",),
    behaviour=(("honeypot", "filled"),),
)


def keys(family: str, comment: Comment) -> set[str]:
    found = [f for place, f in by_family(comment) if FAMILIES[place].name == family]
    runs = {f"{f.key}{gram}" for f in found for gram in grams(f.runs) if f.runs}
    return runs | {f.key for f in found if not f.runs}


FACTS = [
    ("words", Comment(text="A Casino"), "w:casino"),
    ("pairs", Comment(text="online casino"), "w:online casino"),
    ("pieces", Comment(text="casino"), "c: cas"),
    ("words", Comment(text="c a s i n o wins"), "w:casino"),
    ("name words", Comment(author="SEO Expert"), "aw:seo"),
    ("name pieces", Comment(author="SEO"), "ac: seo"),
    ("name shape", Comment(author="Maria Keller"), "as:name2"),
    ("name shape", Comment(author="cheap shoes"), "as:lowerTrue"),
    ("name shape", Comment(author="http://a.com/"), "as:address"),
    ("name shape", Comment(author="how to lose weight"), "as:phrase"),
    ("link", FULL, "utld:example"),
    ("link", FULL, "ux:php"),
    ("link", FULL, "u?"),
    ("email", Comment(author_email="a@gmail.com"), "e:free"),
    ("email", Comment(author_email="a@yahoo.com"), "e:free"),
    ("email", Comment(author_email="a@mailinator.com"), "e:throwaway"),
    ("name and link", FULL, "u~a"),
    ("link and email", FULL, "e=u"),
    (
        "link and blog",
        Comment(author_url="http://me.example.org", permalink="https://blog.example.org/a"),
        "u=b",
    ),
    ("praise and link", FULL, "p&u"),
    ("name and text", Comment(text="I sell shoes", author="Cheap Shoes"), "a~tFalse"),
    ("own link", FULL, "l=u"),
    ("links", FULL, "l:1"),
    ("links", Comment(text="no link here"), "l:0"),
    ("links", Comment(text='<a href="http://b.example">a.example</a>'), "l!a"),
    ("praise", FULL, "p&l"),
    ("offers", FULL, "r:contact"),
    ("offers", FULL, "r:self"),
    ("offers", Comment(text="I invested in bitcoin with Mrs Olivia"), "r:invest"),
    ("offers", Comment(text="main di slot gacor"), "r:gamble"),
    ("disguise", Comment(text="𝐖𝐄𝐓𝐎𝐍𝟖𝟖"), "r:brand&"),
    ("disguise", Comment(text='<p style="display:none">buy</p>hi'), "r:hidden"),
    ("behaviour", FULL, "r:honeypot"),
    ("shape", Comment(text="LOUD NEWS"), "s:upper"),
    ("page", FULL, "pg+"),
    ("language", Comment(text="купить", blog_lang=("en",)), "la:script"),
]


@pytest.mark.parametrize(("family", "comment", "key"), FACTS, ids=lambda x: str(x)[:30])
def test_a_family_finds_what_it_is_named_for(family, comment, key):
    assert key in keys(family, comment)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_finds_nothing_when_a_field_it_needs_is_not_known(family):
    for field in family.needs:
        empty = dataclasses.replace(
            FULL, **{field: () if field in {"blog_lang", "behaviour"} else ""}
        )
        assert keys(family.name, empty) == set()


def test_every_family_is_shown_by_a_fact():
    shown = {family for family, _, _ in FACTS}
    assert {family.name for family in FAMILIES} - shown - {"email shape"} == set()


def test_what_the_local_part_says_is_never_a_feature():
    one = Comment(author_email="maria12@example.org")
    other = Comment(author_email="pedro34@example.org")
    assert [f.key for _, f in by_family(one)] == [f.key for _, f in by_family(other)]


def test_repeating_a_good_word_changes_nothing():
    once, often = Comment(text="harbour casino"), Comment(text="harbour casino" + " harbour" * 40)
    assert keys("words", once) == keys("words", often)


def test_the_words_of_a_name_weigh_the_same_however_many():
    found = [
        f for p, f in by_family(Comment(author="a bc def ghi")) if FAMILIES[p].name == "name words"
    ]
    assert sum(f.x**2 for f in found) == pytest.approx(1.0)


SIGNS = ["", "casino", "call me +1 (555) 010-0199 now", "[URL=x]go[/URL]", "pluto88"]


@pytest.mark.parametrize(
    "text", [*SIGNS, "great post", "tel: +٤٤ 20 7946 0958", "Check my channel"]
)
def test_what_may_be_there_is_never_less_than_what_is(text):
    folded = fold(text)
    may = lexicon.signs(folded)
    assert {key for key, _, pattern in lexicon.OFFERS if pattern.search(folded)} <= may
    for key, pattern in (
        ("praise", lexicon.PRAISE),
        ("trade", lexicon.TRADE),
        ("brand", lexicon.BRAND),
    ):
        assert bool(pattern.search(folded)) == (key in may)
