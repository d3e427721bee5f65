"""L: too much at once is refused in words, limits are exact, nothing grows."""

from __future__ import annotations

import asyncio
import collections
import re
import statistics
import threading
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from service.runtime import utc_now
from service.web.gate import Gate
from service.workflows.administer import add_site
from tests.builders import BLOG, KEY
from tests.conftest import SECRET
from tests.nightly.board import Figure, Night, by_tests, fact
from tests.nightly.house import House, housed
from tests.nightly.unguarded import COUNTS_ALONE, NO_GATE, without
from tests.program import started

_LENGTH = re.compile(rb"content-length: (\d+)")
_SMALL = "https://small.example.org/"
# With turns in rotation the small one waits for two or three; in one line for all that came before.
_FAIR = 0.5


async def _flood(
    address: str, fields: dict[str, str], at_once: int, seconds: float, rest_s: float = 0
):
    """Every answer of *at_once* clients that ask as fast as they are answered: (status, s, good).

    But who was answered within *rest_s* asks again when that is over.

    Bare sockets: a client library for three hundred at once took more CPU than the server.
    """
    heard: list[tuple[int, float, bool]] = []
    until = time.monotonic() + seconds
    parts = urlsplit(address)
    body = urlencode(fields).encode()
    asked = (
        f"POST /1.1/comment-check HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body

    async def ask(number: int) -> None:
        # Not all in one moment, which is another thing: the kernel's queue of those who knock.
        await asyncio.sleep(rest_s * number / at_once)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while time.monotonic() < until:
            begun = time.monotonic()
            try:
                async with asyncio.timeout(30):
                    writer.write(asked)
                    head = (await reader.readuntil(b"\r\n\r\n")).lower()
                    await reader.readexactly(int(_LENGTH.search(head)[1]))
            except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
                heard.append((0, time.monotonic() - begun, False))
                break
            status = int(head.split(b" ", 2)[1])
            is_good = status == 200 or b"\r\nretry-after:" in head
            took = time.monotonic() - begun
            heard.append((status, took, is_good))
            await asyncio.sleep(max(0, rest_s - took))
        writer.close()

    await asyncio.gather(*(ask(number) for number in range(at_once)))
    return heard


# Ten times what it can do, each client asking once a second; more sockets than that are no
# harder for the server, but for the machine that both share.
_TOO_MANY = 10
_MOST_CLIENTS = 3000
_GOODPUT = 0.6
_SOON_S = 2


@fact(
    "L-02",
    "under more than can be answered everybody hears a verdict or a refusal, soon",
    how="16 clients for 2 s; for 10 minutes ten times as many calls as they had verdicts; then one",
    target=(
        "only 200, 429, 503 with Retry-After; p99 < 2 s; verdicts >= 60 % of those at 16 at once; "
        "well after"
    ),
    twin=lambda night: _overload(night, off=NO_GATE),
)
def _overload(night: Night, *, off: str = "") -> Figure:
    seconds = night.count(600, least=12)
    with started(night.folder, **without(off, night.folder)) as program:
        fields = {"key": program.key, "blog": BLOG, "user_ip": "203.0.113.9"}
        fields["comment_content"] = "Thank you, the second map was wrong for me too. " * 12
        asyncio.run(_flood(program.address, fields, 4, 1))
        usual = asyncio.run(_flood(program.address, fields, 16, 2))
        before = sum(status == 200 for status, _, _ in usual) / 2
        clients = min(_MOST_CLIENTS, round(before * _TOO_MANY))
        heard = asyncio.run(_flood(program.address, fields, clients, seconds, rest_s=1))
        time.sleep(5)
        after = asyncio.run(_flood(program.address, fields, 1, 2))
    counted = collections.Counter(status for status, _, _ in heard)
    took = sorted(seconds for _, seconds, _ in heard)
    p99 = took[int(len(took) * 0.99)]
    share = counted[200] / seconds / before
    is_well = bool(after) and all(status == 200 for status, _, _ in after)
    is_good = all(good for _, _, good in heard) and set(counted) <= {200, 429, 503}
    text = (
        f"{clients} clients: {dict(sorted(counted.items()))}, p99 {p99:.1f} s,"
        f" {share:.0%} of {before:.0f}/s, well after {is_well}"
    )
    return Figure(text, is_good and is_well and p99 < _SOON_S and share >= _GOODPUT)


def _beside_a_flood(night: Night, *, fair: bool) -> Figure:
    """How long a small blog waits for its verdicts while another asks with sixty threads."""
    heard: dict[str, list[float]] = {BLOG: [], _SMALL: []}
    refused: collections.Counter[str] = collections.Counter()
    over = threading.Event()
    with housed(night.folder) as house:
        # As many as may work where a small server runs: with more, the machine is the narrow place.
        lane = house.app.wsgi_app
        lane.gate = Gate(4)
        keys = {BLOG: KEY, _SMALL: add_site(_SMALL, **_by(house)).text}
        if not fair:
            take = lane.gate.enter
            lane.gate.enter = lambda _name="": take()

        def ask(blog: str) -> None:
            client = house.app.test_client()
            fields = {"api_key": keys[blog], "blog": blog, "user_ip": "203.0.113.9"}
            fields["comment_content"] = "The second map was wrong for me too. " * 20
            while True:
                begun = time.monotonic()
                answer = client.post("/1.1/comment-check", data=fields)
                if answer.status_code == 200:
                    heard[blog].append(time.monotonic() - begun)
                else:
                    refused[blog] += 1
                if over.is_set():
                    break

        # A key has a line of its own once it was good.
        over.set()
        for blog in heard:
            ask(blog)
        over.clear()
        threads = [threading.Thread(target=ask, args=(one,)) for one in [BLOG] * 60 + [_SMALL]]
        for thread in threads:
            thread.start()
        time.sleep(night.count(300, least=15))
        over.set()
        for thread in threads:
            thread.join()
    waits = {blog: statistics.median([*found, 0]) * 1000 for blog, found in heard.items()}
    share = waits[_SMALL] / waits[BLOG]
    text = (
        f"verdicts after {waits[_SMALL]:.0f} ms beside {waits[BLOG]:.0f} ms (medians), ratio"
        f" {share:.2f}; {refused[_SMALL]} of {len(heard[_SMALL]) + refused[_SMALL]} refused"
    )
    return Figure(text, share < _FAIR and not refused[_SMALL])


def _by(house: House) -> dict[str, Any]:
    return {"store": house.store, "secret": SECRET, "now": utc_now()}


@fact(
    "L-04",
    "one blog's flood does not starve another",
    how="60 threads of one key for 5 minutes, one of another beside them, 4 turns at a time",
    target=f"0 refused; its verdicts come after < {_FAIR:g} of the flood's wait",
    twin=lambda night: _beside_a_flood(night, fair=False),
)
def _is_fair(night: Night) -> Figure:
    return _beside_a_flood(night, fair=True)


by_tests(
    "L-03",
    "limits are exact through Redis, and hold without it",
    "tests/unit/service/test_limits.py",
    off=COUNTS_ALONE,
)
