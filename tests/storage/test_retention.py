"""What goes when: texts past their time, by kind, counted before they go."""

import dataclasses
import datetime as dt

import pytest

from models.comment import Comment, Label
from service.domain.decision import Outcome
from service.domain.history import Past
from service.storage.imports import write_past
from tests.builders import NOON, make_submission

DAY = dt.timedelta(days=1)
REST = (Outcome.HAM, Outcome.UNSURE, Outcome.REMOVED)


@pytest.fixture
def site_id(each_store):
    with each_store.begin() as unit:
        made = unit.sites.add(blog="https://blog.example/", name="blog", is_network=False, now=NOON)
        unit.commit()
    return made.site_id


def keep(store, site_id, *pairs):
    with store.begin() as unit:
        unit.submissions.append(
            [
                dataclasses.replace(
                    make_submission(site_id), received_at=NOON - days * DAY, outcome=outcome
                )
                for days, outcome in pairs
            ]
        )
        unit.commit()


def going(store, site_id, outcomes):
    with store.read() as unit:
        return unit.retention.count_going(
            site_id, kept_days=30, outcomes=outcomes, within_days=(1, 7, 30), now=NOON
        )


def test_what_goes_is_counted_by_kind_and_by_when(each_store, site_id):
    keep(
        each_store,
        site_id,
        (31, Outcome.SPAM),
        (29.5, Outcome.SPAM),
        (25, Outcome.SPAM),
        (1, Outcome.SPAM),
        (20, Outcome.HAM),
        (22.9, Outcome.REMOVED),
    )
    spam = going(each_store, site_id, (Outcome.SPAM,))
    assert (spam.counts, spam.next_at) == ((2, 3, 4), NOON - DAY)
    rest = going(each_store, site_id, REST)
    assert (rest.counts, rest.next_at) == ((0, 0, 2), NOON + 7.1 * DAY)
    assert going(each_store, site_id + 1, REST).counts == (0, 0, 0)


def test_what_is_gone_goes_no_more(each_store, site_id):
    keep(each_store, site_id, (31, Outcome.HAM), (31, Outcome.SPAM))
    with each_store.begin() as unit:
        assert unit.retention.purge(site_id, before=NOON - 30 * DAY, outcomes=REST) == 1
        unit.commit()
    assert going(each_store, site_id, REST).counts == (0, 0, 0)
    assert going(each_store, site_id, REST).next_at is None
    assert going(each_store, site_id, (Outcome.SPAM,)).counts == (1, 1, 1)


def test_nothing_that_stands_for_its_author_is_left(each_store, site_id):
    keep(each_store, site_id, (31, Outcome.HAM))
    with each_store.begin() as unit:
        assert unit.retention.purge(site_id, before=NOON) == 1
        unit.commit()
    with each_store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT author_key FROM submission").scalar_one() is None


def past(number, label):
    comment = Comment(text=f"old {number}", author="Ann", written_at=NOON - 40 * DAY)
    return Past(source_id=str(number), comment=comment, label=label)


def test_history_that_was_brought_in_has_the_same_terms(each_store, site_id):
    with each_store.begin() as unit:
        made = unit.imports.add(site_id, "jsonl", "old.jsonl", NOON)
        for number, label in enumerate((Label.SPAM, Label.HAM, None)):
            unit.imports.append(made, site_id, "jsonl", [write_past(past(number, label))])
        unit.commit()
    assert going(each_store, site_id, (Outcome.SPAM,)).counts == (1, 1, 1)
    assert going(each_store, site_id, REST).counts == (2, 2, 2)
    with each_store.begin() as unit:
        assert unit.retention.purge(site_id, before=NOON, outcomes=(Outcome.SPAM,)) == 1
        unit.commit()
    assert going(each_store, site_id, REST).counts == (2, 2, 2)
