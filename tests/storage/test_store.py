"""The Store keeps what it acknowledged, on both engines."""

import dataclasses
import threading

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.comment import Clue, Evidence, write_comment
from models.verdict import Verdict
from service.domain.decision import Act, Outcome, Source
from service.domain.moderator import Role
from service.domain.submission import Scoring
from service.errors import Conflict, NotFound, StoreUnavailable
from service.storage.store import Store
from service.storage.submissions import PageAsk
from tests.builders import BLOG, NOON, make_arrival, make_comment, make_submission

HOSTILE = (
    "nul \0 in the middle",
    "lone surrogate \ud83d alone",
    "right to left \u202e override",
    "😀 astral, \u202e bidi, \ufdfa long",
    "'; DROP TABLE submission; --",
    "\\u0000 not an escape of ours",
)


def add_site(store, blog=BLOG):
    with store.begin() as unit:
        site = unit.sites.add(blog=blog, name=blog, now=NOON)
        unit.commit()
    return site


def test_who_calls_is_asked_again_only_after_what_may_change_it(store):
    site = add_site(store)
    store.known.keep("hash", "blog", "Ana", asked_at=store.known.now())
    store.append(make_submission(site.site_id))
    with store.begin() as unit:
        unit.set_meta("name", "value")
        unit.commit()
    assert store.known.recall_fresh("hash", "blog") == "Ana"
    with store.begin() as unit:
        unit.sites.set_policy(site.site_id, site.policy)
        unit.commit()
    assert store.known.recall_fresh("hash", "blog") is None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was(each_store, text):
    site = add_site(each_store)
    new = make_submission(site.site_id, arrival=make_arrival(text, author=text, callback=text))
    each_store.append(new)
    with each_store.read() as unit:
        kept = unit.submissions.get(new.guid)
    assert kept.arrival == new.arrival


def test_a_submission_comes_back_whole(each_store):
    site = add_site(each_store)
    evidence = Evidence((Clue("word in the text", "casino", 1.5, "text"),), base=-0.25, rest=0.125)
    scoring = Scoring(
        verdict=Verdict.SPAM, score=0.91, evidence=evidence, model_id="m1", took_ms=0.5
    )
    new = make_submission(
        site.site_id, scoring=scoring, outcome=Outcome.SPAM, other_blog="https://moved.example/"
    )
    each_store.append(new)
    with each_store.read() as unit:
        kept = unit.submissions.get(new.guid)
    assert dataclasses.replace(kept, submission_id=0) == new


def test_what_was_appended_is_there_for_another_connection(each_store, each_url):
    site = add_site(each_store)
    new = make_submission(site.site_id)
    each_store.append(new)
    other = Store.open(each_url)
    with other.read() as unit:
        assert unit.submissions.get(new.guid).guid == new.guid
    other.close()


def test_one_bad_row_does_not_take_its_neighbours_along(each_store):
    site = add_site(each_store)
    good = [make_submission(site.site_id) for _ in range(20)]
    orphan = make_submission(site_id=999_999)
    refused = []

    def put(one):
        try:
            each_store.append(one)
        except Conflict:
            refused.append(one.guid)

    threads = [threading.Thread(target=put, args=(one,)) for one in [*good, orphan]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with each_store.read() as unit:
        assert all(unit.submissions.find(one.guid) for one in good)
        assert unit.submissions.find(orphan.guid) is None
    assert refused == [orphan.guid]


def test_leaving_without_commit_changes_nothing(each_store):
    with each_store.begin() as unit:
        unit.sites.add(blog=BLOG, name="x", now=NOON)
    with each_store.read() as unit:
        assert unit.sites.list_all() == []


def test_an_error_inside_changes_nothing(each_store):
    def break_off():
        with each_store.begin() as unit:
            unit.sites.add(blog=BLOG, name="x", now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with each_store.read() as unit:
        assert unit.sites.list_all() == []


def test_the_same_name_twice_is_a_conflict(each_store):
    with each_store.begin() as unit:
        unit.moderators.add(name="ana", password_hash="x", role=Role.OWNER, now=NOON)
        unit.commit()
    with pytest.raises(Conflict), each_store.begin() as unit:
        unit.moderators.add(name="ana", password_hash="y", role=Role.VIEWER, now=NOON)


def test_a_decision_cannot_lose_its_moderator(each_store):
    site = add_site(each_store)
    new = make_submission(site.site_id)
    each_store.append(new)
    with each_store.begin() as unit:
        who = unit.moderators.add(name="ana", password_hash="x", role=Role.OWNER, now=NOON)
        kept = unit.submissions.get(new.guid)
        unit.decisions.append(
            kept.submission_id,
            Act.SPAM,
            source=Source.MODERATOR,
            now=NOON,
            moderator_id=who.moderator_id,
        )
        unit.commit()
    with pytest.raises(sa.exc.IntegrityError), each_store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM moderator")


def test_pages_follow_each_other_without_gap_or_repeat(each_store):
    site = add_site(each_store)
    made = [make_submission(site.site_id) for _ in range(7)]
    for one in made:
        each_store.append(one)
    seen, before = [], None
    while True:
        with each_store.read() as unit:
            page = unit.submissions.page(PageAsk(outcome=Outcome.UNSURE, before=before, limit=3))
        if not page:
            break
        seen += [one.guid for one in page]
        before = page[-1].submission_id
    assert seen == [one.guid for one in reversed(made)]


def test_another_sites_guid_is_not_found(each_store):
    mine, other = add_site(each_store), add_site(each_store, "https://other.example/")
    new = make_submission(other.site_id)
    each_store.append(new)
    with each_store.read() as unit, pytest.raises(NotFound):
        unit.submissions.get(new.guid, site_ids=(mine.site_id,))


def test_a_database_that_is_not_there_is_unavailable(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")
    with pytest.raises(StoreUnavailable):
        store.ping()
    with pytest.raises(StoreUnavailable):
        store.append(make_submission())
    store.close()


def test_a_closed_store_takes_nothing(each_store):
    site = add_site(each_store)
    each_store.close()
    with pytest.raises(StoreUnavailable):
        each_store.append(make_submission(site.site_id))


def test_purged_text_is_gone_and_counts_stay(each_store):
    site = add_site(each_store)
    new = make_submission(site.site_id, arrival=make_arrival("secret phrase"))
    each_store.append(new)
    with each_store.begin() as unit:
        assert unit.retention.purge(site.site_id, before=NOON.replace(hour=13)) == 1
        assert unit.retention.purge(site.site_id, before=NOON.replace(hour=13)) == 0
        unit.commit()
    with each_store.read() as unit:
        kept = unit.submissions.get(new.guid)
        calls = unit.counts.calls([site.site_id], since=NOON.replace(day=1))
    assert write_comment(kept.arrival.comment) == {}
    assert kept.scoring is not None
    assert calls == 1


def test_counts_follow_verdict_and_decision(each_store):
    site = add_site(each_store)
    rows = (
        (Verdict.HAM, None),
        (Verdict.SPAM, None),
        (Verdict.BLATANT, None),
        (Verdict.UNSURE, None),
        (Verdict.HAM, Outcome.SPAM),
        (Verdict.SPAM, Outcome.HAM),
        (Verdict.UNSURE, Outcome.SPAM),
    )
    for verdict, became in rows:
        new = make_submission(site.site_id, verdict=verdict)
        each_store.append(dataclasses.replace(new, outcome=became or new.outcome))
    each_store.append(make_submission(site.site_id, arrival=make_arrival(is_test=True)))
    with each_store.read() as unit:
        (tally,) = unit.counts.by_month([site.site_id])
    counted = (tally.month, tally.api_calls, tally.spam, tally.ham)
    assert counted == ("2026-11", 7, 4, 3)
    assert (tally.missed_spam, tally.false_positives) == (1, 1)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(), max_size=200), author=st.text(st.characters(), max_size=50))
def test_any_text_makes_the_round_trip(each_store, text, author):
    with each_store.begin() as unit:
        site = unit.sites.find_by_blog(BLOG) or unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    new = make_submission(site.site_id, arrival=make_arrival(text, author=author))
    each_store.append(new)
    with each_store.read() as unit:
        assert unit.submissions.get(new.guid).arrival.comment == make_comment(text, author=author)
