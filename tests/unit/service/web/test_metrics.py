"""/metrics: what it tells, to whom, and what it never tells."""

import dataclasses

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.settings import Secret
from service.storage.spool import REFUSED
from service.storage.store import Store
from service.workflows.administer import add_site
from tests.builders import BLOG, KEY, NOON, make_submission
from tests.conftest import SECRET
from tests.fakes import BrokenScorer

CANARY = "canary-5d1e"


def read(client, **asked):
    answer = client.get("/metrics", **asked)
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {
        (one.name, *sorted(one.labels.values())): one.value for f in families for one in f.samples
    }


def status(client, **asked):
    return client.get("/metrics", **asked).status_code


def test_requests_are_counted_by_endpoint_and_status(client):
    client.get("/healthz")
    client.get("/healthz")
    client.get("/1.1/no-such-thing")
    found = read(client)
    assert found["chaffinch_request_seconds_count", "200", "health.alive"] == 2
    assert found["chaffinch_request_seconds_count", "404", "none"] == 1


def test_what_waits_is_told_with_its_age(client, store, site_key, clock):
    store.append(make_submission(1))
    clock.tick(seconds=90)
    found = read(client)
    assert found["chaffinch_queue_comments",] == 1
    assert found["chaffinch_queue_oldest_seconds",] == 90
    assert found["chaffinch_recent_verdicts", "stub", "unsure"] == 1
    assert found["chaffinch_model", "stub"] == 1


def test_the_same_on_each_engine(each_store):
    assert (each_store.gauges().waiting, each_store.gauges().lately) == (0, {})
    site_key = add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON)
    for _ in range(2):
        each_store.append(make_submission(site_key.site.site_id))
    found = each_store.gauges()
    assert (found.waiting, found.waiting_since) == (2, NOON)
    assert found.lately == {("unsure", "stub"): 2}


def test_what_the_database_did_not_take_is_told(runtime, sqlite_url, tmp_path):
    store = Store.open(sqlite_url, spool=tmp_path / "spool")
    client = create_app(dataclasses.replace(runtime, store=store)).test_client()
    assert read(client)["chaffinch_spool_bytes",] == 0
    store.spool.put(make_submission(1), None)
    assert read(client)["chaffinch_spool_bytes",] == store.spool.waiting_bytes > 0
    assert read(client)["chaffinch_spool_refused_bytes",] == 0
    (store.spool.folder / REFUSED).write_bytes(b"what no database took")
    assert read(client)["chaffinch_spool_refused_bytes",] == 21
    store.close()


def test_without_database_and_model_it_says_so(runtime):
    gone = Store.open("sqlite:////no/such/folder/x.sqlite3")
    changed = dataclasses.replace(runtime, store=gone, scorer=BrokenScorer())
    found = read(create_app(changed).test_client())
    assert found["chaffinch_database_up",] == 0
    assert found["chaffinch_model", "none"] == 0


def test_a_stranger_and_a_proxy_nobody_told_us_of_are_refused(client):
    assert status(client) == 200
    assert status(client, environ_base={"REMOTE_ADDR": "203.0.113.9"}) == 403
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert status(client, headers={name: "127.0.0.1"}) == 403


@pytest.mark.parametrize(
    ("shown", "expected"), [("Bearer t0ken", 200), ("Bearer x", 403), ("é", 403)]
)
def test_with_a_token_only_the_token_counts(runtime, shown, expected):
    settings = dataclasses.replace(runtime.settings, metrics_token=Secret("t0ken"))
    client = create_app(dataclasses.replace(runtime, settings=settings)).test_client()
    assert status(client) == 403
    away = {"REMOTE_ADDR": "203.0.113.9"}
    assert status(client, headers={"Authorization": shown}, environ_base=away) == expected


def test_nothing_of_a_comment_a_key_or_a_path_is_told(client, site_key):
    fields = {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9", "comment_content": CANARY}
    client.post("/1.1/comment-check", data=fields)
    client.get(f"/{CANARY}?key={KEY}")
    told = client.get("/metrics").text
    assert "akismet" in told
    for secret in (CANARY, KEY, "203.0.113.9", "blog.example.org"):
        assert secret not in told
