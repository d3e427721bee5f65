"""What is written comes back as it was, through JSON and through both engines."""

import dataclasses
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.comment import read_comment, write_comment
from service.domain.site import (
    MAX_ADDRESS,
    Policy,
    UnsureMeans,
    read_policy,
    same_address,
    write_policy,
)
from service.domain.submission import content_hash, new_guid
from service.storage.records import plain, write_text
from tests.builders import BLOG, NOON
from tests.examples import examples
from tests.properties import strategies


@given(comment=strategies.comments)
def test_a_comment_survives_json(comment):
    text = json.dumps(write_comment(comment))
    assert read_comment(json.loads(text)) == comment


@given(comment=strategies.comments)
def test_only_what_is_known_is_written(comment):
    assert all(value not in ("", [], {}, None) for value in write_comment(comment).values())


policies = st.builds(
    Policy,
    unsure=st.sampled_from(UnsureMeans),
    recheck_after_s=st.integers(60, 31_536_000),
    cutoffs=st.none() | strategies.cutoffs,
    kept_days=st.none() | st.integers(1, 10_000),
    kept_spam_days=st.none() | st.integers(1, 10_000),
    needs_reason=st.booleans(),
)


@given(policy=policies)
def test_a_policy_survives_json(policy):
    assert read_policy(json.loads(json.dumps(write_policy(policy)))) == policy


@pytest.fixture
def site_store(each_store):
    with each_store.begin() as unit:
        unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    return each_store


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(new=strategies.submissions, other=strategies.any_text)
def test_a_submission_survives_both_engines(site_store, new, other):
    # Hypothesis asks again with the same value; a guid is given once.
    new = dataclasses.replace(new, guid=new_guid())
    with site_store.begin() as unit:
        unit.submissions.append([dataclasses.replace(new, other_blog=other)])
        unit.commit()
    with site_store.read() as unit:
        kept = unit.submissions.get(new.guid)
    expected = dataclasses.replace(
        new, submission_id=kept.submission_id, other_blog=plain(other, 500)
    )
    assert kept == expected


@given(text=strategies.any_text)
def test_what_is_stored_holds_neither_nul_nor_surrogate(text):
    for stored in (write_text({"text": text}), plain(text, 40), same_address(text)):
        assert "\0" not in stored
        stored.encode()
    assert json.loads(write_text({"text": text}))["text"] == text


@given(text=strategies.any_text)
def test_an_address_has_one_form_and_keeps_it(text):
    form = same_address(text)
    assert len(form) <= MAX_ADDRESS
    assert same_address(f"  {text} ") == form


@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS"])
@given(path=st.sampled_from(["", "/", "/blog", "/blog/"]), port=st.sampled_from(["", ":80"]))
def test_spellings_of_one_address_are_one(scheme, path, port):
    written = f"{scheme}://www.Blog.Example{port}{path}?x=1#y"
    assert same_address(written) == "blog.example" + path.rstrip("/")


@given(comment=strategies.comments)
def test_a_content_hash_is_32_hex_and_sees_text_and_author_alone(comment):
    found = content_hash(comment)
    assert len(found) == 32
    other = dataclasses.replace(comment, user_ip="x", blog="y", user_agent="z", permalink="p")
    assert content_hash(other) == found


@given(text=st.text("abc é\n'\"", min_size=1, max_size=40))
def test_slashes_and_spaces_of_clients_do_not_change_the_hash(text):
    plain_one = strategies.Comment(text=text, author="Ana")
    slashed = text.replace("'", "\\'").replace('"', '\\"')
    other = strategies.Comment(text=f"  {slashed}\n", author="Ana ")
    assert content_hash(plain_one) == content_hash(other)
