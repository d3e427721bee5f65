"""The comment that another answers to is found by its number in the blog, and never guessed."""

from service.workflows.look_at import look_at
from tests.builders import NOON


def parent_of(store, who, guid):
    found = look_at(who, guid, store=store, now=NOON).parent
    return found.guid if found else None


def test_an_answer_leads_to_the_newest_that_came_with_that_number(each_store, come, people):
    come("maybe before it was changed", client_ref="41")
    (parent,) = come("maybe after", client_ref="41", recheck_reason="edit")
    come("maybe another", client_ref="411")
    (child,) = come("maybe the answer", parent="41")
    assert parent_of(each_store, people[0], child) == parent


def test_what_stands_on_another_page_or_blog_is_not_its_parent(each_store, come, people):
    come("maybe one", client_ref="41", permalink="https://blog.example.org/another/")
    come("maybe two", client_ref="41", blog="https://other.example.org/")
    (child,) = come("maybe the answer", parent="41")
    assert parent_of(each_store, people[0], child) is None


def test_a_parent_that_never_came_with_a_number_is_unknown(each_store, come, people):
    come("maybe the first")
    (child,) = come("maybe the answer", parent="41")
    assert parent_of(each_store, people[0], child) is None


def test_the_place_on_the_page_does_not_part_them(each_store, come, people):
    page = "https://blog.example.org/porto/"
    (parent,) = come("maybe one", client_ref="41", permalink=f"{page}#comment-41")
    (child,) = come("maybe the answer", parent="41", permalink=page)
    assert parent_of(each_store, people[0], child) == parent
