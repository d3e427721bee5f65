"""The real program, once for all tests that only talk to it."""

from collections.abc import Iterator

import pytest

from tests.program import Program, started


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """What `make serve` starts, in a data folder of its own, with the model that ships."""
    with started(tmp_path_factory.mktemp("program")) as running:
        assert running.key
        yield running
