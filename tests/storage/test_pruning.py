"""Rows that go: what was forgotten long ago and nobody spoke of. What they counted for stays."""

import dataclasses
import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.decision import Act, Outcome
from service.domain.moderator import Role
from service.errors import NotFound
from service.storage.desk_tables import entry_hit
from service.storage.history_tables import day_count
from service.storage.pruning import _unmentioned
from service.storage.tables import metadata, submission
from service.workflows.add_note import add_note
from service.workflows.administer import add_moderator, add_site, set_policy
from service.workflows.count_calls import SitesAsk, count_sites, count_statistics
from service.workflows.decide import decide
from service.workflows.prune import prune
from service.workflows.report_mistake import report_mistake
from service.workflows.retain import retain
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival, make_submission
from tests.conftest import SECRET

DAY = dt.timedelta(days=1)
VERDICTS = (Verdict.HAM, Verdict.SPAM, Verdict.BLATANT)


@pytest.fixture
def site(each_store):
    add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON)
    return set_policy(BLOG, {"kept_days": 30}, store=each_store, now=NOON)


@pytest.fixture
def ana(each_store):
    return add_moderator("ana", password=PASSWORD, role=Role.OWNER, store=each_store, now=NOON)[0]


def keep(store, site, *rows):
    """Rows of (days ago, verdict), oldest first, and a new one last; answers with the old ones."""
    made = [
        make_submission(site.site_id, verdict=verdict, received_at=NOON - days * DAY)
        for days, verdict in rows
    ]
    with store.begin() as unit:
        unit.submissions.append([*made, make_submission(site.site_id, verdict=Verdict.HAM)])
        unit.commit()
    return made


def drop(store, days=90):
    retain(store=store, now=NOON)
    return prune(rows_days=days, store=store, now=NOON)


def is_there(store, one):
    with store.read() as unit:
        return unit.submissions.find(one.guid) is not None


def test_what_was_forgotten_long_ago_goes_and_nothing_else(each_store, site):
    old, forgotten, fresh = keep(
        each_store, site, (91, Verdict.SPAM), (89, Verdict.SPAM), (1, Verdict.HAM)
    )
    assert drop(each_store) == 1
    assert [is_there(each_store, one) for one in (old, forgotten, fresh)] == [False, True, True]
    assert drop(each_store) == 0


def test_what_a_site_keeps_for_good_stays(each_store, site):
    set_policy(BLOG, {"kept_days": None, "kept_spam_days": 7}, store=each_store, now=NOON)
    ham, spam = keep(each_store, site, (400, Verdict.HAM), (400, Verdict.SPAM))
    retain(before=NOON - DAY, store=each_store, now=NOON)
    assert drop(each_store) == 1
    assert (is_there(each_store, ham), is_there(each_store, spam)) == (True, False)


def test_what_waits_or_a_person_spoke_of_stays(each_store, site, ana):
    waits, decided, noted, free = keep(
        each_store,
        site,
        (91, Verdict.UNSURE),
        (91, Verdict.SPAM),
        (91, Verdict.SPAM),
        (91, Verdict.SPAM),
    )
    decide(ana, decided.guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    add_note(ana, noted.guid, "known to us", store=each_store, now=NOON)
    assert drop(each_store) == 1
    left = [is_there(each_store, one) for one in (waits, decided, noted, free)]
    assert left == [True, True, True, False]


def test_every_table_that_speaks_of_a_comment_keeps_it():
    speaking = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "submission.id"
    }
    assert {"decision", "remark", "claim", "bulk_item", "recheck", "handover"} <= speaking
    found = _unmentioned()
    assert len(found) == len(speaking)
    text = " ".join(map(str, found))
    assert all(f"{name}.submission_id" in text for name in speaking)


def test_the_newest_row_stays_so_that_no_number_comes_again(each_store, site):
    made = [
        make_submission(site.site_id, verdict=Verdict.SPAM, received_at=NOON - days * DAY)
        for days in (92, 91)
    ]
    for one in made:
        each_store.append(one)
    assert drop(each_store) == 1
    each_store.append(make_submission(site.site_id, verdict=Verdict.HAM))
    with each_store.engine.connect() as connection:
        assert list(connection.execute(sa.select(submission.c.id).order_by(sa.text("1")))) == [
            (2,),
            (3,),
        ]


def told(store, site, *, since=None):
    found = count_statistics(site, since=since, store=store, now=NOON)
    months = [
        count_sites(site, SitesAsk(month=month), store=store).rows for month in sorted(found.months)
    ]
    return found, months


def test_statistics_say_what_they_said_before(each_store, site, ana):
    with each_store.begin() as unit:
        unit.submissions.append(
            [
                make_submission(
                    site.site_id,
                    verdict=VERDICTS[number % 3],
                    received_at=NOON - dt.timedelta(days=80 + number % 30, hours=number % 24),
                    arrival=make_arrival(is_test=number % 10 == 0),
                )
                for number in range(300)
            ]
        )
        unit.commit()
    wrong, *_ = keep(each_store, site, (95, Verdict.SPAM), (95, Verdict.HAM), (40, Verdict.SPAM))
    decide(ana, wrong.guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    midnight = NOON.replace(hour=0)
    spans = (None, midnight - 100 * DAY, midnight - 97 * DAY, midnight - 60 * DAY)
    before = [told(each_store, site, since=since) for since in spans]
    # In two rounds, so that days are added to that are there already.
    assert drop(each_store, 100) > 50
    assert drop(each_store, 90) > 50
    assert [told(each_store, site, since=since) for since in spans] == before
    with each_store.engine.connect() as connection:
        days = connection.execute(sa.select(day_count.c.day)).scalars().all()
    assert len(days) == len(set(days)) > 15


def test_a_day_is_one_of_utc(each_store, site):
    moment = (NOON - 100 * DAY).replace(hour=23, minute=59)
    each_store.append(make_submission(site.site_id, verdict=Verdict.SPAM, received_at=moment))
    keep(each_store, site)
    assert drop(each_store) == 1
    with each_store.engine.connect() as connection:
        (row,) = connection.execute(day_count.select()).all()
    assert (row.day, row.api_calls, row.spam, row.ham) == (f"{moment:%Y-%m-%d}", 1, 1, 0)


def test_what_a_list_found_in_it_goes_along(each_store, site, ana):
    (old,) = keep(each_store, site, (91, Verdict.SPAM))
    with each_store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO entry (id, kind, pattern, effect, status, why, made_by, made_at,"
            " changed_at) VALUES (1, 'phrase', 'pills', 'spam', 'live', '', 1,"
            " '2026-11-24 12:00:00', '2026-11-24 12:00:00')"
        )
        for guid in (old.guid, "0" * 32):
            hit = {"entry_id": 1, "guid": guid, "hit_at": old.received_at}
            connection.execute(entry_hit.insert().values(**hit))
    assert drop(each_store) == 1
    with each_store.engine.connect() as connection:
        assert connection.execute(sa.select(entry_hit.c.guid)).scalars().all() == ["0" * 32]


def test_none_is_passed_over_where_many_came_at_one_moment(each_store, site):
    keep(
        each_store,
        site,
        *((91 + n // 40, (Verdict.SPAM, Verdict.UNSURE)[n % 2]) for n in range(90)),
    )
    retain(store=each_store, now=NOON)
    dropped, last, looks = 0, None, 0
    while looks < 100:
        with each_store.begin() as unit:
            found = unit.pruning.purge(
                site.site_id,
                outcomes=(Outcome.SPAM,),
                after=last,
                before=NOON - 90 * DAY,
                most=7,
            )
            unit.commit()
        looks, dropped, last = looks + 1, dropped + found.rows, found.last
        if last is None:
            break
    assert (dropped, looks) == (45, 13)


def test_it_goes_in_steps_that_let_checks_through(store, begun):
    site = add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON).site
    set_policy(BLOG, {"kept_days": 1}, store=store, now=NOON)
    with store.begin() as unit:
        unit.submissions.append(
            [
                make_submission(
                    site.site_id, verdict=Verdict.SPAM, received_at=NOON - (91 + n % 7) * DAY
                )
                for n in range(2500)
            ]
        )
        unit.commit()
    retain(store=store, now=NOON)
    begun.clear()
    # The newest row stays.
    assert (prune(rows_days=90, store=store, now=NOON), len(begun)) == (2499, 3)


def test_a_late_report_of_a_dropped_comment_is_a_report_of_its_own(each_store, site):
    (old,) = keep(each_store, site, (91, Verdict.HAM))
    assert drop(each_store) == 1
    arrival = dataclasses.replace(make_arrival("casino"), guid=old.guid)
    report_mistake(arrival, Act.SPAM, site, store=each_store, now=NOON)
    with each_store.read() as unit:
        tallies = unit.counts.by_month([site.site_id])
    assert sum(one.missed_spam for one in tallies) == 1


def test_who_decides_at_that_moment_is_heard_or_told_so(each_store, site, ana):
    made = keep(each_store, site, *((91, Verdict.SPAM) for _ in range(60)))
    retain(store=each_store, now=NOON)
    kept, gone = [], []

    def answer():
        for one in made:
            try:
                decide(ana, one.guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
                kept.append(one)
            except NotFound:
                gone.append(one)

    person = threading.Thread(target=answer)
    person.start()
    dropped = prune(rows_days=90, store=each_store, now=NOON)
    person.join()
    assert len(kept) + len(gone) == 60
    assert all(is_there(each_store, one) for one in kept)
    assert dropped == len(gone)
    with each_store.read() as unit:
        (counted,) = unit.counts.by_month([site.site_id], until=NOON - DAY)
    assert (counted.api_calls, counted.false_positives) == (60, len(kept))
