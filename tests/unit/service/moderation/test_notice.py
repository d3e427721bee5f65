"""What a website tells its commenters: this configuration and nothing else, to everybody."""

import dataclasses

import pytest

from models.verdict import Cutoffs
from service.app import create_app
from service.domain.site import UnsureMeans
from service.workflows.administer import add_site, set_policy
from service.workflows.manage_events import add_webhook
from tests.builders import BLOG, NOON
from tests.conftest import SECRET
from tests.fakes import BrokenScorer


@pytest.fixture
def site(store):
    return add_site(BLOG, store=store, secret=SECRET, now=NOON).site


def page(client, site, **headers):
    answer = client.get(f"/privacy/{site.site_id}", headers=headers)
    assert answer.status_code == 200
    return answer.text.partition("<main")[2].partition("</main>")[0]


def test_it_is_open_and_in_the_reader_s_language(client, site):
    assert "How your comment data is processed" in page(client, site)
    german = page(client, site, **{"Accept-Language": "de"})
    assert "Wie deine Kommentardaten verarbeitet werden" in german
    chosen = client.get(f"/privacy/{site.site_id}?lang=de", headers={"Accept-Language": "en"})
    assert "Wie lange" in chosen.text
    assert client.get("/privacy/999").status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kept_days": 30}, "After 30 days all of that is deleted"),
        ({"kept_days": 1}, "After 1 day all of that is deleted"),
        ({"kept_spam_days": 9}, "to be spam it is deleted after 9 days"),
        ({"unsure": UnsureMeans.SPAM}, "is not shown until a person has read it"),
        ({"unsure": UnsureMeans.HAM}, "is shown, and a person may look at it"),
        ({"audit_share": 0.01}, "although the model was sure"),
    ],
)
def test_each_choice_changes_what_it_says(client, store, site, changes, said):
    assert said not in page(client, site)
    set_policy(BLOG, changes, store=store, now=NOON)
    assert said in page(client, site)


def test_a_choice_that_commenters_need_not_know_changes_nothing(client, store, site):
    before = page(client, site)
    cutoffs = Cutoffs(unsure_from=0.1, spam_from=0.5, blatant_from=0.9)
    set_policy(BLOG, {"cutoffs": cutoffs, "recheck_after_s": 60}, store=store, now=NOON)
    assert page(client, site) == before


def test_who_hears_of_decisions_is_named(client, store, site, runtime):
    assert "Nothing, but to the website itself" in page(client, site)
    add_webhook("https://hooks.example.org/x", blog=BLOG, store=store, secret=SECRET, now=NOON)
    said = page(client, site)
    assert "hooks.example.org" in said
    assert "Nothing, but" not in said


def test_no_model_and_mail_are_said(runtime, site):
    broken = dataclasses.replace(runtime, scorer=BrokenScorer())
    assert "No model answers at the moment" in page(create_app(broken).test_client(), site)
    settings = dataclasses.replace(runtime.settings, smtp_host="mail.example")
    mailing = dataclasses.replace(runtime, settings=settings)
    assert "summaries of what waits by e-mail" in page(create_app(mailing).test_client(), site)
    assert "summaries" not in page(create_app(runtime).test_client(), site)
