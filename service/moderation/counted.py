"""Sentences of the model with a number in them that read otherwise for none and for one."""

from __future__ import annotations

import re
from typing import Final

from flask_babel import gettext

from service.moderation.desk_sayings import N_

# By the sentence with its number taken out, and the number.
COUNTED: Final = {
    ("{count} links in the text", "no"): N_("no link in the text"),
    ("{count} links in the text", "1"): N_("one link in the text"),
    ("author's name has {count} words", "1"): N_("author's name is one word"),
    ("{count} digits in the e-mail", "0"): N_("no digits in the e-mail"),
    ("{count} digits in the e-mail", "1"): N_("one digit in the e-mail"),
}
# What models/site_layer.py says of what was decided before.
_BEFORE: Final = "was decided here before"
_RECORD: Final = re.compile(r"(\S+) times approved, (\S+) times spam")


def tell_value(name: str, value: str) -> str:
    """The *value* of the clue called *name*, in the reader's language where it is a sentence.

    Other values are words of the comment and stay as they are. Free.
    """
    found = _RECORD.fullmatch(value) if name.endswith(_BEFORE) else None
    if found is None:
        return value
    told: str = gettext("approved: %(ham)s, spam: %(spam)s", ham=found[1], spam=found[2])
    return told
