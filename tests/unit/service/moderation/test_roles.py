"""Who may ask for what: every route of the pages, asked by every role, here and elsewhere."""

import re

import pytest

from models.verdict import Verdict
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind
from service.domain.moderator import LEAST_ROLE, Action, Role
from service.domain.submission import new_guid
from service.web.auth import OPEN_ENDPOINTS
from service.workflows.add_entry import add_entry
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.manage_events import add_webhook
from service.workflows.manage_people import PersonForm, change_person
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET, csrf_token
from tests.fakes import StubScorer

# What each route asks for beyond being signed in. A new route must be named here.
ASKS = {
    "people": Action.SEE_PEOPLE,
    "person": Action.SEE_PEOPLE,
    "person_add": Action.EDIT_PEOPLE,
    "person_change": Action.EDIT_PEOPLE,
    "person_open": Action.EDIT_PEOPLE,
    "person_invite": Action.EDIT_PEOPLE,
    "sites": Action.SEE_KEYS,
    "site_add": Action.EDIT_KEYS,
    "key_issue": Action.EDIT_KEYS,
    "key_rotate": Action.EDIT_KEYS,
    "key_revoke": Action.EDIT_KEYS,
    "key_suspend": Action.EDIT_KEYS,
    "key_resume": Action.EDIT_KEYS,
    "site_policy": Action.EDIT_POLICY,
    "events": Action.SEE_KEYS,
    "events_again": Action.EDIT_KEYS,
    "privacy": Action.ERASE,
    "privacy_person": Action.ERASE,
    "privacy_export": Action.ERASE,
    "privacy_erase": Action.ERASE,
    "privacy_certificate": Action.ERASE,
    "privacy_download": Action.ERASE,
    "webhook_add": Action.EDIT_KEYS,
    "webhook_rotate": Action.EDIT_KEYS,
    "webhook_pause": Action.EDIT_KEYS,
    "webhook_resume": Action.EDIT_KEYS,
    "webhook_remove": Action.EDIT_KEYS,
    "sample": Action.DECIDE,
    "log": Action.SEE_LOG,
    "log_export": Action.EXPORT_LOG,
    "entry_check": Action.EDIT_LISTS,
    "entry_add": Action.EDIT_LISTS,
    "entry_status": Action.EDIT_LISTS,
    "entry_restore": Action.EDIT_LISTS,
    "decide": Action.DECIDE,
    "undo": Action.DECIDE,
    "bulk_start": Action.DECIDE,
    "campaign_follow": Action.BULK,
    "follow_end": Action.BULK,
    "bulk_stop": Action.DECIDE,
    "bulk_undo": Action.DECIDE,
    "claim": Action.DECIDE,
    "note": Action.DECIDE,
    "recheck": Action.DECIDE,
    "send": Action.DECIDE,
}
# Looking, and what is kept for oneself alone: everybody who is signed in may.
LOOK = {
    "bulk",
    "bulk_prepare",
    "campaigns",
    "decided",
    "discarded",
    "help",
    "item",
    "lists",
    "model",
    "news",
    "passed",
    "queue",
    "removed",
    "search",
    "skip",
    "spam",
    "told",
    "views",
}
# One's own: everybody who is signed in may.
OWN = {
    "profile",
    "profile_choices",
    "profile_keys",
    "profile_password",
    "keys_export",
    "keys_import",
    "sessions_end",
    "factor",
    "factor_begin",
    "factor_confirm",
    "factor_end",
    "identity_forget",
    "sign_out",
}
FORMS = {
    "privacy_person": {"who": "nobody@birds.example"},
    "privacy_export": {"who": "nobody@birds.example"},
    "entry_check": {"kind": "domain", "pattern": "evil.example", "effect": "spam"},
    "entry_add": {"kind": "domain", "pattern": "evil.example", "effect": "spam"},
    "entry_status": {"status": "shadow"},
    "person_add": {"name": "somebody", "role": "viewer", "where": "all"},
    "person_change": {"role": "viewer", "where": "all"},
    "person_open": {"open": "no"},
    "site_add": {"blog": "https://third.example/"},
    "key_issue": {"name": "another"},
    "campaign_follow": {"act": "spam"},
    "webhook_add": {"url": "https://hooks.example.org/", "site": "1"},
    "decide": {"act": "spam", "seen": "0"},
}


def sign_in(app, name):
    client = app.test_client()
    token = csrf_token(client.get("/moderation/sign-in").text)
    data = {"name": name, "password": PASSWORD, "csrf_token": token}
    assert client.post("/moderation/sign-in", data=data).status_code == 303
    return client


@pytest.fixture
def world(app, store):
    """Two Sites, each with a comment, an entry and a key; one person to be changed."""
    owner, _ = add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    target, _ = add_moderator("tom", role=Role.VIEWER, password=PASSWORD, store=store, now=NOON)
    places = []
    for blog in (BLOG, "https://other.example/"):
        issued = add_site(blog, store=store, secret=SECRET, now=NOON)
        held = check_comment(
            make_arrival("maybe", blog=blog),
            issued.site,
            store=store,
            scorer=StubScorer(),
            now=NOON,
            guid=new_guid(),
        )
        assert held.verdict is Verdict.UNSURE
        draft = EntryDraft(
            kind=EntryKind.PHRASE,
            pattern="never seen",
            effect=Effect.HOLD,
            site_id=issued.site.site_id,
        )
        entry = add_entry(owner, draft, store=store, now=NOON)
        hearing, _ = add_webhook(
            "https://hooks.example.org/", blog=blog, store=store, secret=SECRET, now=NOON
        )
        ids = {
            "guid": held.guid,
            "webhook_id": hearing.webhook_id,
            "site_id": issued.site.site_id,
            "key_id": issued.key.key_id,
            "entry_id": entry.entry_id,
            "moderator_id": target.moderator_id,
        }
        places.append(ids)
    return owner, places


def routes(app):
    """Every guarded route of the pages: (name, method, path)."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("moderation.") and rule.endpoint not in OPEN_ENDPOINTS:
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield rule.endpoint.removeprefix("moderation."), method, rule.rule


def path_of(rule, ids):
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(ids.get(m[1], 1)), rule)


def ask(client, name, method, path):
    if method == "GET":
        return client.get(path).status_code
    token = csrf_token(client.get("/moderation/profile").text)
    return client.post(path, data=FORMS.get(name, {}) | {"csrf_token": token}).status_code


def test_every_route_says_what_it_asks_for(app):
    assert {name for name, _, _ in routes(app)} == set(ASKS) | OWN | LOOK


@pytest.mark.parametrize("role", Role)
def test_every_route_asks_for_its_role(app, store, world, role):
    add_moderator("rolf", role=role, password=PASSWORD, store=store, now=NOON)
    found = list(routes(app))
    for name, method, rule in found:
        if name not in ASKS:
            continue
        client = sign_in(app, "rolf")
        status = ask(client, name, method, path_of(rule, world[1][0]))
        is_allowed = role.rank >= LEAST_ROLE[ASKS[name]].rank
        assert (status == 403) != is_allowed, (name, method, status)


def test_what_belongs_to_another_site_is_not_there(app, store, world):
    owner, (here, there) = world
    mia, _ = add_moderator("mia", role=Role.MAINTAINER, password=PASSWORD, store=store, now=NOON)
    form = PersonForm(role=Role.MAINTAINER, site_ids=frozenset({here["site_id"]}))
    change_person(owner, mia.moderator_id, form, store=store, now=NOON)
    client = sign_in(app, "mia")
    asked = 0
    for name, method, rule in routes(app):
        about = set(re.findall(r"<(?:\w+:)?(\w+)>", rule)) & {
            "guid",
            "site_id",
            "key_id",
            "entry_id",
            "webhook_id",
        }
        if not about or name == "bulk":
            continue
        asked += 1
        assert ask(client, name, method, path_of(rule, there)) == 404, (name, method)
    assert asked >= 6


def test_pages_of_one_site_name_no_other(app, store, world):
    owner, (here, there) = world
    mia, _ = add_moderator("mia", role=Role.MAINTAINER, password=PASSWORD, store=store, now=NOON)
    form = PersonForm(role=Role.MAINTAINER, site_ids=frozenset({here["site_id"]}))
    change_person(owner, mia.moderator_id, form, store=store, now=NOON)
    client = sign_in(app, "mia")
    for name, method, rule in routes(app):
        if method == "GET" and "<" not in rule and ASKS.get(name) is not Action.ERASE:
            answer = client.get(rule)
            assert answer.status_code in {200, 303}, (rule, answer.status_code)
            assert there["guid"] not in answer.text, rule
            assert "other.example" not in answer.text, rule


def test_a_person_of_another_site_cannot_be_changed(app, store, world):
    owner, (here, _there) = world
    mia, _ = add_moderator("mia", role=Role.MAINTAINER, password=PASSWORD, store=store, now=NOON)
    form = PersonForm(role=Role.MAINTAINER, site_ids=frozenset({here["site_id"]}))
    change_person(owner, mia.moderator_id, form, store=store, now=NOON)
    client = sign_in(app, "mia")
    path = f"/moderation/people/{here['moderator_id']}/change"
    assert ask(client, "person_change", "POST", path) == 403
