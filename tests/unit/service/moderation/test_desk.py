"""The pages around the queue: doors, profile, people, keys, rules, log."""

import html
import io
import json
import re
from pathlib import Path

import pyotp
import pytest

from service.domain.decision import Act, Outcome
from service.domain.moderator import Role
from service.domain.site import Undecided, UnsureMeans
from service.domain.submission import new_guid
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.manage_people import PersonForm, add_person
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET, csrf_token
from tests.fakes import StubScorer


@pytest.fixture
def owner(store):
    return add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)[0]


def send(client, path, page="/moderation/profile", **data):
    token = csrf_token(client.get(page).text)
    return client.post(f"/moderation/{path}", data=data | {"csrf_token": token})


def enter(client, name, password=PASSWORD):
    return send(client, "sign-in", "/moderation/sign-in", name=name, password=password)


@pytest.fixture
def olga(app, owner):
    client = app.test_client()
    assert enter(client, "olga").status_code == 303
    return client


@pytest.fixture
def site(store):
    return add_site(BLOG, store=store, secret=SECRET, now=NOON).site


def arrive(store, site, text="maybe", **changes):
    return check_comment(
        make_arrival(text, **changes),
        site,
        store=store,
        scorer=StubScorer(),
        now=NOON,
        guid=new_guid(),
    )


def secret_of(page):
    return re.search(r'class="secret"><code[^>]*>([^<]+)', page)[1]


def test_a_new_person_comes_in_by_the_link_alone(app, olga):
    answer = send(olga, "people/add", name="ben", role="moderator", where="all")
    link = secret_of(answer.text).removeprefix("http://localhost")
    assert link not in olga.get("/moderation/people").text
    ben = app.test_client()
    assert "ben" in ben.get(link).text
    path = link.removeprefix("/moderation/")
    short = send(ben, path, link, password="short", again="short")
    assert short.status_code == 400
    assert send(ben, path, link, password=PASSWORD, again="other").status_code == 400
    assert send(ben, path, link, password=PASSWORD, again=PASSWORD).status_code == 303
    assert ben.get(link).status_code == 404
    assert enter(ben, "ben").status_code == 303


def test_a_closed_persons_session_ends_at_once(app, store, olga):
    ben, _ = add_moderator("ben", role=Role.SENIOR, password=PASSWORD, store=store, now=NOON)
    client = app.test_client()
    enter(client, "ben")
    assert client.get("/moderation/").status_code == 200
    send(olga, f"people/{ben.moderator_id}/open", open="no")
    assert client.get("/moderation/").status_code == 303
    assert enter(client, "ben").status_code == 401


def turn_on_factor(client):
    send(client, "profile/factor", password=PASSWORD)
    page = client.get("/moderation/profile/factor").text
    return re.search(r"<code dir=\"ltr\">([A-Z2-7 ]+)", page)[1].replace(" ", "")


def test_the_second_factor_from_the_square_to_the_door(app, olga, clock):
    factor = turn_on_factor(olga)
    page = olga.get("/moderation/profile/factor").text
    assert "<svg" in page
    assert "data:" not in page
    code = pyotp.TOTP(factor).at(int(clock.now.timestamp()))
    shown = send(olga, "profile/factor/confirm", code=code).text
    codes = re.findall(r"<code dir=\"ltr\">([a-z2-7]{5}-[a-z2-7]{5})<", shown)
    assert len(codes) == 10
    client = app.test_client()
    answer = enter(client, "olga")
    assert answer.location.startswith("/moderation/sign-in/code")
    assert client.get("/moderation/").status_code == 303
    assert send(client, "sign-in/code", answer.location, code="000000").status_code == 401
    clock.tick(seconds=60)
    code = pyotp.TOTP(factor).at(int(clock.now.timestamp()))
    assert send(client, "sign-in/code", answer.location, code=code).status_code == 303
    assert client.get("/moderation/").status_code == 200


def test_codes_cannot_be_guessed_without_end(app, olga, clock):
    factor = turn_on_factor(olga)
    code = pyotp.TOTP(factor).at(int(clock.now.timestamp()))
    send(olga, "profile/factor/confirm", code=code)
    client = app.test_client()
    place = enter(client, "olga").location
    codes = [send(client, "sign-in/code", place, code="1").status_code for _ in range(12)]
    assert codes == [401] * 10 + [429] * 2


def test_who_waits_with_the_code_begins_again(app, olga, clock):
    factor = turn_on_factor(olga)
    code = pyotp.TOTP(factor).at(int(clock.now.timestamp()))
    send(olga, "profile/factor/confirm", code=code)
    client = app.test_client()
    place = enter(client, "olga").location
    clock.tick(minutes=6)
    assert client.get(place).location == "/moderation/sign-in"


def test_the_code_page_is_not_there_without_the_password(client):
    assert client.get("/moderation/sign-in/code").location == "/moderation/sign-in"


def test_nobody_sees_whether_a_name_has_a_second_factor(app, olga, clock, moderator):
    factor = turn_on_factor(olga)
    code = pyotp.TOTP(factor).at(int(clock.now.timestamp()))
    send(olga, "profile/factor/confirm", code=code)
    answers = [enter(app.test_client(), name, "wrong") for name in ("olga", "ana", "nobody")]
    assert {a.status_code for a in answers} == {401}
    texts = {re.sub(r'value="[^"]*"', "", a.text) for a in answers}
    assert len(texts) == 1


def test_a_password_cannot_be_guessed_through_a_stolen_session(olga):
    tries = [
        send(olga, "profile/password", old="guess", new="x" * 12, again="x" * 12) for _ in range(11)
    ]
    assert "Too many tries" in tries[-1].text


def test_own_keys_travel_from_one_to_another(app, store, olga):
    send(olga, "profile/keys", shortcuts="own", **{"key-spam": "x", "key-select": "s"})
    exported = olga.get("/moderation/profile/keys.json")
    assert exported.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(exported.data)["keys"]["spam"] == "x"
    add_moderator("ben", role=Role.MODERATOR, password=PASSWORD, store=store, now=NOON)
    ben = app.test_client()
    enter(ben, "ben")
    file = (io.BytesIO(exported.data), "keys.json")
    assert send(ben, "profile/keys/import", file=file).status_code == 303
    assert "&#34;spam&#34;: &#34;x&#34;" in ben.get("/moderation/").text
    wrong = (io.BytesIO(b"not json"), "keys.json")
    assert send(ben, "profile/keys/import", file=wrong).status_code == 400


def test_keys_off_is_told_to_the_script(olga):
    send(olga, "profile/keys", shortcuts="off")
    assert 'data-keys="{}"' in olga.get("/moderation/").text


@pytest.mark.parametrize("theme", ["light", "dark", "contrast", "auto"])
def test_a_look_is_kept(olga, theme):
    send(olga, "profile/choices", theme=theme)
    assert f'data-theme="{theme}"' in olga.get("/moderation/").text


@pytest.mark.parametrize(("name", "before"), [("swipe", "on"), ("pauses", "on"), ("blur", "off")])
def test_a_switch_is_turned_and_kept(olga, name, before):
    after = {"on": "off", "off": "on"}[before]

    def chosen():
        page = olga.get("/moderation/profile").text
        box = page.partition(f'name="{name}"')[2].partition("</select>")[0]
        return box.partition(" selected")[0].rpartition('value="')[2].strip('"')

    assert chosen() == before
    send(olga, "profile/choices", **{name: after})
    assert chosen() == after


@pytest.mark.parametrize(
    "data",
    [
        {"theme": "pink"},
        {"digest_hour": "99"},
        {"email": "no"},
        {"digest": "x"},
        {"swipe": "maybe"},
        {"blur": ""},
    ],
)
def test_a_choice_that_is_none_is_refused(olga, data):
    assert send(olga, "profile/choices", **data).status_code == 400


def test_a_key_is_shown_once(olga, site):
    made = send(olga, f"sites/{site.site_id}/key", name="staging").text
    key = secret_of(made)
    assert re.fullmatch(r"[0-9a-f]{12}", key)
    assert key not in olga.get("/moderation/sites").text
    assert f"{key[:4]}…" in olga.get("/moderation/sites").text
    assert key not in olga.get("/moderation/log").text


def test_a_wordpress_blog_is_told_a_line_to_install_and_two_to_write(olga, site):
    page = html.unescape(olga.get("/moderation/sites").text)
    fetch = (
        "curl -fsSo wp-content/mu-plugins/chaffinch.php http://localhost/wordpress/chaffinch.php"
    )
    assert f"mkdir -p wp-content/mu-plugins && {fetch}" in page
    assert "define( 'CHAFFINCH_URL', 'http://localhost' );" in page
    assert "CHAFFINCH_KEY" not in page
    made = html.unescape(send(olga, f"sites/{site.site_id}/key", name="staging").text)
    assert re.search(r"define\( 'CHAFFINCH_KEY', '[0-9a-f]{12}' \);", made)
    assert fetch in made


def test_the_plugin_that_is_fetched_is_the_one_that_is_tested(client):
    answer = client.get("/wordpress/chaffinch.php")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    place = Path(__file__).parents[4] / "integrations/wordpress/chaffinch.php"
    assert answer.data == place.read_bytes()


def test_a_rule_is_tried_before_it_acts(store, olga, site):
    arrive(store, site, "maybe http://evil.example/")
    form = {"kind": "domain", "pattern": "evil.example", "effect": "spam", "days": "30"}
    shown = send(olga, "lists/check", **form)
    assert "1 of 1 comments" in shown.text
    assert arrive(store, site, "see http://evil.example/x").outcome is Outcome.HAM
    assert send(olga, "lists/add", **form, status="live").status_code == 303
    assert arrive(store, site, "see http://evil.example/x").outcome is Outcome.SPAM


def test_a_pattern_that_cannot_be_is_explained(olga, site):
    answer = send(olga, "lists/check", kind="regex", pattern=r"(a)\1", effect="spam")
    assert answer.status_code == 400
    assert "This expression cannot be used" in answer.text


def test_a_decision_brings_its_rule_and_the_undo_takes_both(store, signed_in, site):
    one = arrive(store, site, "maybe http://evil.example/")
    page = f"/moderation/item/{one.guid}"
    assert "holds what links to evil.example" in signed_in.get(page).text
    data = {"act": "spam", "seen": "0", "rule": "block", "pattern": "evil.example"}
    assert send(signed_in, f"item/{one.guid}/decide", page, **data).status_code == 303
    held = arrive(store, site, "http://www.evil.example/x")
    assert held.outcome is Outcome.UNSURE
    assert "on the list of rules" in signed_in.get(f"/moderation/item/{held.guid}").text
    send(signed_in, "undo")
    assert arrive(store, site, "http://www.evil.example/y").outcome is Outcome.HAM


def test_only_what_a_page_offered_becomes_a_rule(store, signed_in, site):
    one = arrive(store, site, "maybe http://evil.example/")
    page = f"/moderation/item/{one.guid}"
    data = {"act": "spam", "seen": "0", "rule": "block", "pattern": "innocent.example"}
    assert send(signed_in, f"item/{one.guid}/decide", page, **data).status_code == 400
    assert "innocent.example" not in signed_in.get("/moderation/lists").text


def test_hostile_names_are_inert_on_every_page(store, olga, owner):
    hostile = "<img src=x onerror=alert(1)>"
    add_site("https://x.example/", name=hostile, store=store, secret=SECRET, now=NOON)
    form = PersonForm(role=Role.VIEWER)
    add_person(owner, "vera", form, store=store, now=NOON)
    send(olga, "lists/add", kind="phrase", pattern=hostile, effect="hold", why=hostile)
    for path in ("people", "sites", "lists", "log", "profile"):
        assert "<img src=x" not in olga.get(f"/moderation/{path}").text


def test_sessions_can_be_seen_and_ended(app, olga, owner):
    other = app.test_client()
    enter(other, "olga")
    page = olga.get("/moderation/profile").text
    mark = re.search(r'name="mark" value="(\w+)"', page)[1]
    send(olga, "profile/sessions/end", mark=mark)
    assert other.get("/moderation/").status_code == 303
    assert olga.get("/moderation/").status_code == 200


def test_a_session_is_fresh_after_signing_in(app, owner):
    client = app.test_client()
    client.get("/moderation/sign-in")
    before = client.get_cookie("chaffinch").value
    enter(client, "olga")
    assert client.get_cookie("chaffinch").value != before


def test_idle_and_old_sessions_end(app, owner, clock, runtime):
    client = app.test_client()
    enter(client, "olga")
    clock.tick(minutes=runtime.settings.session_idle_minutes + 1)
    assert client.get("/moderation/").status_code == 303
    enter(client, "olga")
    for _ in range(runtime.settings.session_hours):
        clock.tick(hours=1)
        last = client.get("/moderation/").status_code
    assert last == 303


def test_who_is_overruled_is_told_until_they_have_read_it(app, olga, owner, store, site):
    person, _ = add_moderator("ben", role=Role.MODERATOR, password=PASSWORD, store=store, now=NOON)
    guid = arrive(store, site).guid
    decide(person, guid, Act.SPAM, seen_version=0, store=store, now=NOON)
    with store.read() as unit:
        (made,) = unit.decisions.list_of(unit.submissions.get(guid).submission_id)
    undo(owner, made.decision_id, note="a regular <b>reader</b>", store=store, now=NOON)
    ben = app.test_client()
    assert enter(ben, "ben").status_code == 303
    page = ben.get("/moderation/").text
    assert "A decision of yours was taken back" in page
    assert "a regular &lt;b&gt;reader&lt;/b&gt;" in page
    read = re.search(r'name="read" value="(\d+)"', page)[1]
    assert send(ben, "told", "/moderation/", read=read).status_code == 303
    assert "taken back" not in ben.get("/moderation/").text
    # Who took it back, and who takes back their own, is told nothing.
    assert "taken back" not in olga.get("/moderation/").text


def test_a_site_s_choices_are_made_on_its_page(olga, store, site):
    good = {"unsure": "spam", "days": "0.5", "undecided": "approve", "kept": "30", "audit": "5"}
    good["kept_spam"] = "7"
    assert send(olga, f"sites/{site.site_id}/policy", **good).status_code == 303
    with store.read() as unit:
        policy = unit.sites.get(site.site_id).policy
    assert policy.unsure is UnsureMeans.SPAM
    assert policy.undecided is Undecided.APPROVE
    assert (policy.recheck_after_s, policy.kept_days, policy.audit_share) == (43_200, 30, 0.005)
    assert policy.kept_spam_days == 7
    for wrong in (
        {"days": "soon"},
        {"days": "nan"},
        {"kept": "0"},
        {"kept_spam": "0"},
        {"audit": "2000"},
    ):
        answer = send(olga, f"sites/{site.site_id}/policy", **(good | wrong))
        assert answer.status_code == 400, wrong
        assert 'role="alert"' in answer.text
    page = olga.get("/moderation/sites").text
    assert 'name="days" type="number" min="0.01" max="365" step="any" value="0.5"' in page


def test_the_model_s_page_draws_a_sample_and_says_what_it_found(olga, owner, store, site):
    assert "Nothing was drawn yet." in olga.get("/moderation/model").text
    guids = [arrive(store, site, text).guid for text in ("casino", "A walk")]
    answer = send(olga, "model/sample", "/moderation/model")
    assert answer.location == "/moderation/model?drawn=2"
    assert "2 answers of the machine now wait" in olga.get(answer.location).text
    decide(owner, guids[0], Act.APPROVE, seen_version=0, store=store, now=NOON)
    page = olga.get("/moderation/model").text
    assert "1 of 1" in page
    assert "20.7–100.0 %" in page
