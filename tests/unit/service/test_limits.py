"""Limits on tries, in this process and through Redis."""

import secrets

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
