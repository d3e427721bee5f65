"""The dashboard asks for nothing that is not told, and shows all that is."""

import json
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from service.domain.chore import EVERY, RETAIN
from service.storage.gauges import DRIFT
from tests.builders import NOON, make_submission

BOARD = Path(__file__).parents[2] / "deploy" / "grafana.json"
LABELS_OF_PROMETHEUS = {"instance", "le"}
LEFT_OUT = {
    "chaffinch_request_seconds_created": "when counting began; rate() finds that out by itself",
}


def asked():
    panels = json.loads(BOARD.read_text("utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def named():
    return {name for line in asked() for name in re.findall(r"chaffinch_\w+", line)}


def told(client, store):
    """What is told when there is something of each kind."""
    store.append(make_submission(1))
    with store.begin() as unit:
        unit.set_meta(DRIFT, json.dumps({"model_id": "stub", "index": 0.1}))
        unit.chores.claim(RETAIN, by="x", now=NOON, lease=EVERY[RETAIN])
        unit.commit()
    client.get("/healthz")
    text = client.get("/metrics").text
    return [one for family in text_string_to_metric_families(text) for one in family.samples]


def test_every_metric_of_the_dashboard_is_told(client, store, site_key):
    names = {one.name for one in told(client, store)}
    assert len(named()) >= 9
    assert named() - names == set()


def test_every_metric_of_ours_is_on_the_dashboard_or_left_out_for_a_reason(client):
    client.get("/healthz")
    text = client.get("/metrics").text
    ours = set(re.findall(r"^# TYPE (chaffinch_\w+)", text, re.MULTILINE))
    shown = {re.sub("_(bucket|count|sum)$", "", one) for one in named()}
    assert ours - shown == set(LEFT_OUT)


def test_every_label_of_the_dashboard_is_told(client, store, site_key):
    labels = {label for one in told(client, store) for label in one.labels} | LABELS_OF_PROMETHEUS
    groups = {
        g
        for line in asked()
        for part in re.findall(r"by \(([^)]*)\)", line)
        for g in part.split(", ")
    }
    assert groups
    assert groups - labels == set()


def test_every_endpoint_of_the_dashboard_is_there(app):
    wanted = {one for line in asked() for one in re.findall(r'endpoint="([^"]+)"', line)}
    assert wanted
    assert wanted - {rule.endpoint for rule in app.url_map.iter_rules()} == set()
