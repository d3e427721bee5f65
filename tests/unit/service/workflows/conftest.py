"""A Site, people and arriving comments, on each engine."""

import datetime as dt

import pytest

from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.index_new import index_new
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.fakes import StubScorer

# Longer than two processes may take to commit out of turn.
MOMENT = dt.timedelta(seconds=10)


@pytest.fixture
def blog(each_store):
    return add_site(BLOG, store=each_store, secret="x" * 64, now=NOON).site


@pytest.fixture
def people(each_store):
    """ana (senior) and ben (moderator)."""
    return [
        add_moderator(name, role=role, password=PASSWORD, store=each_store, now=NOON)[0]
        for name, role in (("ana", Role.SENIOR), ("ben", Role.MODERATOR))
    ]


@pytest.fixture
def come(each_store, blog):
    """Let comments arrive and be indexed; answers with their guids, oldest first."""

    def come(*texts, now=NOON, index=True, **changes):
        guids = [
            check_comment(
                make_arrival(text, **changes),
                blog,
                store=each_store,
                scorer=StubScorer(),
                now=now,
                guid=new_guid(),
            ).guid
            for text in texts
        ]
        while index and index_new(store=each_store, now=max(now, NOON) + MOMENT):
            pass
        return guids

    return come
