"""/healthz and /readyz, with and without what they speak of."""

import dataclasses

import pytest
from sqlalchemy import text

from service.app import create_app
from service.storage.store import Store
from tests.fakes import BrokenScorer, StubScorer


def ready(runtime, **changes):
    client = create_app(dataclasses.replace(runtime, **changes)).test_client()
    answer = client.get("/readyz")
    return answer.status_code, answer.json["checks"]


def test_a_living_process_says_so_whatever_is_broken(runtime, tmp_path):
    gone = Store.open(f"sqlite:///{tmp_path / 'no' / 'x.sqlite3'}")
    client = create_app(
        dataclasses.replace(runtime, store=gone, scorer=BrokenScorer())
    ).test_client()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_all_is_ready(runtime):
    status, checks = ready(runtime)
    assert status == 200
    assert checks["model"] == {"ok": True, "model": "stub"}
    assert checks["database"]["ok"]


def test_without_a_model_it_is_not_ready_and_says_why(runtime):
    status, checks = ready(runtime, scorer=BrokenScorer())
    assert status == 503
    assert checks["model"] == {"ok": False, "cause": "no model could be loaded"}


def test_an_old_model_answers_and_the_new_ones_fault_is_said(runtime):
    scorer = StubScorer()
    scorer.fault = "the weights of model m2 are not what was signed"
    status, checks = ready(runtime, scorer=scorer)
    assert status == 200
    assert checks["model"]["warning"] == scorer.fault


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/x.sqlite3", "postgresql+psycopg://127.0.0.1:1/nothing"]
)
def test_without_a_database_it_is_not_ready_and_names_no_host(runtime, url):
    store = Store.open(url)
    status, checks = ready(runtime, store=store)
    store.close()
    assert status == 503
    assert checks["database"] == {"ok": False, "cause": "The database is unavailable."}


def test_a_database_that_stands_elsewhere_names_the_command(runtime):
    with runtime.store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    status, checks = ready(runtime)
    assert status == 503
    assert "chaffinch db upgrade" in checks["database"]["cause"]
