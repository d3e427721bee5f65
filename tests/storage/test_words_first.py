"""Pages of what words find: the same whether the words are rare or common, on both engines."""

import pytest
import sqlalchemy as sa

from service.domain.query import read_query
from service.domain.view import Sort
from service.storage import lists
from service.storage.lists import ListAsk
from service.storage.store import Store
from service.workflows.index_new import index_new
from tests.builders import BLOG, NOON, make_arrival, make_submission
from tests.unit.service.workflows.conftest import MOMENT


@pytest.fixture
def filled(each_store):
    with each_store.begin() as unit:
        site = unit.sites.add(blog=BLOG, name="x", now=NOON)
        texts = [f"birds sing {'rarely ' if n % 7 == 0 else ''}number {n}" for n in range(30)]
        unit.append([make_submission(site.site_id, arrival=make_arrival(t)) for t in texts])
        unit.commit()
    while index_new(store=each_store, now=NOON + MOMENT):
        pass
    return each_store


@pytest.mark.parametrize("few", [0, 5, 1000])
@pytest.mark.parametrize("words", ["birds", "rarely", "nowhere", "birds rarely"])
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_what_is_found_does_not_depend_on_how_many_there_are(filled, monkeypatch, few, words, sort):
    wanted = {"birds": 30, "rarely": 5, "nowhere": 0, "birds rarely": 5}[words]
    monkeypatch.setattr(lists, "_FEW", few)
    ask = ListAsk(terms=read_query(words).terms, sort=sort, limit=50)
    with filled.read() as unit:
        found = [one.submission_id for one in unit.lists.page(ask)]
        assert unit.lists.count(ask) == len(found) == wanted
        assert found == sorted(found, reverse=sort is Sort.NEWEST)


@pytest.mark.postgres
def test_a_plan_is_made_for_the_words_that_are_asked_for(postgres_url):
    """Else, from the sixth time on, what is nowhere is looked for in every row."""
    store = Store.open(postgres_url)
    with store.engine.connect() as connection:
        said = connection.execute(sa.text("SHOW plan_cache_mode")).scalar_one()
    assert said == "force_custom_plan"
    store.close()
