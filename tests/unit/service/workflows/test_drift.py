"""How far the newest scores are from the first ones of their model."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.drift import LEAST, histogram, stability_index
from service.domain.submission import Scoring
from service.workflows.administer import add_site
from service.workflows.measure_drift import measure_drift
from tests.builders import BLOG, NOON, make_submission
from tests.perf._filling import fill

HAM = [1000, 0, 0, 0, 0, 0, 0, 0, 0, 0]
SPAM = HAM[::-1]


def arrive(store, scores, model="stub", **changes):
    for at in range(0, len(scores), 250):
        with store.begin() as unit:
            unit.append(
                [
                    make_submission(
                        scoring=Scoring(verdict=Verdict.HAM, score=score, model_id=model), **changes
                    )
                    for score in scores[at : at + 250]
                ]
            )
            unit.commit()


def measured(store, minute):
    measure_drift(store=store, now=NOON + dt.timedelta(minutes=minute))
    return store.gauges().drift


@pytest.fixture
def site(each_store):
    return add_site(BLOG, store=each_store, secret="0" * 64, now=NOON).site


def spread(chance, power, many):
    return [chance.random() ** power for _ in range(many)]


def test_scores_of_the_same_kind_do_not_drift_and_others_do(each_store, site):
    chance = random.Random(1)
    arrive(each_store, spread(chance, 2, 1000))
    assert measured(each_store, 0) is None
    arrive(each_store, spread(chance, 2, 900))
    same = measured(each_store, 1)
    assert same.model_id == "stub"
    assert 0 <= same.index < 0.1
    arrive(each_store, spread(chance, 0.5, 1000))
    assert measured(each_store, 2).index > 0.25


def test_another_model_is_measured_by_its_own_first_scores(each_store, site):
    chance = random.Random(1)
    arrive(each_store, spread(chance, 2, 1000))
    measured(each_store, 0)
    arrive(each_store, spread(chance, 2, 300))
    assert measured(each_store, 1).model_id == "stub"
    arrive(each_store, spread(chance, 0.5, 1000), model="next")
    assert measured(each_store, 2) is None
    arrive(each_store, spread(chance, 0.5, 1000), model="next")
    found = measured(each_store, 3)
    assert found.model_id == "next"
    assert found.index < 0.1


def test_it_is_looked_at_once_a_minute_whoever_asks(each_store, site):
    chance = random.Random(1)
    arrive(each_store, spread(chance, 2, 1000))
    measured(each_store, 0)
    arrive(each_store, spread(chance, 0.5, 900))
    assert measured(each_store, 0.5) is None
    assert measured(each_store, 1) is not None


@pytest.mark.parametrize(
    ("first", "recent", "expected"),
    [
        (HAM, HAM, 0.0),
        ([500, 500, *[0] * 8], [600, 400, *[0] * 8], pytest.approx(0.0404, abs=0.001)),
        ([LEAST - 1, *[0] * 9], HAM, None),
        (HAM, [0] * 10, None),
    ],
)
def test_the_index_is_the_one_of_the_books(first, recent, expected):
    assert stability_index(first, recent) == expected


def test_all_that_is_other_gives_a_large_and_finite_number():
    assert 10 < stability_index(HAM, SPAM) < 100


def test_both_ends_have_a_step():
    assert histogram([0.0, 1.0, 0.1, -0.0, 0.99]) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]


def test_no_figure_reads_all_comments(each_store, site):
    fill(each_store, 20_000)
    asked = []
    engine = each_store.engine

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if " submission" in statement and statement.startswith("SELECT"):
            asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    each_store.gauges()
    measured(each_store, 0)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len(asked) >= 4
    for statement, parameters in asked:
        assert not reads_all(engine, statement, parameters), statement


def reads_all(engine, statement, parameters):
    """Whether a plan walks a table without an index, or by its key without an end."""
    word = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{word} {statement}", parameters).all()
    lines = [str(row[-1]).strip() for row in rows]
    has_end = "LIMIT" in statement
    return any("Seq Scan" in line or (line == "SCAN submission" and not has_end) for line in lines)
