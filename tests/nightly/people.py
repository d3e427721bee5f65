"""P: who may do what; secrets, addresses and people's names stay where they belong."""

from tests.nightly.board import by_tests

by_tests(
    "P-01",
    "no role and no site sees or changes what is not theirs, on any route",
    "tests/unit/service/moderation/test_roles.py",
    "tests/architecture/test_web.py",
)
by_tests("P-06", "guessing passwords and keys is limited", "tests/unit/service/test_limits.py")
by_tests(
    "P-09",
    "logs hold no text, no secret and no forged line",
    "tests/unit/service/test_logs.py",
)
by_tests(
    "P-10", "no spelling of a private address is called", "tests/unit/service/test_outgoing.py"
)
by_tests(
    "P-20",
    "of addresses only networks and pseudonyms are kept",
    "tests/storage/test_address_key.py",
    "tests/unit/service/domain/test_address.py",
)
by_tests(
    "P-21",
    "whom one forgets is nowhere in the bytes",
    "tests/unit/service/workflows/test_erasing.py",
)
