"""The rules asked before the classifier, a sentence a row."""

import pytest

from service.domain.rules import first_answer
from tests.builders import make_arrival

ROWS = (
    ("a plain comment has no rule", {}, None),
    ("the documented author is spam", {"author": "akismet-guaranteed-spam"}, "test-spam"),
    ("the old author is spam", {"author": "viagra-test-123"}, "test-spam"),
    (
        "the documented address is spam",
        {"author_email": "akismet-guaranteed-spam@example.com"},
        "test-spam",
    ),
    ("an administrator is ham", {"user_role": ("administrator",)}, "administrator"),
    ("one of several roles counts", {"user_role": ("editor", "Administrator")}, "administrator"),
    ("a subscriber is nobody special", {"user_role": ("subscriber",)}, None),
    (
        "test values beat the administrator",
        {"user_role": ("administrator",), "author": "akismet-guaranteed-spam"},
        "test-spam",
    ),
    ("a test asks for a discard", {"is_test": True, "wants_discard": True}, "test-discard"),
    ("only a test may ask for it", {"wants_discard": True}, None),
    ("the honeypot catches", {"behaviour": (("honeypot", "filled"),)}, "honeypot"),
)


@pytest.mark.parametrize(("changes", "name"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS])
def test_first_answer(changes, name):
    rule = first_answer(make_arrival(**changes))
    assert (rule and rule.name) == name
