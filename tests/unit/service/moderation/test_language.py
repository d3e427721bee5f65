"""The pages in two languages: nothing is missing, nothing lags, nothing is broken by a value."""

import re
from string import Formatter

import pytest

from models.artefact import find_signing_key
from models.loader import load
from models.registry import Registry
from service import errors
from service.domain.rules import RULES
from service.moderation import sayings
from service.moderation.counted import tell_value
from service.moderation.sayings import tell
from service.web.language import DEFAULT, LANGUAGES
from tests.builders import make_comment
from tests.conftest import csrf_token
from tests.messages import compiled, extracted, gaps, kept, place_of
from tests.scene import CAMPAIGN, COMMENTS

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
_PERCENT = re.compile(r"%\((\w+)\)s|%%")


def placeholders(text):
    return sorted(
        [match[0] for match in _PERCENT.finditer(text)]
        + [name for _, name, _, _ in Formatter().parse(text.replace("%%", "")) if name]
    )


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language):
    catalogue = kept(language)
    missing = {m.id for m in extracted() if m.id} - {m.id for m in catalogue if m.id}
    assert missing == set()
    assert gaps(catalogue) == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_program_reads_is_what_people_wrote(language):
    place = place_of(language)
    assert place.with_suffix(".mo").read_bytes() == compiled(kept(language))


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_every_placeholder(language):
    for message in kept(language):
        if not message.id or isinstance(message.id, tuple):
            continue
        assert placeholders(message.id) == placeholders(message.string), message.id


def subclasses(kind):
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_refusal_can_be_translated():
    said = {one.sentence for one in (errors.ServiceError, *subclasses(errors.ServiceError))}
    assert said <= set(sayings.REFUSALS)
    assert {rule.reason for rule in RULES} <= set(sayings.RULES)


def test_every_clue_of_the_shipped_model_can_be_translated(tmp_path):
    model = load(Registry(tmp_path), signing_key=find_signing_key(tmp_path / "none"))
    texts = [(name, url, text) for name, url, _, _, text in COMMENTS]
    texts += [(f"essay {n}", f"https://essay-{n}.example/", CAMPAIGN) for n in range(3)]
    texts += [
        ("CHEAP pills 24", "http://bit.ly/x-y-z-1", "<b style='display:none'>x</b> BUY NOW!!! 50%"),
        ("xkcdfgh", "", "[url=http://a.example/b/c/d?e]go[/url] call +1 555 010 0199 ， $100"),
    ]
    for author, url, text in texts:
        comment = make_comment(text, author=author, author_url=url)
        for clue in model.score(comment).evidence.clues:
            template, _ = sayings._taken_apart(clue.name)
            assert template in sayings._KNOWN, clue.name


@pytest.mark.parametrize(
    ("said", "english", "german"),
    [
        ("no links in the text", "no link in the text", "kein Link im Text"),
        ("1 links in the text", "one link in the text", "ein Link im Text"),
        ("3 links in the text", "3 links in the text", "3 Links im Text"),
        ("author's name has 1 words", "author's name is one word", "Name des Autors ist ein Wort"),
    ],
)
def test_none_and_one_are_told_as_people_say_them(app, said, english, german):
    for language, told in (("en", english), ("de", german)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert tell(said) == told


def test_only_what_was_decided_before_is_told_of_a_value(app):
    said = "4 times approved, 0 times spam"
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert tell_value("this link was decided here before", said) == "freigegeben: 4, Spam: 0"
        assert tell_value("word in the text", said) == said


def test_a_sentence_with_values_is_taken_apart_and_put_together(app):
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert tell("There is a moderator {ben} %s already.") == (
            "Es gibt schon einen Moderator {ben} %s."
        )
        assert tell("author's name has 3 words") == "Name des Autors hat 3 Wörter"
        assert tell("nobody ever said this") == "nobody ever said this"
        assert tell("") == ""


def test_the_browser_is_asked_and_the_person_decides(client, signed_in):
    asked = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    page = signed_in.get("/moderation/", headers=asked).text
    assert '<html lang="de"' in page
    assert "Warteschlange" in page
    token = csrf_token(signed_in.get("/moderation/profile").text)
    signed_in.post("/moderation/profile/choices", data={"language": "en", "csrf_token": token})
    assert "Queue" in signed_in.get("/moderation/", headers=asked).text


def test_a_language_nobody_has_is_english(client):
    page = client.get("/moderation/sign-in", headers={"Accept-Language": "xx"}).text
    assert '<html lang="en" dir="ltr"' in page


def test_refusals_speak_german_too(client, moderator):
    token = csrf_token(client.get("/moderation/sign-in").text)
    data = {"name": "ana", "password": "wrong", "csrf_token": token}
    page = client.post("/moderation/sign-in", data=data, headers={"Accept-Language": "de"}).text
    assert "Name oder Passwort ist falsch." in page
