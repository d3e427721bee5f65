"""Keys, Sites, networks, the first start: who may ask and for whom."""

import datetime as dt
import threading

import pytest

from models.verdict import Verdict
from service.domain.decision import Outcome
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.errors import (
    BadCredentials,
    DuplicateModerator,
    DuplicateSite,
    InvalidField,
    NotReady,
    NotSignedIn,
    ScorerUnavailable,
    UnknownKey,
)
from service.storage.submissions import PageAsk
from service.workflows.administer import (
    add_moderator,
    add_site,
    deactivate_moderator,
    issue_key,
    list_sites,
    revoke_key,
    set_password,
)
from service.workflows.check_comment import check_comment
from service.workflows.count_calls import SitesAsk, count_sites, count_statistics, count_usage
from service.workflows.find_caller import find_caller
from service.workflows.make_ready import make_ready
from service.workflows.sign_in import find_signed_in, sign_in, sign_out
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival
from tests.fakes import BrokenScorer, StubScorer

SECRET = "s" * 64


def caller(store, key=KEY, blog=BLOG, now=NOON):
    return find_caller(key, blog, store=store, secret=SECRET, now=now)


@pytest.fixture
def issued(each_store):
    return add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON)


@pytest.mark.parametrize("key", ["", "c0ffee123457", "INVALID_TEST_KEY", "c0ffee12345\0", "\ud800"])
def test_a_key_we_never_gave_is_unknown(each_store, issued, key):
    with pytest.raises(UnknownKey):
        caller(each_store, key)


def test_letter_case_of_a_key_does_not_count(each_store, issued):
    assert caller(each_store, KEY.upper()).site == issued.site


def test_a_revoked_key_is_unknown_and_the_other_one_lives(each_store, issued):
    second = issue_key(BLOG, name="staging", store=each_store, secret=SECRET, now=NOON)
    revoke_key(issued.key.key_id, store=each_store, now=NOON)
    with pytest.raises(UnknownKey):
        caller(each_store)
    assert caller(each_store, second.text).site == issued.site


def test_a_key_of_another_secret_is_unknown(each_store, issued):
    with pytest.raises(UnknownKey):
        find_caller(KEY, BLOG, store=each_store, secret="t" * 64, now=NOON)


def test_use_of_a_key_is_remembered(each_store, issued):
    caller(each_store)
    assert caller(each_store).key.last_used_at == NOON


@pytest.mark.parametrize("key", ["short", "C0FFEE12345G", "0123456789ab", "c0ffee1234567"])
def test_a_key_that_clients_would_not_send_is_refused(each_store, key):
    with pytest.raises(InvalidField):
        add_site(BLOG, key=key, store=each_store, secret=SECRET, now=NOON)


@pytest.mark.parametrize(
    "blog", ["", "blog.example.org", "ftp://x.example/", "https://", "http://[", "https://a b/"]
)
def test_an_address_that_is_none_is_refused(each_store, blog):
    with pytest.raises(InvalidField):
        add_site(blog, store=each_store, secret=SECRET, now=NOON)


@pytest.mark.parametrize(
    "spelled", [BLOG, "http://blog.example.org", "https://BLOG.example.org:443/"]
)
def test_one_address_is_one_site_however_spelled(each_store, issued, spelled):
    with pytest.raises(DuplicateSite):
        add_site(spelled, store=each_store, secret=SECRET, now=NOON)


def test_one_key_belongs_to_one_site(each_store, issued):
    with pytest.raises(DuplicateSite):
        add_site("https://b.example/", key=KEY, store=each_store, secret=SECRET, now=NOON)


def test_another_address_is_judged_and_shown_to_the_owner(each_store, issued):
    arrival = make_arrival("casino", blog="https://staging.example.org/")
    done = check_comment(
        arrival, issued.site, store=each_store, scorer=StubScorer(), now=NOON, guid=new_guid()
    )
    assert done.scoring.verdict is Verdict.SPAM
    ((_site, others),) = list_sites(store=each_store)
    assert others == [("https://staging.example.org/", 1, NOON)]


def test_a_network_makes_one_site_for_each_blog(each_store):
    add_site(
        "https://net.example/", key=KEY, is_network=True, store=each_store, secret=SECRET, now=NOON
    )
    one = caller(each_store, blog="https://one.example/")
    again = caller(each_store, blog="http://one.example")
    two = caller(each_store, blog="https://two.example/")
    assert one.site == again.site
    assert one.site != two.site
    assert one.owner.is_network


def test_two_calls_that_meet_a_blog_at_once_make_one_site(each_store):
    add_site(
        "https://net.example/", key=KEY, is_network=True, store=each_store, secret=SECRET, now=NOON
    )
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(caller(each_store, blog="https://new.example/"))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({one.site.site_id for one in found}) == 1


def test_a_network_counts_each_of_its_blogs(each_store):
    add_site(
        "https://net.example/", key=KEY, is_network=True, store=each_store, secret=SECRET, now=NOON
    )
    for blog, times in (("https://one.example/", 2), ("https://two.example/", 1)):
        who = caller(each_store, blog=blog)
        for _ in range(times):
            check_comment(
                make_arrival("casino", blog=blog),
                who.site,
                store=each_store,
                scorer=StubScorer(),
                now=NOON,
                guid=new_guid(),
            )
    owner = caller(each_store).owner
    page = count_sites(owner, SitesAsk(month="2026-11"), store=each_store)
    rows = [(row.blog, row.api_calls, row.spam) for row in page.rows if row.api_calls]
    assert rows == [("https://one.example/", 2, 2), ("https://two.example/", 1, 1)]
    assert count_usage(owner, store=each_store, now=NOON) == 3
    found = count_statistics(owner, since=None, store=each_store, now=NOON)
    assert (found.spam, found.months["2026-11"].blogs) == (3, 2)


def test_without_a_model_the_comment_is_stored_and_nobody_is_answered(each_store, issued):
    with pytest.raises(ScorerUnavailable):
        check_comment(
            make_arrival(),
            issued.site,
            store=each_store,
            scorer=BrokenScorer(),
            now=NOON,
            guid="a" * 32,
        )
    with each_store.read() as unit:
        (waiting,) = unit.submissions.page(PageAsk(outcome=Outcome.UNSURE))
    assert waiting.scoring.fault == "no model could be loaded"


def test_a_new_database_gets_one_site_and_one_owner_and_only_once(each_store):
    first = make_ready(with_first=True, store=each_store, secret=SECRET, now=NOON)
    assert make_ready(with_first=True, store=each_store, secret=SECRET, now=NOON) is None
    assert caller(each_store, first.key).owner.is_network
    sign_in("owner", first.password, store=each_store, now=NOON)


def test_a_database_made_with_another_secret_is_refused(each_store):
    make_ready(with_first=True, store=each_store, secret=SECRET, now=NOON)
    with pytest.raises(NotReady, match="CHAFFINCH_SECRET_KEY"):
        make_ready(with_first=False, store=each_store, secret="t" * 64, now=NOON)


@pytest.fixture
def ana(each_store):
    return add_moderator("Ana", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)[0]


def stay(store, token, now=NOON):
    return find_signed_in(
        token, idle=dt.timedelta(hours=2), lifetime=dt.timedelta(hours=12), store=store, now=now
    )


def test_signing_in_and_out(each_store, ana):
    _who, token = sign_in(" ANA ", PASSWORD, store=each_store, now=NOON)
    assert stay(each_store, token) == ana
    sign_out(token, store=each_store)
    with pytest.raises(NotSignedIn):
        stay(each_store, token)


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong password"), ("nobody", PASSWORD), ("ana", "x" * 600)]
)
def test_wrong_credentials_all_sound_the_same(each_store, ana, name, password):
    with pytest.raises(BadCredentials, match="Name or password is wrong"):
        sign_in(name, password, store=each_store, now=NOON)


def test_a_session_ends_when_idle_and_in_any_case(each_store, ana):
    _who, token = sign_in("ana", PASSWORD, store=each_store, now=NOON)
    with pytest.raises(NotSignedIn):
        stay(each_store, token, NOON + dt.timedelta(hours=3))
    for hours in range(1, 12):
        stay(each_store, token, NOON + dt.timedelta(hours=hours))
    with pytest.raises(NotSignedIn):
        stay(each_store, token, NOON + dt.timedelta(hours=12, minutes=1))


def test_a_new_password_ends_every_session(each_store, ana):
    _who, token = sign_in("ana", PASSWORD, store=each_store, now=NOON)
    set_password("ana", store=each_store, now=NOON)
    with pytest.raises(NotSignedIn):
        stay(each_store, token)


def test_a_deactivated_moderator_is_out_at_once(each_store, ana):
    _who, token = sign_in("ana", PASSWORD, store=each_store, now=NOON)
    deactivate_moderator("ana", store=each_store, now=NOON)
    with pytest.raises(NotSignedIn):
        stay(each_store, token)
    with pytest.raises(BadCredentials):
        sign_in("ana", PASSWORD, store=each_store, now=NOON)


def test_a_name_is_taken_once(each_store, ana):
    with pytest.raises(DuplicateModerator):
        add_moderator("ANA", role=Role.VIEWER, store=each_store, now=NOON)
