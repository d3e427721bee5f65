"""Many blogs meet a network key at the same moment: one Site each, one guid for each call."""

import threading

import httpx
import pytest

from tests.program import started

pytestmark = pytest.mark.e2e

BLOGS = [f"https://blog-{number}.example/" for number in range(20)]


def post_all(program, heard):
    with httpx.Client(timeout=20) as http:
        for blog in BLOGS:
            fields = {"api_key": program.key, "blog": blog, "user_ip": "203.0.113.9"}
            answer = http.post(f"{program.address}/1.1/comment-check", data=fields)
            heard.append((answer.text, answer.headers["X-akismet-guid"]))


def test_threads_and_processes_make_one_site_of_each_blog(tmp_path, engine_settings, database):
    # SQLite has one writing process; PostgreSQL serves from two.
    more = {"CHAFFINCH_PROCESSES": "2"} if engine_settings else {}
    heard = []
    with started(tmp_path, **engine_settings, **more) as program:
        threads = [threading.Thread(target=post_all, args=(program, heard)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        table = httpx.get(
            f"{program.address}/1.2/key-sites", params={"api_key": program.key}, timeout=20
        ).json()
        assert "Traceback" not in program.printed
    assert len(heard) == len({guid for _, guid in heard}) == 6 * len(BLOGS)
    assert {text for text, _ in heard} <= {"true", "false"}
    assert set(database.outcomes()) == {guid for _, guid in heard}
    (rows,) = (value for value in table.values() if isinstance(value, list))
    assert sorted((row["site"], row["api_calls"]) for row in rows) == sorted(
        (blog, "6") for blog in BLOGS
    )
