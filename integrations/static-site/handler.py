"""The comment form of a static site: a plain WSGI program that keeps comments as JSON lines.

Your site generator reads `public.jsonl` at its next run; you look through `held.jsonl`. Run it with
any WSGI server behind the address that your form posts to.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from chaffinch_client import Client, Verdict

chaffinch = Client(os.environ["SPAM_SERVER"], os.environ["SPAM_KEY"])
_MOST_BYTES = 64 * 1024


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Keep what a reader wrote where it belongs."""
    told = environ.get("CONTENT_LENGTH") or "0"
    length = int(told) if told.isdecimal() else _MOST_BYTES + 1
    if environ["REQUEST_METHOD"] != "POST" or length > _MOST_BYTES:
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"Send the form."]
    # A letter that is none must not cost a reader his comment.
    raw = environ["wsgi.input"].read(length).decode("utf-8", "replace")
    form = {k: v[0] for k, v in parse_qs(raw).items()}
    answer = chaffinch.check(
        text=form.get("text", ""),
        author=form.get("name", ""),
        # A field that your style sheet hides: people leave it empty.
        honeypot=form.get("website2", ""),
        permalink=form.get("page", ""),
        environ=environ,
    )
    name = {Verdict.HAM: "public", Verdict.HOLD: "held", Verdict.SPAM: "spam"}[answer.verdict]
    row = {"page": form.get("page"), "name": form.get("name"), "text": form.get("text")}
    with (Path(os.environ["COMMENTS"]) / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row | {"guid": answer.guid}) + "\n")
    start_response("303 See Other", [("Location", "/thanks.html")])
    return []
