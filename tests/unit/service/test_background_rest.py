"""How long background work rests between two pieces."""

from __future__ import annotations

from service.background import rest_s


def test_as_long_as_it_worked_while_blogs_are_quiet():
    assert rest_s(0.08, came=2, behind_s=5, is_awaited=False) == 0.08


def test_nine_times_as_long_while_blogs_ask_a_lot():
    assert rest_s(0.08, came=3, behind_s=5, is_awaited=False) == 0.08 * 9


def test_a_person_who_waits_for_a_bulk_waits_no_longer_for_that():
    assert rest_s(0.08, came=100, behind_s=5, is_awaited=True) == 0.08


def test_a_load_that_lasts_keeps_no_comment_from_being_found():
    assert rest_s(0.08, came=100, behind_s=61, is_awaited=False) == 0.08


def test_never_longer_than_between_two_looks_for_work():
    assert rest_s(30, came=2, behind_s=5, is_awaited=False) == 1


def test_a_slow_machine_rests_nine_times_as_long_too_within_reason():
    assert rest_s(0.5, came=100, behind_s=5, is_awaited=False) == 4.5
    assert rest_s(30, came=100, behind_s=5, is_awaited=False) == 5
