"""chaffinch score: comments in, scores out, line by line, without any database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import click

from models.artefact import find_signing_key
from models.classifier import Classifier
from models.loader import load
from models.registry import Registry
from models.verdict import verdict
from service.akismet.form import MOST_BYTES, read_json_pairs
from service.akismet.wire import read_arrival
from service.commands.shared import progress
from service.domain.rules import first_answer
from service.errors import BadInput, BodyTooLarge
from service.settings import Settings


@click.command()
@click.option("--model", default="live", show_default=True, help="Alias or id of the model.")
def score(model: str) -> None:
    """Score comments: JSON lines in on standard input, JSON lines out, in the same order.

    Each line in is one object with Akismet's parameter names (comment_content, comment_author,
    user_ip, …). Each line out is {"score", "verdict", "evidence", "model"}, or {"error"} for a line
    that can't be read; the rest goes on. How many those were is said at the end, on standard
    error; the exit code is 0 all the same. With "part" the words in the evidence are those of that
    part of a long text, named by its first and last ones; "abstains" says why the model does not
    condemn.

    \b
      chaffinch score < comments.jsonl > scores.jsonl
    """  # noqa: D301 - \b is click's mark for a block it must not wrap
    settings = Settings.load()
    key = find_signing_key(settings.data_dir / "model.key")
    classifier = load(Registry(settings.models_dir), model, signing_key=key)
    bad = done = 0
    with progress("comments") as shown:
        task = shown.add_task("scoring", total=None)
        for raw in _lines(sys.stdin.buffer):
            row = _score_line(raw, classifier)
            click.echo(json.dumps(row))
            done += 1
            bad += "error" in row
            shown.update(task, completed=done)
    if bad:
        click.echo(f"{bad} of {done} lines could not be read", err=True)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Each line; of one that is too long only so much that it can be seen, in flat memory."""
    while line := stream.readline(MOST_BYTES + 1):
        yield line
        while len(line) > MOST_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MOST_BYTES + 1) or b"\n"


def _score_line(raw: bytes, classifier: Classifier) -> dict[str, Any]:
    try:
        if len(raw) > MOST_BYTES:
            raise BodyTooLarge("The line is larger than 2 MiB.")
        arrival = read_arrival(read_json_pairs(raw.strip() or b"[]"), "")
    except BadInput as error:
        return {"error": str(error).replace("body", "line")}
    found = classifier.score(arrival.comment)
    rule = first_answer(arrival)
    said = rule.verdict if rule else verdict(found, classifier.cutoffs)
    row: dict[str, Any] = {
        "score": found.value,
        "verdict": said.value,
        "evidence": [
            {"name": clue.name, "value": clue.value, "weight": round(clue.weight, 4)}
            for clue in found.evidence.clues
        ],
        "model": found.model_id,
    }
    if rule:
        row["rule"] = rule.name
    if found.evidence.part:
        row["part"] = found.evidence.part
    if found.abstains:
        row["abstains"] = found.abstains
    return row
