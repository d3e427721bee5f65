"""The log of every change of anything by anyone, and its export."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import flask
from flask.typing import ResponseReturnValue

from service.moderation import desk_forms, desk_words
from service.moderation.blueprint import moderation, page
from service.moderation.letters import visible
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.read_log import LogLine, export_log, read_log

_COLUMNS = ("time", "who", "what", "of what", "site", "detail")


@moderation.get("/log", endpoint="log")
def log_page() -> ResponseReturnValue:
    """One page of the log, by person, kind, time and subject."""
    asked = flask.request.args
    ask = desk_forms.read_log_ask(asked)
    found = read_log(signed_in(), ask, store=runtime().store)
    kept = {
        name: asked[name] for name in ("kind", "by", "subject", "since", "until") if asked.get(name)
    }
    return page(
        "log.html",
        listing="log",
        found=found,
        ask=ask,
        kept=kept,
        kinds=[(word, str(told)) for word, told in desk_words.LOG.items()],
        told=desk_words.LOG,
        visible=visible,
    )


@moderation.post("/log/export", endpoint="log_export")
def log_export() -> ResponseReturnValue:
    """What the page would show, all of it, as a file for a spreadsheet."""
    here = runtime()
    ask = desk_forms.read_log_ask(flask.request.form)
    lines = export_log(signed_in(), ask, store=here.store, now=here.clock())
    name = f"chaffinch-log-{here.clock():%Y-%m-%d}.csv"
    return flask.Response(
        write_csv(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def write_csv(lines: Iterable[LogLine]) -> Iterator[str]:
    """*lines* as CSV (RFC 4180) that no spreadsheet takes for a formula; flat memory."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    for line in lines:
        detail = json.dumps(line.detail, ensure_ascii=False) if line.detail else ""
        site = "" if line.site_id is None else str(line.site_id)
        cells = (line.made_at.isoformat(), line.actor, line.what, line.subject, site, detail)
        writer.writerow([harmless(cell) for cell in cells])
        yield file.getvalue()
        file.seek(0)
        file.truncate()
    yield file.getvalue()


def harmless(cell: str) -> str:
    """*cell* so that a spreadsheet shows it and runs nothing (OWASP: CSV injection)."""
    cell = cell.replace("\0", "\N{SYMBOL FOR NULL}")
    is_formula = cell.lstrip()[:1] in {"=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}"}
    return f"'{cell}" if is_formula or cell[:1] in {"\t", "\r", "\n"} else cell
