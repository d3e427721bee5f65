"""One's own doors: password, sessions, second factor."""

import datetime as dt

import pyotp
import pytest

from service.domain.moderator import Role
from service.domain.preferences import (
    KEYS,
    Preferences,
    Shortcuts,
    read_export,
    read_keys,
    write_export,
)
from service.errors import BadCredentials, Conflict, InvalidField, NotSignedIn
from service.workflows.administer import add_moderator
from service.workflows.keep_profile import (
    begin_factor,
    confirm_factor,
    end_factor,
    end_sessions,
    get_profile,
    set_choices,
    set_own_password,
)
from service.workflows.sign_in import Origin, find_signed_in, prove, sign_in
from tests.builders import NOON, PASSWORD
from tests.conftest import SECRET

DAY = dt.timedelta(days=1)
TIMES = {"idle": DAY, "lifetime": DAY}


@pytest.fixture
def ana(each_store):
    made, _ = add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=each_store, now=NOON)
    return made


def signed_in(store, now=NOON, agent=""):
    return sign_in("ana", PASSWORD, origin=Origin(agent=agent), store=store, now=now)[1]


def code_at(factor, now):
    return pyotp.TOTP(factor).at(int(now.timestamp()))


@pytest.fixture
def factor(each_store, ana):
    """Ana's second factor, confirmed with the code of a minute before noon."""
    earlier = NOON - dt.timedelta(minutes=1)
    made = begin_factor(ana, PASSWORD, store=each_store, secret=SECRET)
    code = code_at(made, earlier)
    codes = confirm_factor(ana, code, store=each_store, secret=SECRET, now=earlier)
    return made, codes


def show(store, ana, code, now=NOON):
    return prove(ana.moderator_id, code, store=store, secret=SECRET, now=now)


def test_a_new_password_ends_every_other_session(each_store, ana):
    here, there = signed_in(each_store), signed_in(each_store)
    new = "a quite new password"
    set_own_password(ana, PASSWORD, new, token=here, store=each_store, now=NOON)
    assert find_signed_in(here, **TIMES, store=each_store, now=NOON).name == "ana"
    with pytest.raises(NotSignedIn):
        find_signed_in(there, **TIMES, store=each_store, now=NOON)
    with pytest.raises(BadCredentials):
        sign_in("ana", PASSWORD, store=each_store, now=NOON)


def test_a_password_is_changed_by_who_knows_it(each_store, ana):
    with pytest.raises(BadCredentials):
        set_own_password(ana, "wrong", "x" * 20, token="", store=each_store, now=NOON)


def test_sessions_are_seen_and_ended_one_by_one(each_store, ana):
    here, there = signed_in(each_store, agent="here"), signed_in(each_store, agent="there")
    profile = get_profile(ana, here, **TIMES, store=each_store, now=NOON)
    assert {s.agent for s in profile.sessions} == {"here", "there"}
    other = next(s for s in profile.sessions if s.mark != profile.own_mark)
    assert other.agent == "there"
    ended = end_sessions(ana, mark=other.mark, token=here, store=each_store, now=NOON)
    assert ended == 1
    with pytest.raises(NotSignedIn):
        find_signed_in(there, **TIMES, store=each_store, now=NOON)


def test_nobody_ends_the_session_of_another(each_store, ana):
    add_moderator("ben", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)
    ben, token = sign_in("ben", PASSWORD, store=each_store, now=NOON)
    own = signed_in(each_store)
    profile = get_profile(ben, token, **TIMES, store=each_store, now=NOON)
    end_sessions(ana, mark=profile.own_mark, token=own, store=each_store, now=NOON)
    assert find_signed_in(token, **TIMES, store=each_store, now=NOON) == ben


def test_with_a_second_factor_the_password_alone_opens_nothing(each_store, ana, factor):
    assert signed_in(each_store) == ""
    token = show(each_store, ana, code_at(factor[0], NOON))
    assert find_signed_in(token, **TIMES, store=each_store, now=NOON).name == "ana"


def test_a_code_opens_once(each_store, ana, factor):
    code = code_at(factor[0], NOON)
    show(each_store, ana, code)
    with pytest.raises(BadCredentials):
        show(each_store, ana, code)


@pytest.mark.parametrize("code", ["", "000000", "١٢٣٤٥٦", "\ud83d", "1" * 500])
def test_a_wrong_code_opens_nothing(each_store, ana, factor, code):
    with pytest.raises(BadCredentials):
        show(each_store, ana, code)


def test_an_old_code_opens_nothing(each_store, ana, factor):
    with pytest.raises(BadCredentials):
        show(each_store, ana, code_at(factor[0], NOON), now=NOON + dt.timedelta(minutes=2))


def test_a_recovery_code_opens_once(each_store, ana, factor):
    first = factor[1][0]
    assert show(each_store, ana, first.upper().replace("-", " "))
    with pytest.raises(BadCredentials):
        show(each_store, ana, first)


def test_a_factor_counts_only_when_confirmed(each_store, ana):
    begin_factor(ana, PASSWORD, store=each_store, secret=SECRET)
    assert signed_in(each_store)
    with pytest.raises(InvalidField):
        confirm_factor(ana, "000000", store=each_store, secret=SECRET, now=NOON)
    assert signed_in(each_store)


def test_ending_a_factor_needs_the_password(each_store, ana, factor):
    with pytest.raises(BadCredentials):
        end_factor(ana, "wrong", store=each_store, now=NOON)
    with pytest.raises(Conflict):
        begin_factor(ana, PASSWORD, store=each_store, secret=SECRET)
    end_factor(ana, PASSWORD, store=each_store, now=NOON)
    assert signed_in(each_store)


def test_the_database_alone_does_not_know_the_factor(each_store, ana, factor):
    with each_store.read() as unit:
        kept = unit.doors.find_factor(ana.moderator_id)
    assert factor[0] not in kept.sealed
    with pytest.raises(ValueError, match="another secret"):
        prove(ana.moderator_id, "1", store=each_store, secret="1" * 64, now=NOON)


def test_choices_come_back(each_store, ana):
    choices = Preferences(
        language="de", shortcuts=Shortcuts.OWN, keys=read_keys({"spam": "x", "select": "s"})
    )
    set_choices(ana, choices, store=each_store, now=NOON)
    with each_store.read() as unit:
        kept = unit.moderators.get("ana").preferences
    assert kept == choices
    assert (kept.keymap["spam"], kept.keymap["approve"]) == ("x", "a")


def test_own_keys_travel_as_a_file():
    choices = Preferences(keys=read_keys({"undo": "y"}))
    assert read_export(write_export(choices)) == (("undo", "y"),)


@pytest.mark.parametrize("keys", [{"spam": "a"}, {"spam": "ab"}, {"undo": "\u200b"}])
def test_keys_that_cannot_work_are_refused(keys):
    with pytest.raises(InvalidField):
        read_keys(keys)


@pytest.mark.parametrize("row", [None, [], {}, {"format": "else"}, {"format": "chaffinch-keys"}])
def test_a_file_of_something_else_is_refused(row):
    with pytest.raises(InvalidField):
        read_export(row)


def test_keys_off_means_no_key_at_all():
    assert Preferences(shortcuts=Shortcuts.OFF).keymap == {}
    assert Preferences().keymap == KEYS
