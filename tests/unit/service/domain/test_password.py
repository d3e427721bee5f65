"""A stolen hash must be dear to guess; who is unknown costs as much as who is known."""

import argon2
import pytest

from service.domain import password
from service.domain.password import hash_password, is_password
from tests.cheap import REAL


def test_a_hash_costs_what_owasp_asks_for():
    found = argon2.extract_parameters(REAL.hash("correct horse"))
    assert found.type is argon2.Type.ID
    assert found.memory_cost >= 19_456
    assert found.time_cost >= 2
    assert (found.parallelism, found.salt_len >= 16, found.hash_len >= 32) == (1, True, True)


def test_two_hashes_of_one_password_differ_and_both_open():
    first, second = hash_password("correct horse"), hash_password("correct horse")
    assert first != second
    assert is_password("correct horse", first)
    assert is_password("correct horse", second)
    assert not is_password("correct horse!", first)


@pytest.mark.parametrize("kept", [None, "", "no hash", "$argon2id$v=19$m=64,t=1,p=1$AAAA$BBBB"])
def test_what_is_no_hash_opens_to_nobody(kept):
    assert not is_password("", kept)
    assert not is_password("nobody has this password", kept)


def test_who_is_unknown_is_looked_up_all_the_same(monkeypatch):
    asked = []

    class Asked:
        def verify(self, kept, given):
            asked.append((kept, given))
            return True

    monkeypatch.setattr(password, "_HASHER", Asked())
    assert not is_password("correct horse", None)
    assert asked == [(password._NOBODY, "correct horse")]
