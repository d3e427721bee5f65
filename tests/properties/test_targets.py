"""What the night fuzzes by coverage keeps its promise of any bytes, here without that guidance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nightly.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.binary(max_size=2000))
def test_any_bytes_are_taken_as_promised(name, data):
    TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_the_fuzzer_begins_with_is_taken_as_promised(name):
    assert len(TARGETS[name].seeds) > 10
    for data in TARGETS[name].seeds:
        TARGETS[name].run(data)
