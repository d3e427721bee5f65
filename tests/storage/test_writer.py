"""The group writer: nothing acknowledged before it is durable, nobody pays for a neighbour."""

import logging
import threading
import time

import pytest

from service.errors import Conflict, StoreUnavailable
from service.storage.writer import GroupWriter


class Gate:
    """A write that waits until it is let go, and remembers what it wrote."""

    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.free = threading.Event()
        self.written = []

    def __call__(self, group):
        self.entered.release()
        assert self.free.wait(10)
        self.written.extend(group)


def put_all(writer, items):
    """Put each item in a thread of its own; answers with what each one heard, by item."""
    heard = {}

    def put(item):
        try:
            writer.put(item)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was heard
            heard[item] = error
        else:
            heard[item] = None

    threads = [threading.Thread(target=put, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    return threads, heard


def join(threads):
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def wait_until(claim):
    until = time.monotonic() + 10
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def gated(gate):
    writer = GroupWriter(gate, name="test", wait_s=10)
    yield writer
    gate.free.set()
    writer.close()


def test_nobody_hears_anything_before_the_write_returns(gate, gated):
    threads, heard = put_all(gated, ["a"])
    assert gate.entered.acquire(timeout=10)
    assert heard == {}
    gate.free.set()
    join(threads)
    assert heard == {"a": None}


def test_what_waits_is_written_together(gate, gated):
    first, _ = put_all(gated, ["a"])
    assert gate.entered.acquire(timeout=10)
    rest, heard = put_all(gated, range(50))
    wait_until(lambda: len(gated._waiting) == 50)
    gate.free.set()
    join([*first, *rest])
    assert gate.entered.acquire(timeout=10)
    assert not gate.entered.acquire(blocking=False)
    assert sorted(gate.written[1:]) == list(range(50))
    assert set(heard.values()) == {None}


def test_one_bad_item_costs_no_neighbour(gate):
    kept = []

    def write(group):
        gate(group)
        if "bad" in group:
            raise Conflict
        kept.extend(group)

    writer = GroupWriter(write, name="test")
    first, _ = put_all(writer, ["first"])
    assert gate.entered.acquire(timeout=10)
    rest, heard = put_all(writer, [*range(20), "bad"])
    wait_until(lambda: len(writer._waiting) == 21)
    gate.free.set()
    join([*first, *rest])
    writer.close()
    assert isinstance(heard.pop("bad"), Conflict)
    assert set(heard.values()) == {None}
    assert sorted(map(str, kept)) == sorted(map(str, ["first", *range(20)]))


def test_a_bug_in_one_write_leaves_the_writer_alive(caplog):
    def write(group):
        if group == ["bug"]:
            raise RuntimeError("broken")

    writer = GroupWriter(write, name="test")
    with caplog.at_level(logging.CRITICAL), pytest.raises(RuntimeError):
        writer.put("bug")
    writer.put("good")
    writer.close()


def test_an_unavailable_database_is_asked_once_for_the_whole_group(gate):
    asked = []

    def write(group):
        gate(group)
        asked.append(len(group))
        raise StoreUnavailable

    writer = GroupWriter(write, name="test")
    first, _ = put_all(writer, ["first"])
    assert gate.entered.acquire(timeout=10)
    rest, heard = put_all(writer, range(20))
    wait_until(lambda: len(writer._waiting) == 20)
    gate.free.set()
    join([*first, *rest])
    writer.close()
    assert asked == [1, 20]
    assert {type(error) for error in heard.values()} == {StoreUnavailable}


def test_what_was_given_up_while_waiting_is_never_written(gate):
    writer = GroupWriter(gate, name="test", wait_s=0.2)
    first, heard = put_all(writer, ["in the write"])
    assert gate.entered.acquire(timeout=10)
    with pytest.raises(StoreUnavailable):
        writer.put("still waiting")
    join(first)
    gate.free.set()
    writer.put("next")
    writer.close()
    assert isinstance(heard["in the write"], StoreUnavailable)
    assert gate.written == ["in the write", "next"]


def test_closing_writes_what_waits_and_takes_no_more(gate):
    writer = GroupWriter(gate, name="test", wait_s=10)
    threads, heard = put_all(writer, ["a"])
    assert gate.entered.acquire(timeout=10)
    more, heard_more = put_all(writer, ["b", "c"])
    wait_until(lambda: len(writer._waiting) == 2)
    gate.free.set()
    writer.close()
    join([*threads, *more])
    assert set((heard | heard_more).values()) == {None}
    with pytest.raises(StoreUnavailable):
        writer.put("d")
