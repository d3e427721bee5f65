"""M: no file builds what it should not, and no reports turn a model around."""

from tests.nightly.board import by_tests

by_tests(
    "M-01",
    "no malicious, flipped, cut or foreign model file is opened; twins show what would be",
    "tests/unit/models/test_artefact_attacks.py",
    "tests/unit/models/test_artefact.py",
)
by_tests(
    "M-04",
    "a model of other features or versions, or that scores otherwise than it says, is unfit",
    "tests/unit/models/test_loader.py",
)
by_tests(
    "M-06",
    "a bad model is never promoted, and the one before is back at once",
    "tests/training/test_promotion.py",
)
by_tests(
    "M-10",
    "reports that poison wait for a person",
    "tests/training/test_labels.py",
    "tests/training/test_sites.py",
)
by_tests("M-20", "disguises are read as a reader reads them", "tests/unit/models/test_disguise.py")
