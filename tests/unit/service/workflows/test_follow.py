"""What comes like a campaign is decided as a person said: for a week, and never too much."""

import datetime as dt

import pytest

from service.domain.decision import Act, Outcome
from service.domain.follow import LASTS
from service.domain.moderator import Role
from service.errors import Conflict, InvalidField, NotFound, NotPermitted
from service.workflows.administer import add_moderator
from service.workflows.decide import decide
from service.workflows.follow_campaign import end_follow, follow_campaign
from service.workflows.list_campaigns import list_campaigns
from service.workflows.manage_people import PersonForm, change_person
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import undo_bulk
from service.workflows.undo import undo
from tests.builders import NOON, PASSWORD

TEXT = (
    "Maybe you need essays written by experts: visit us, our {n} writers know every subject and "
    "deliver in a day, with a discount for all readers of this blog"
)
DAY = dt.timedelta(days=1)


def texts(start, many=1):
    return [TEXT.format(n=n) for n in range(start, start + many)]


@pytest.fixture
def ana(people):
    return people[0]


@pytest.fixture
def group(each_store, ana, come):
    """Two near-duplicates that wait."""
    come(*texts(10, 2), author_email="")
    (found,) = list_campaigns(ana, store=each_store, now=NOON).groups
    return found.campaign_id


def follow(store, person, group, act=Act.SPAM, now=NOON):
    return follow_campaign(person, group, act, place="/moderation/", store=store, now=now)


def outcomes(store, guids):
    with store.read() as unit:
        return [unit.submissions.get(guid).outcome for guid in guids]


@pytest.mark.parametrize(
    ("act", "outcome"), [(Act.SPAM, Outcome.SPAM), (Act.REMOVE, Outcome.REMOVED)]
)
def test_the_next_ones_are_decided_and_teach_nothing(each_store, ana, group, come, act, outcome):
    follow(each_store, ana, group, act)
    assert follow(each_store, ana, group, act).caught == 0
    guids = come(*texts(20, 3), author_email="", now=NOON + DAY)
    assert outcomes(each_store, guids) == [outcome] * 3
    with each_store.read() as unit:
        one = unit.submissions.get(guids[0])
        (decision,) = unit.decisions.list_of(one.submission_id)
    assert (decision.moderator, decision.act, decision.teaches) == ("ana", act, False)
    page = list_campaigns(ana, store=each_store, now=NOON + DAY)
    assert [one.caught for one in page.follows] == [3]
    (card,) = page.groups
    assert (card.waiting, card.decided, card.approved) == (2, 3, 0)


def test_after_a_week_they_wait_again(each_store, ana, group, come):
    follow(each_store, ana, group)
    late = come(*texts(20), author_email="", now=NOON + LASTS)
    assert outcomes(each_store, late) == [Outcome.UNSURE]
    assert list_campaigns(ana, store=each_store, now=NOON + LASTS).follows == ()


def test_everyday_words_and_another_text_with_the_same_link_wait(each_store, ana, come):
    link = "https://essays.example/"
    short = "Maybe, thanks, great post, very nice article! {link}"
    come(*[short.format(link=f"{link}{n}") for n in range(2)], author_email="")
    (card,) = list_campaigns(ana, store=each_store, now=NOON).groups
    follow(each_store, ana, card.campaign_id)
    (same,) = come(short.format(link=f"{link}3"), author_email="")
    assert outcomes(each_store, [same]) == [Outcome.UNSURE]
    with each_store.read() as unit:
        assert unit.submissions.get(same).campaign_id == card.campaign_id


def test_a_trusted_author_waits_for_a_person(each_store, ana, group, come):
    known = {"author": "Rosa", "author_email": "rosa@example.net"}
    for guid in come("maybe one", "maybe two", "maybe three", **known):
        decide(ana, guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    follow(each_store, ana, group)
    trusted, other = come(texts(20)[0], **known) + come(*texts(21), author_email="")
    assert outcomes(each_store, [trusted, other]) == [Outcome.UNSURE, Outcome.SPAM]


def test_what_the_machine_answered_is_left_as_it_is(each_store, ana, group, come):
    follow(each_store, ana, group)
    (good,) = come(TEXT.format(n=20).replace("Maybe", "Today"), author_email="")
    with each_store.read() as unit:
        one = unit.submissions.get(good)
    assert (one.campaign_id, one.outcome, one.version) == (group, Outcome.HAM, 0)


def test_it_is_ended_and_taken_back_as_one(each_store, ana, group, come):
    made = follow(each_store, ana, group)
    first = come(*texts(20, 2), author_email="")
    end_follow(ana, made.follow_id, store=each_store, now=NOON)
    (later,) = come(*texts(22), author_email="")
    assert outcomes(each_store, [*first, later]) == [Outcome.SPAM, Outcome.SPAM, Outcome.UNSURE]
    back = undo_bulk(ana, made.bulk_guid, store=each_store, now=NOON)
    while run_bulk(back.bulk_id, store=each_store, now=NOON):
        pass
    assert outcomes(each_store, first) == [Outcome.UNSURE] * 2
    with pytest.raises(Conflict):
        undo_bulk(ana, made.bulk_guid, store=each_store, now=NOON)


def test_taking_it_back_ends_it(each_store, ana, group, come):
    made = follow(each_store, ana, group)
    come(*texts(20), author_email="")
    undo_bulk(ana, made.bulk_guid, store=each_store, now=NOON)
    assert list_campaigns(ana, store=each_store, now=NOON).follows == ()
    assert outcomes(each_store, come(*texts(21), author_email="")) == [Outcome.UNSURE]


def test_the_undo_key_takes_back_what_was_pressed(each_store, ana, group, come):
    follow(each_store, ana, group)
    (own,) = come("maybe something else")
    decide(ana, own, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    (caught,) = come(*texts(20), author_email="")
    undo(ana, store=each_store, now=NOON)
    assert outcomes(each_store, [own, caught]) == [Outcome.UNSURE, Outcome.SPAM]


def test_who_may_not_and_what_is_not_there(each_store, people, group, blog, come):
    ana, ben = people
    with pytest.raises(InvalidField):
        follow(each_store, ana, group, Act.APPROVE)
    with pytest.raises(NotFound):
        follow(each_store, ana, group + 1)
    made = follow(each_store, ana, group)
    with pytest.raises(NotPermitted):
        end_follow(ben, made.follow_id, store=each_store, now=NOON)
    vera, _ = add_moderator("vera", role=Role.VIEWER, password=PASSWORD, store=each_store, now=NOON)
    with pytest.raises(NotPermitted):
        follow(each_store, vera, group)
    # Who lost the role decides nothing any more, neither by hand nor by what was said before.
    owner, _ = add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)
    form = PersonForm(role=Role.VIEWER, site_ids=None)
    change_person(owner, ana.moderator_id, form, store=each_store, now=NOON)
    assert outcomes(each_store, come(*texts(20), author_email="")) == [Outcome.UNSURE]
