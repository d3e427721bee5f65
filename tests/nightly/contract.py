"""C: the real plugin and the recorded clients do with our answers what they should."""

from tests.nightly.board import by_tests
from tests.nightly.unguarded import NO_GUID, PUBLISHES_THE_UNSURE

by_tests(
    "C-02",
    "WordPress with its Akismet plugin publishes, holds and bins as it should, with us and without",
    "tests/wordpress",
    how="the real plugin in a real WordPress",
    off=PUBLISHES_THE_UNSURE,
    shown_by="tests/wordpress/test_wordpress.py",
)
by_tests(
    "C-05",
    "every failure is heard as the table says",
    "tests/contract/test_failures.py",
    off=NO_GUID,
)
by_tests(
    "C-06",
    "recorded and real clients understand every answer",
    "tests/contract/test_recordings.py",
    "tests/contract/test_clients.py",
    "tests/contract/test_hostile.py",
    off=NO_GUID,
)
