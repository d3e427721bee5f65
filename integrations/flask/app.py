"""A Flask blog with one page and a comment form, protected by Chaffinch."""

import os

import flask
from chaffinch_client import Client, Verdict

app = flask.Flask(__name__)
chaffinch = Client(os.environ["SPAM_SERVER"], os.environ["SPAM_KEY"])
comments: list[dict[str, str]] = []


@app.post("/comment")
def comment() -> tuple[str, int]:
    """Publish, hold or refuse what a reader wrote."""
    form = flask.request.form
    answer = chaffinch.check(
        text=form["text"], author=form.get("name", ""), environ=flask.request.environ
    )
    if answer.verdict is Verdict.SPAM:
        return "This looks like spam.", 403
    is_public = answer.verdict is Verdict.HAM
    comments.append(
        {"text": form["text"], "state": "public" if is_public else "held", "guid": answer.guid}
    )
    return ("Thank you.", 201) if is_public else ("Thank you. It will appear soon.", 202)
