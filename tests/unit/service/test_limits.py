"""Limits on tries, in this process and through Redis, there and gone."""

import secrets
import shutil
import socket
import subprocess
import threading
import time

import pytest
import redis

from service.errors import TooManyRequests
from service.limits import ProcessLimiter, RedisLimiter
from tests.conftest import REDIS_URL, missing


@pytest.fixture
def redis_limiter():
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=1).ping()
    except redis.RedisError as error:
        missing("Redis", str(error))
    return RedisLimiter(REDIS_URL, 3, 60)


@pytest.fixture(params=["process", pytest.param("redis", marks=pytest.mark.redis)])
def limiter(request):
    return (
        ProcessLimiter(3, 60)
        if request.param == "process"
        else request.getfixturevalue("redis_limiter")
    )


def test_the_fourth_try_waits(limiter):
    name = secrets.token_hex(8)
    for _ in range(3):
        limiter.count(name)
    with pytest.raises(TooManyRequests) as caught:
        limiter.count(name)
    assert 0 < caught.value.retry_after_s <= 61


def test_another_name_is_not_touched(limiter):
    name = secrets.token_hex(8)
    for _ in range(3):
        limiter.count(name)
    limiter.count(secrets.token_hex(8))


def test_a_right_try_starts_over(limiter):
    name = secrets.token_hex(8)
    for _ in range(3):
        limiter.count(name)
    limiter.forget(name)
    limiter.count(name)


def test_the_window_ends():
    now = [0.0]
    limiter = ProcessLimiter(1, 60, ticks=lambda: now[0])
    limiter.count("ana")
    now[0] = 61.0
    limiter.count("ana")


def test_many_names_do_not_fill_the_memory():
    now = [0.0]
    limiter = ProcessLimiter(1, 60, ticks=lambda: now[0])
    for number in range(10_001):
        limiter.count(str(number))
    now[0] = 100.0
    limiter.count("one more")
    assert len(limiter._tries) == 1


def test_without_redis_each_process_counts_alone():
    limiter = RedisLimiter("redis://127.0.0.1:1/0", 1, 60)
    limiter.count("ana")
    with pytest.raises(TooManyRequests):
        limiter.count("ana")


def test_ever_new_names_do_not_fill_the_memory_inside_one_window():
    limiter = ProcessLimiter(1, 60, ticks=lambda: 0.0)
    for number in range(30_000):
        limiter.count(str(number))
    assert len(limiter._tries) <= 10_001


def test_threads_are_counted_exactly():
    limiter, refused = ProcessLimiter(100, 60), []

    def count():
        for _ in range(50):
            try:
                limiter.count("ana")
            except TooManyRequests:
                refused.append(1)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(refused) == 8 * 50 - 100


@pytest.fixture
def own_redis():
    """A Redis of the test's own, to be ended by it: its address and its process."""
    program = shutil.which("redis-server")
    if program is None:
        missing("Redis", "no redis-server on PATH")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        url = f"redis://127.0.0.1:{port}/0"
        until = time.monotonic() + 10
        while not is_answering(url):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield url, running
        running.kill()


def is_answering(url):
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1) as asked:
            return asked.ping()
    except redis.RedisError:
        return False


@pytest.mark.redis
def test_two_processes_share_one_count(own_redis):
    url, _ = own_redis
    one, other = RedisLimiter(url, 3, 60), RedisLimiter(url, 3, 60)
    one.count("ana")
    other.count("ana")
    one.count("ana")
    for limiter in (one, other):
        with pytest.raises(TooManyRequests):
            limiter.count("ana")
    other.forget("ana")
    one.count("ana")


@pytest.mark.redis
def test_a_redis_that_goes_away_refuses_nobody_and_does_not_open_the_door(own_redis):
    url, running = own_redis
    limiter = RedisLimiter(url, 3, 60)
    limiter.count("ana")
    running.kill()
    running.wait(10)
    for _ in range(3):
        limiter.count("ana")
    with pytest.raises(TooManyRequests):
        limiter.count("ana")
    limiter.forget("ana")
    limiter.count("ana")
