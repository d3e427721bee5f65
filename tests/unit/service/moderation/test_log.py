"""The log's page and its export: what was filtered, and no cell that a spreadsheet would run."""

import csv
import io

import pytest

from service.domain.moderator import Role
from service.moderation.log import harmless, write_csv
from service.workflows.administer import add_moderator, add_site
from service.workflows.read_log import LogLine
from tests.builders import BLOG, NOON, PASSWORD
from tests.conftest import SECRET, csrf_token

FORMULAS = (
    "=HYPERLINK('http://evil')",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =cmd|' /C calc'!A0",
    "＝1+1",
    "\n-1",
)


@pytest.fixture
def olga(app, store):
    """A client that an owner has signed in with."""
    add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    client = app.test_client()
    answer = send(client, "sign-in", "/moderation/sign-in", name="olga", password=PASSWORD)
    assert answer.status_code == 303
    return client


def send(client, path, page="/moderation/profile", **data):
    token = csrf_token(client.get(page).text)
    return client.post(f"/moderation/{path}", data=data | {"csrf_token": token})


@pytest.fixture
def site(store):
    return add_site(BLOG, store=store, secret=SECRET, now=NOON).site


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_of_an_export_is_a_formula(cell):
    line = LogLine(
        made_at=NOON, actor=cell, what=cell, subject=cell, site_id=1, detail={cell: cell}
    )
    rows = list(csv.reader(io.StringIO("".join(write_csv([line])))))
    for found in rows[1]:
        assert found.lstrip()[:1] not in {"=", "+", "-", "@", "＝"}
        assert found[:1] not in {"\t", "\r", "\n"}


def test_a_harmless_cell_stays_as_it_is():
    assert harmless("2026-11-24 a=b") == "2026-11-24 a=b"


def test_the_export_is_what_was_filtered(olga, site):
    answer = send(olga, "log/export", kind="site-add")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert [row[2] for row in rows[1:]] == ["site-add"]
    assert "exported the log" in olga.get("/moderation/log").text


@pytest.mark.parametrize("name", ["since", "until", "by", "before", "kind", "subject"])
@pytest.mark.parametrize("value", ["", "x", "\0", "9" * 40, "2026-99-99", "-1", "%", "1.1.1"])
def test_whatever_stands_in_the_address_the_log_answers(olga, name, value):
    assert olga.get("/moderation/log", query_string={name: value}).status_code == 200
