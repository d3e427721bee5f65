"""Indexing a hundred at a time leaves what indexing one by one left, on both engines."""

import dataclasses
import datetime as dt
import random
import secrets
import shutil

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from models.comment import write_comment
from service.domain.groups import MOST_PLACES, Campaign, Groups
from service.domain.likeness import likeness, share, shares
from service.domain.query import read_query
from service.domain.tokens import tokens
from service.storage.lists import ListAsk
from service.storage.queue_tables import campaign, campaign_band
from service.storage.records import write_text
from service.storage.search import INDEXED, search
from service.storage.store import Store
from service.storage.tables import submission
from service.workflows.administer import add_site
from service.workflows.index_new import index_new
from tests.builders import BLOG, NOON, make_comment, make_submission
from tests.one_by_one import index_one_by_one, old_likeness, old_tokens
from tests.properties.strategies import comments

WORDS = ("watches", "garden", "soup", "casino", "lawyer", "credit", "train", "bread", "sugar")
CONTACTS = ("", "", " t.me/goldking", " ask me@gold.example", " call +49 170 1234567", " @silverq")
LATER = NOON + dt.timedelta(days=1)


def template(chance):
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(12, 40)))


def arriving(chance, site_id, many):
    """Texts of few templates, changed here and there, some with an address in common."""
    templates = [template(chance) for _ in range(many // 12)]
    for number in range(many):
        words = chance.choice(templates).split()
        for _ in range(chance.randint(0, len(words) // 2)):
            words[chance.randrange(len(words))] = chance.choice([*WORDS, "Сам", "ß", "我们都"])
        text = " ".join(words) + chance.choice(CONTACTS)
        new = make_submission(
            guid=secrets.token_hex(16),
            site_id=site_id,
            received_at=NOON + dt.timedelta(seconds=chance.randint(-500, 500)),
        )
        arrival = dataclasses.replace(
            new.arrival, comment=make_comment(text, blog=BLOG), is_test=number % 50 == 7
        )
        yield dataclasses.replace(new, arrival=arrival)


def left(store):
    """Everything that indexing writes."""
    with store.engine.connect() as connection:
        words = search.c.rowid if store.engine.dialect.name == "sqlite" else search.c.submission_id
        return {
            "groups": list(connection.execute(campaign.select().order_by(campaign.c.id))),
            "keys": sorted(connection.execute(campaign_band.select()).all()),
            "told": connection.execute(
                sa.select(submission.c.id, submission.c.campaign_id).order_by(submission.c.id)
            ).all(),
            "found": sorted(connection.execute(sa.select(words)).scalars()),
        }


@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_at_a_time_leave_the_groups_that_one_by_one_left(
    each_store, sqlite_template, tmp_path, seed
):
    oracle = Store.open(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'oracle.sqlite3')}")
    new = list(arriving(random.Random(seed), 1, 330))
    for store in (each_store, oracle):
        add_site(BLOG, store=store, secret="0" * 64, now=NOON)
        with store.begin() as unit:
            unit.append(new)
            unit.commit()
    while index_new(store=each_store, now=LATER):
        pass
    while index_one_by_one(oracle):
        pass
    ours, theirs = left(each_store), left(oracle)
    oracle.close()
    sizes = [row.size for row in theirs["groups"]]
    assert max(sizes) > 2
    assert 1 in sizes
    assert ours == theirs


def test_comments_of_a_batch_join_what_an_earlier_batch_had_made(each_store):
    add_site(BLOG, store=each_store, secret="0" * 64, now=NOON)
    offer = "we sell the very best watches of the whole world for a small price, dear {}"
    for name in ("friend", "madam", "sir"):
        new = make_submission(guid=secrets.token_hex(16), received_at=NOON)
        comment = make_comment(offer.format(name), blog=BLOG)
        arrival = dataclasses.replace(new.arrival, comment=comment)
        with each_store.begin() as unit:
            unit.append([dataclasses.replace(new, arrival=arrival)])
            unit.commit()
        assert index_new(store=each_store, now=LATER) == 1
    (group,) = left(each_store)["groups"]
    assert group.size == 3
    assert [own for _, own in left(each_store)["told"]] == [group.id] * 3


def stored(store, text="we sell the very best watches of the whole world for a small price"):
    """One comment of *text*, stored a day ago."""
    new = make_submission(guid=secrets.token_hex(16), received_at=NOON)
    arrival = dataclasses.replace(new.arrival, comment=make_comment(text, blog=BLOG))
    with store.begin() as unit:
        unit.append([dataclasses.replace(new, arrival=arrival)])
        unit.commit()


def set_text(store, text):
    """Another hand changes the text of all that is stored."""
    kept = submission.update().values(comment=write_text(write_comment(make_comment(text))))
    with store.engine.begin() as connection:
        connection.execute(kept)


@pytest.mark.parametrize("is_changed", [True, False])
def test_what_was_forgotten_while_its_words_were_worked_out_is_not_found_by_them(
    each_store, monkeypatch, is_changed
):
    add_site(BLOG, store=each_store, secret="0" * 64, now=NOON)
    stored(each_store)
    begin = each_store.begin

    def begin_late():
        # Between what is read and what is written.
        monkeypatch.setattr(each_store, "begin", begin)
        if is_changed:
            set_text(each_store, "forgotten")
        return begin()

    monkeypatch.setattr(each_store, "begin", begin_late)
    assert index_new(store=each_store, now=LATER) == 1
    assert len(left(each_store)["found"]) == (0 if is_changed else 1)
    index_new(store=each_store, now=LATER)
    assert len(left(each_store)["groups"]) == (0 if is_changed else 1)
    with each_store.read() as unit:
        by_old = unit.lists.count(ListAsk(terms=read_query("watches").terms))
    assert by_old == (0 if is_changed else 1)


@pytest.fixture
def shared(postgres_url):
    """A store that several processes may work on."""
    store = Store.open(postgres_url)
    yield store
    store.close()


@pytest.mark.postgres
def test_a_comment_that_is_too_young_is_not_passed_by(shared):
    add_site(BLOG, store=shared, secret="0" * 64, now=NOON)
    for seconds in (5, 0):
        new = make_submission(
            guid=secrets.token_hex(16), received_at=NOON + dt.timedelta(seconds=seconds)
        )
        with shared.begin() as unit:
            unit.append([new])
            unit.commit()
    assert index_new(store=shared, now=NOON + dt.timedelta(seconds=4)) == 0
    assert index_new(store=shared, now=NOON + dt.timedelta(seconds=9)) == 2


@pytest.mark.postgres
def test_one_process_at_a_time_makes_words(shared):
    add_site(BLOG, store=shared, secret="0" * 64, now=NOON)
    stored(shared)
    with shared.read() as unit:
        assert unit.try_alone(INDEXED)
        assert index_new(store=shared, now=LATER) == 0
    assert index_new(store=shared, now=LATER) == 1


@given(comments)
def test_a_likeness_and_words_are_what_they_were(comment):
    new = make_submission()
    new = dataclasses.replace(new, arrival=dataclasses.replace(new.arrival, comment=comment))
    assert likeness(comment, "blog.example") == old_likeness(comment, "blog.example")
    assert tokens(new) == old_tokens(new)


@given(st.text(min_size=55, max_size=200), st.sampled_from(CONTACTS))
def test_a_likeness_of_a_longer_text_is_what_it_was(text, contact):
    comment = make_comment(text + contact)
    assert likeness(comment) == old_likeness(comment)


def test_only_the_newest_places_are_looked_at():
    own = likeness(make_comment("a text that is long enough to be told from all others, by itself"))
    twin = Campaign(1, own.signature, 1, 1, NOON, NOON)
    strangers = [Campaign(n + 2, "0" * 256, n, 1, NOON, NOON) for n in range(MOST_PLACES)]
    near = [(one, own.bands[0]) for one in (twin, *strangers)]
    hidden, seen = Groups(near), Groups(near[:-MOST_PLACES])
    for groups in (hidden, seen):
        groups.take(own, 99, NOON)
    assert (len(hidden.made), len(hidden.joined)) == (1, 0)
    assert (len(seen.made), len(seen.joined)) == (0, 1)


def test_shares_are_each_share():
    one, two, three = (
        likeness(
            make_comment(
                f"{word} and a text that is quite long enough to say something about itself"
            )
        )
        for word in ("a first", "and a second", "a third one with other words before it")
    )
    others = [one.signature, two.signature, three.signature]
    assert shares(one.signature, others) == [share(one.signature, other) for other in others]
    assert shares(one.signature, []) == []
