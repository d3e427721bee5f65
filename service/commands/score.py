"""chaffinch score: comments in, scores out, line by line, without any database."""

from __future__ import annotations

import itertools
import json
import sys
from typing import Any

import click

from models.artefact import find_signing_key
from models.classifier import Classifier
from models.loader import load
from models.registry import Registry
from models.verdict import verdict
from service.akismet.form import Pairs, read_json_pairs
from service.akismet.wire import read_arrival
from service.commands.shared import progress
from service.domain.rules import first_answer
from service.errors import BadInput
from service.settings import Settings

_BATCH = 200


@click.command()
@click.option("--model", default="live", show_default=True, help="Alias or id of the model.")
def score(model: str) -> None:
    """Score comments: JSON lines in on standard input, JSON lines out, in the same order.

    Each line in is one object with Akismet's parameter names (comment_content, comment_author,
    user_ip, …). Each line out is {"score", "verdict", "evidence", "model"}, or {"error"} for a line
    that can't be read; the rest goes on.

    \b
      chaffinch score < comments.jsonl > scores.jsonl
    """  # noqa: D301 - \b is click's mark for a block it must not wrap
    settings = Settings.load()
    key = find_signing_key(settings.data_dir / "model.key")
    classifier = load(Registry(settings.models_dir), model, signing_key=key)
    lines = iter(sys.stdin.buffer)
    bad = done = 0
    with progress("comments") as shown:
        task = shown.add_task("scoring", total=None)
        while batch := list(itertools.islice(lines, _BATCH)):
            rows = [_score_line(raw, classifier) for raw in batch]
            click.echo("\n".join(json.dumps(row) for row in rows))
            done += len(rows)
            bad += sum("error" in row for row in rows)
            shown.update(task, completed=done)
    if bad:
        click.echo(f"{bad} of {done} lines could not be read", err=True)


def _score_line(raw: bytes, classifier: Classifier) -> dict[str, Any]:
    try:
        pairs: Pairs = read_json_pairs(raw)
    except BadInput as error:
        return {"error": str(error)}
    arrival = read_arrival(pairs, "")
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
    if found.abstains:
        row["abstains"] = found.abstains
    return row
