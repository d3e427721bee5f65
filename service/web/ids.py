"""What stands in an address for a row: nothing that a database cannot hold."""

from __future__ import annotations

from werkzeug.routing import BaseConverter, IntegerConverter


class RowNumber(IntegerConverter):
    """The number of a row, in plain digits; a longer one names nothing, so nothing is asked for.

    SQLite's driver fails on 2**63, PostgreSQL calls it out of range: both would look like our bug.
    """

    regex = "[0-9]{1,15}"


class RowName(BaseConverter):
    """The guid or token of a row, without NUL: PostgreSQL takes one for an error of ours."""

    regex = "[^/\0]+"
    part_isolating = True
