"""Damaged files: whatever is done to an export, it ends in a clear refusal or a counted skip.

A seeded sample; `python -m tests.perf.imports` takes ten thousand of them.
"""

import pytest

from service.workflows.administer import add_site
from tests.builders import BLOG, NOON
from tests.conftest import SECRET
from tests.damage import import_damaged

MUTATIONS = 300
# What one file of the hugest fields takes; more for three hundred files would be a leak.
GROWTH_MIB = 120


@pytest.fixture
def told(store, tmp_path):
    add_site(BLOG, store=store, secret=SECRET, now=NOON)
    return import_damaged(store, tmp_path, MUTATIONS, seed=20261124)


@pytest.mark.timeout(600)
def test_no_damage_crashes_grows_or_leaves_half_a_file(told):
    assert (told.crashed, told.partial) == ([], [])
    assert min(map(len, told.sentences)) > len("Line 1: no")
    assert told.refused > MUTATIONS // 4
    assert told.taken > MUTATIONS // 20
    assert told.grown_mib < GROWTH_MIB
