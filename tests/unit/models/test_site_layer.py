"""A Site's own Decisions on top of the shared model: what they add, bound and forget."""

import dataclasses
import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import classifier, site_layer
from models.classifier import Classifier
from models.comment import Comment, History, Record, read_comment, write_comment
from models.features import WIDTH, columns, read
from models.history import Memory, traits
from models.site_labels import MOST_REPORTS_A_DAY, SiteLabel, admitted
from models.site_layer import SiteClassifier, SiteLayer, build, history_clues, prepare
from models.verdict import Cutoffs, Verdict, verdict
from tests.builders import NOON, make_comment

SPAM_TEXT = "I like the valuable info you provide in your articles, I will bookmark your weblog"
CUTOFFS = Cutoffs(unsure_from=0.4, spam_from=0.8, blatant_from=0.999)


def shared(bias=-2.0, scripts=None):
    weights = np.zeros(WIDTH, dtype=np.float32)
    weights[columns("w:casino")[0]] = 3.0
    return Classifier(
        model_id="shared",
        weights=weights,
        bias=bias,
        cutoffs=CUTOFFS,
        scripts={"Latin": 1000} if scripts is None else scripts,
    )


def label(number, comment, *, is_spam=True, is_moderator=True, minutes=None):
    minutes = number if minutes is None else minutes
    return SiteLabel(
        key=f"{number:032x}",
        comment=comment,
        is_spam=is_spam,
        is_moderator=is_moderator,
        decided_at=NOON + dt.timedelta(minutes=minutes),
    )


def layer_of(labels, model=None):
    model = model or shared()
    kept, held = admitted(labels)
    return build([prepare(one, model.score) for one in kept], model.model_id, held=len(held))


def other(number, **changes):
    return make_comment(
        f"Different words on {'abcdefghij'[number % 10] * 5} about the {number}th matter at hand",
        author=f"Person {number}",
        author_email=f"p{number}@mail{number}.example",
        author_url="",
        user_ip=f"198.51.{number}.7",
        **changes,
    )


LABELS = [label(n, other(n), is_spam=n % 3 == 0, is_moderator=n % 4 != 0) for n in range(14)]
LABELS += [label(20, make_comment(SPAM_TEXT), is_spam=True), label(21, make_comment("Bonjour"))]


def test_without_labels_the_shared_score_stands_as_it_is():
    one = shared().score(make_comment())
    assert SiteLayer().score(make_comment(), one) is one


def test_an_approved_author_is_trusted_with_a_reason():
    layer = layer_of([label(n, make_comment(f"Word {n} of mine"), is_spam=False) for n in range(4)])
    found = layer.score(make_comment("And another one"), shared().score(make_comment()))
    reason = next(
        c for c in found.evidence.clues if c.name == "this author was decided here before"
    )
    assert reason.value == "4 times approved, 0 times spam"
    assert reason.weight < -3


def test_a_text_called_spam_once_is_spam_the_next_time():
    site = SiteClassifier(shared(), layer_of([label(1, make_comment(SPAM_TEXT))]))
    again = other(3)
    again = dataclasses.replace(again, text=SPAM_TEXT.replace("weblog", "site 77"))
    assert verdict(shared().score(again), CUTOFFS) is Verdict.HAM
    assert verdict(site.score(again), CUTOFFS) is Verdict.SPAM


def test_thanks_called_spam_once_condemns_nobody_who_says_thanks():
    site = SiteClassifier(shared(), layer_of([label(1, make_comment("Thanks for sharing!"))]))
    thanks = dataclasses.replace(other(3), text="Thanks for sharing!")
    assert verdict(site.score(thanks), CUTOFFS) is not Verdict.SPAM
    assert not site.layer.memory.recall(traits(thanks)).text.spam


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_label_taken_back_leaves_no_trace_bit_for_bit(data):
    model = shared()
    taken_back = data.draw(st.sets(st.sampled_from(range(len(LABELS))), max_size=len(LABELS) - 1))
    left = [one for at, one in enumerate(LABELS) if at not in taken_back]
    order = data.draw(st.permutations(left))
    one, two = layer_of(left, model), layer_of(order, model)
    assert one.columns.tobytes() == two.columns.tobytes()
    assert one.values.tobytes() == two.values.tobytes()
    assert one.prior.hex() == two.prior.hex()
    for comment in (make_comment(SPAM_TEXT), other(3), other(11)):
        assert one.score(comment, model.score(comment)) == two.score(comment, model.score(comment))


@given(st.sampled_from(LABELS), st.text(max_size=300), st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_evidence_adds_up_to_the_score(taught, text, author):
    model = shared()
    site = SiteClassifier(model, layer_of([*LABELS, taught], model))
    found = site.score(make_comment(text, author=author))
    assert math.isclose(1 / (1 + math.exp(-found.evidence.logit)), found.value, abs_tol=1e-9)


def test_a_sites_labels_alone_never_make_a_comment_blatant():
    labels = [label(n, make_comment(SPAM_TEXT)) for n in range(30)]
    found = SiteClassifier(shared(), layer_of(labels)).score(make_comment(SPAM_TEXT))
    assert verdict(found, CUTOFFS) is Verdict.SPAM
    assert math.isclose(1 / (1 + math.exp(-found.evidence.logit)), found.value, abs_tol=1e-9)


def test_nor_by_the_cutoffs_that_the_site_chose_itself():
    labels = [label(n, make_comment(SPAM_TEXT)) for n in range(30)]
    own = Cutoffs(unsure_from=0.4, spam_from=0.6, blatant_from=0.7)
    site = SiteClassifier(shared(), layer_of(labels), own)
    assert site.cutoffs == own
    assert verdict(site.score(make_comment(SPAM_TEXT)), own) is Verdict.SPAM
    # Its twin: by the model's cutoffs alone they would.
    bare = SiteClassifier(shared(), layer_of(labels)).score(make_comment(SPAM_TEXT))
    assert verdict(bare, own) is Verdict.BLATANT


def test_coefficients_of_another_model_do_not_count():
    layer = layer_of(LABELS)
    newer = dataclasses.replace(shared(), model_id="newer")
    comment = dataclasses.replace(other(40), text="Bonjour")
    assert layer.score(comment, newer.score(comment)).value == newer.score(comment).value
    assert layer.score(comment, shared().score(comment)).value != newer.score(comment).value


def test_people_who_taught_a_script_lift_the_models_abstention():
    model = shared(scripts={})
    russian = [
        label(
            n,
            dataclasses.replace(other(n), text=f"Новый комментарий номер {n} " + "да " * n),
            is_spam=n % 2 == 0,
        )
        for n in range(110)
    ]
    comment = dataclasses.replace(other(200), text="Ещё один комментарий")
    before = SiteClassifier(model, layer_of(russian[:60], model)).score(comment)
    after = SiteClassifier(model, layer_of(russian, model)).score(comment)
    assert before.abstains
    assert not after.abstains


def test_a_burst_of_reports_waits_for_a_moderator():
    burst = [label(n, other(n), is_moderator=False) for n in range(MOST_REPORTS_A_DAY + 9)]
    kept, held = admitted(burst)
    assert len(kept) == MOST_REPORTS_A_DAY
    assert {reason for _, reason in held} == {"too many reports on one day"}


@pytest.mark.parametrize("is_spam", [True, False])
def test_a_report_against_a_moderators_decision_teaches_nothing(is_spam):
    said = label(1, make_comment(SPAM_TEXT), is_spam=not is_spam)
    report = label(2, make_comment(SPAM_TEXT), is_spam=is_spam, is_moderator=False)
    kept, held = admitted([report, said])
    assert kept == [said]
    assert held == [(report, "moderators decided otherwise")]


def test_a_report_against_a_sure_model_teaches_no_words():
    reports = [
        label(
            n,
            dataclasses.replace(other(n), text=f"casino casino {n}"),
            is_spam=False,
            is_moderator=False,
        )
        for n in range(20)
    ]
    model = shared(bias=3.0)
    stranger = dataclasses.replace(other(300), text="casino")
    site = SiteClassifier(model, layer_of(reports, model))
    assert site.score(stranger).value == pytest.approx(model.score(stranger).value)


class Listening:
    """A shared model that keeps what it was asked."""

    model_id, cutoffs = "shared", CUTOFFS

    def score(self, comment, features=None):
        self.asked = comment
        return shared().score(comment, features)


def test_the_shared_model_sees_the_history_as_a_field_of_the_comment():
    model = Listening()
    SiteClassifier(model, layer_of([label(1, make_comment(SPAM_TEXT))])).score(make_comment("Hm"))
    assert model.asked.history.author == Record(spam=1.0)
    assert model.asked.history.text == Record()


def test_a_comment_is_looked_at_once_for_the_shared_model_and_the_layer(monkeypatch):
    layered = SiteClassifier(shared(), layer_of([label(1, make_comment(SPAM_TEXT))]))
    seen = []

    def counted(comment):
        seen.append(comment)
        return read(comment)

    for module in (classifier, site_layer):
        monkeypatch.setattr(module, "read", counted)
    found = layered.score(make_comment(SPAM_TEXT))
    assert len(seen) == 1
    monkeypatch.undo()
    # The same as each looking for itself.
    comment = dataclasses.replace(
        make_comment(SPAM_TEXT),
        history=layered.layer.memory.recall(traits(make_comment(SPAM_TEXT))),
    )
    alone = layered.layer.score(comment, shared().score(comment))
    assert found.evidence.clues == alone.evidence.clues


def test_history_says_what_was_decided_and_by_weight():
    memory = Memory()
    memory.learn(traits(make_comment(SPAM_TEXT)), Record(spam=1.0))
    memory.learn(traits(make_comment("Another text of mine")), Record(ham=0.5))
    found = memory.recall(traits(make_comment(SPAM_TEXT)))
    assert found.author == Record(ham=0.5, spam=1.0)
    assert found.text == Record(spam=1.0)
    assert found.address == Record(ham=0.5, spam=1.0)


def test_one_unknown_link_takes_away_the_trust_of_a_known_one():
    memory = Memory()
    good = other(1, permalink="")
    good = dataclasses.replace(good, author_url="https://good.example/")
    memory.learn(traits(good), Record(ham=5.0))
    assert memory.recall(traits(good)).domain == Record(ham=5.0)
    mixed = dataclasses.replace(good, text="see http://unknown.example/")
    assert memory.recall(traits(mixed)).domain == Record()


def test_nothing_known_gives_no_clues():
    assert history_clues(History()) == []


def test_history_is_never_written():
    comment = make_comment(history=History(author=Record(1.0, 0.0)))
    assert "history" not in write_comment(comment)
    assert read_comment(write_comment(comment) | {"history": {"author": [1, 0]}}).history is None


@given(st.text(), st.text(), st.text(), st.text())
@settings(max_examples=100, deadline=None)
def test_any_comment_has_traits(text, author, url, address):
    traits(Comment(text=text, author=author, author_url=url, author_email=url, user_ip=address))
