"""chaffinch site, key, moderator: on both engines, with exit codes and one sentence for each no."""

import re

import pytest

from service.storage.store import Store
from service.workflows.find_caller import find_caller
from service.workflows.sign_in import sign_in
from tests.builders import BLOG, KEY, NOON, PASSWORD
from tests.unit.service.commands.conftest import one_sentence


@pytest.fixture
def secret(chaffinch, tmp_path):
    assert chaffinch("site", "list").code == 0
    return (tmp_path / "var" / "secret.key").read_text()


def test_a_site_is_added_with_the_key_one_has(chaffinch, each_store, secret):
    said = chaffinch("site", "add", BLOG, "--key", KEY.upper())
    assert said.code == 0
    assert f"key: {KEY}" in said.out
    caller = find_caller(KEY, BLOG, store=each_store, secret=secret, now=NOON)
    assert caller.site.blog == BLOG


def test_a_key_of_ours_is_made_and_works(chaffinch, each_store, secret):
    said = chaffinch("site", "add", BLOG)
    key = re.search(r"^key: ([0-9a-f]{12}) ", said.out, re.MULTILINE)[1]
    assert find_caller(key, BLOG, store=each_store, secret=secret, now=NOON).site.blog == BLOG


def test_a_network_is_listed_with_the_blogs_it_met(chaffinch, each_store, secret):
    chaffinch("site", "add", BLOG, "--key", KEY, "--network")
    find_caller(KEY, "https://one.example/", store=each_store, secret=secret, now=NOON)
    said = chaffinch("site", "list")
    assert f"{BLOG} · network" in said.out
    assert "https://one.example/ · of network" in said.out
    assert KEY not in said.out


REFUSED = (
    (("site", "add", "not a url"), "https://blog.example.org/"),
    (("site", "add", BLOG, "--key", "short"), "12 characters"),
    (("site", "add", BLOG, "--key", ""), "12 characters"),
    (("site", "add", BLOG, "--key", "0123456789ab"), "12 characters"),
    (("site", "policy", "https://nobody.example/"), "no site"),
    (("key", "issue", "https://nobody.example/", "--name", "x"), "no site"),
    (("key", "issue", "lone \udcff", "--name", "x"), "no site"),
    (("key", "revoke", "77"), "no key"),
    (("key", "suspend", "77"), "no key"),
    (("moderator", "add", "a b"), "2 to 80"),
    (("moderator", "password", "nobody"), "no moderator"),
    (("moderator", "deactivate", "nobody"), "no moderator"),
    (("site", "policy", BLOG, "--cutoffs", "0.9,0.5,0.1"), "three rising numbers"),
    (("site", "policy", BLOG, "--cutoffs", "a,b,c"), "three rising numbers"),
    (("site", "policy", BLOG, "--cutoffs", "1,2"), "three rising numbers"),
    (("site", "policy", BLOG, "--cutoffs", ""), "three rising numbers"),
    (("site", "policy", BLOG, "--cutoffs", "nan,nan,nan"), "three rising numbers"),
    (("site", "policy", BLOG, "--recheck-after", "1"), "60 seconds"),
    (("site", "policy", BLOG, "--kept-days", "-1"), "1 to 36500 days"),
    (("purge", "--site", "https://nobody.example/"), "no site"),
    (("purge", "--before", "yesterday", "--yes"), "2026-11-24"),
    (("export", "--since", "soon"), "2026-11-24"),
)


def test_what_cannot_be_is_refused_in_one_sentence(chaffinch):
    chaffinch("site", "add", BLOG)
    for words, sentence in REFUSED:
        assert one_sentence(chaffinch(*words), sentence)


MISTYPED = (
    ("key", "revoke", "99999999999999999999"),
    ("key", "revoke", "0"),
    ("moderator", "add", "ana", "--role", "king"),
    ("site", "policy", BLOG, "--unsure", "perhaps"),
    ("serve", "--port", "99999"),
    ("nonsense",),
)


def test_a_mistyped_command_ends_with_2_and_shows_how(chaffinch):
    for words in MISTYPED:
        said = chaffinch(*words)
        assert (said.code, "Usage: chaffinch" in said.err) == (2, True), words


def test_the_same_site_or_key_twice_is_refused(chaffinch):
    chaffinch("site", "add", BLOG, "--key", KEY)
    assert one_sentence(chaffinch("site", "add", "http://www.blog.example.org"), "already")
    assert one_sentence(chaffinch("site", "add", "https://b.example/", "--key", KEY), "taken")
    assert one_sentence(chaffinch("key", "issue", BLOG, "--name", "x", "--key", KEY), "taken")
    assert len(chaffinch("site", "list").out.splitlines()) == 1


def test_long_and_odd_names_are_kept_as_far_as_they_fit(chaffinch):
    blog = "https://blog.example.org/" + "x" * 400
    for words in (("site", "add", blog), ("site", "add", BLOG, "--name", "y" * 900 + "\udcff")):
        assert chaffinch(*words).code == 0
    assert chaffinch("key", "issue", BLOG, "--name", "z" * 900).code == 0


def test_keys_are_issued_listed_and_revoked(chaffinch, each_store, secret):
    chaffinch("site", "add", BLOG, "--key", KEY)
    assert chaffinch("key", "issue", BLOG, "--name", "staging", "--key", "deadbeef0000").code == 0
    listed = chaffinch("key", "list").out
    assert "c0ff…" in listed
    assert "staging\tnever used" in listed
    assert KEY not in listed
    number = re.search(r"^(\d+)\tdead…", listed, re.MULTILINE)[1]
    assert chaffinch("key", "suspend", number).code == 0
    assert "suspended 20" in chaffinch("key", "list").out
    assert chaffinch("key", "resume", number).code == 0
    assert "suspended" not in chaffinch("key", "list").out
    assert chaffinch("key", "revoke", number).code == 0
    assert chaffinch("key", "revoke", number).code == 0
    assert "staging\trevoked" in chaffinch("key", "list").out


def test_a_policy_is_shown_and_changed(chaffinch):
    chaffinch("site", "add", BLOG)
    changes = ("--unsure", "spam", "--kept-days", "30", "--recheck-after", "3600")
    said = chaffinch("site", "policy", BLOG, *changes, "--cutoffs", "0.3,0.8,0.95")
    for word in ("unsure: spam", "30 days", "3600 s", "spam from 0.8"):
        assert word in said.out
    assert "reasons: needed" in chaffinch("site", "policy", BLOG, "--reasons", "needed").out
    said = chaffinch("site", "policy", BLOG, "--cutoffs", "model", "--kept-days", "0")
    for word in ("unsure: spam", "for good", "the model's own", "reasons: needed"):
        assert word in said.out
    assert chaffinch("site", "policy", BLOG).out == said.out
    assert "reasons: optional" in chaffinch("site", "policy", BLOG, "--reasons", "optional").out


def test_what_a_network_chooses_holds_for_the_blogs_it_has_met(chaffinch, each_store, secret):
    chaffinch("site", "add", BLOG, "--key", KEY, "--network")

    def heard(blog):
        return find_caller(KEY, blog, store=each_store, secret=secret, now=NOON).site.policy

    assert heard("https://one.example/").unsure.value == "hold"
    chaffinch("site", "policy", BLOG, "--unsure", "spam")
    assert heard("https://one.example/").unsure.value == "spam"
    assert heard("https://two.example/").unsure.value == "spam"
    assert chaffinch("site", "policy", "https://one.example/", "--unsure", "ham").code == 0
    assert heard("https://one.example/").unsure.value == "ham"
    assert heard("https://two.example/").unsure.value == "spam"


def test_a_moderator_gets_a_password_once_and_can_sign_in(chaffinch, each_store):
    said = chaffinch("moderator", "add", "Ana", "--role", "owner")
    password = re.search(r"^password: (\S+) ", said.out, re.MULTILINE)[1]
    assert sign_in("ana", password, store=each_store, now=NOON)[0].role.value == "owner"
    listed = chaffinch("moderator", "list").out
    assert listed == "ana\towner\tactive\n"
    assert one_sentence(chaffinch("moderator", "add", "ANA"), "already")


def test_a_password_from_standard_input_is_not_shown(chaffinch, each_store):
    stdin = f"{PASSWORD}\n".encode()
    said = chaffinch("moderator", "add", "ana", "--password-stdin", stdin=stdin)
    assert (said.code, PASSWORD in said.out) == (0, False)
    sign_in("ana", PASSWORD, store=each_store, now=NOON)
    stdin = "ein neues Passwort mit Ü".encode()
    assert chaffinch("moderator", "password", "ana", "--password-stdin", stdin=stdin).code == 0
    sign_in("ana", "ein neues Passwort mit Ü", store=each_store, now=NOON)


def test_a_password_that_is_none_is_refused_and_none_is_made_up(chaffinch):
    for stdin in (b"", b"\n", b"short\n", b"\xff\xfe not text at all", b"x" * 501):
        said = chaffinch("moderator", "add", "ana", "--password-stdin", stdin=stdin)
        assert one_sentence(said, "assword")
    assert chaffinch("moderator", "list").out == ""


def test_a_deactivated_moderator_is_listed_and_cannot_sign_in(chaffinch, each_store):
    chaffinch("moderator", "add", "ana", "--password-stdin", stdin=PASSWORD.encode())
    assert chaffinch("moderator", "deactivate", "ana").code == 0
    assert "deactivated" in chaffinch("moderator", "list").out


def test_everything_is_written_to_one_database(chaffinch, each_url):
    chaffinch("site", "add", BLOG)
    other = Store.open(each_url)
    with other.read() as unit:
        assert [site.blog for site in unit.sites.list_all()] == [BLOG]
    other.close()


@pytest.mark.parametrize("number", ["1" * 40, "0", str(2**63)])
@pytest.mark.parametrize(
    "words",
    [
        ("events", "resend"),
        ("webhook", "remove"),
        ("webhook", "rotate"),
        ("import", "revert"),
        ("key", "revoke"),
        ("key", "suspend"),
        ("key", "resume"),
    ],
)
def test_a_number_that_none_can_have_is_said_to_be_none(chaffinch, words, number):
    said = chaffinch(*words, number)
    assert said.code == 2
    assert "is not in the range" in said.err
