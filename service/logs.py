"""How this process logs: lines to read, or one JSON object a line for machines.

What is logged names guids, sites by number, models and causes; never a comment's text, a key or a
password.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Final

_LINE: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
# What a line may say beside its message, each a number or a word of ours; nothing else that is
# handed to the logger is written, so nobody can add a text by chance.
FIELDS: Final = ("guid", "site", "endpoint", "status", "chore", "rows", "events")


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, name, message, FIELDS, error and traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a line break within is escaped, so that nobody can forge a second one."""
        told: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "name": record.name,
            "message": record.getMessage(),
            "pid": record.process,
        }
        told |= {one: found for one in FIELDS if (found := getattr(record, one, None)) is not None}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told)


def start_logging(level: str, *, is_json: bool) -> None:
    """Log to stderr from *level* up."""
    out = logging.StreamHandler()
    out.setFormatter(JsonLines() if is_json else logging.Formatter(_LINE))
    logging.basicConfig(level=level.upper(), handlers=[out])
    # Two lines for each look at /readyz tell nobody anything.
    logging.getLogger("alembic").setLevel(logging.WARNING)
