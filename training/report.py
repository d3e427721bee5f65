"""The report of a measurement: one HTML page with its plots inside, and its numbers as JSON."""

from __future__ import annotations

import base64
import dataclasses
import html
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_curve

from models.verdict import Cutoffs
from training.aims import said
from training.evaluate import by_slice
from training.example import Example
from training.fit import Floats
from training.inside import Step, Weighty
from training.protocols import Line

_WORST = 50
_COST = "Cost: one hidden good comment = 20 missed spam"
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .6rem;border-bottom:1px solid #ccc;"
    "text-align:right}td:first-child,th:first-child{text-align:left}img{max-width:32rem}"
    ".text{text-align:left;overflow-wrap:anywhere}"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What a report is about: Examples with *scores* they got unseen, and the protocols' Lines.

    *curve* and *features* are what `training.inside` says of the way of training.
    """

    title: str
    examples: Sequence[Example]
    scores: Floats
    cutoffs: Cutoffs
    lines: Sequence[Line]
    curve: Sequence[Step] = ()
    features: Sequence[Weighty] = ()


def write(measured: Measured, place: Path) -> None:
    """Write *place* (HTML) and beside it the same as JSON (seconds: plots)."""
    slices = by_slice(measured.examples, measured.scores, measured.cutoffs)
    content = {
        "title": measured.title,
        "cutoffs": dataclasses.asdict(measured.cutoffs),
        "protocols": [dataclasses.asdict(line) for line in measured.lines],
        "slices": slices,
        "learning_curve": [dataclasses.asdict(step) for step in measured.curve],
        "features": [dataclasses.asdict(feature) for feature in measured.features],
    }
    text = json.dumps(_plain(content), indent=1, sort_keys=True)
    place.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    place.write_text(_page(measured, slices), encoding="utf-8")


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """*value* without the numbers that JSON has not."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _page(measured: Measured, slices: dict[str, dict[str, Any]]) -> str:
    title = html.escape(measured.title)
    lines = [
        [x.protocol, x.name, x.measure, x.value, x.low, x.high, x.spam, x.ham, x.groups, *aim]
        for x in measured.lines
        for aim in [said(x, measured.lines)]
    ]
    head = ["protocol", "part", "measure", "value", "from", "to", "spam", "ham", "groups"]
    head += ["aim", "met"]
    names = list(next(iter(slices.values())))
    rows = [[name, *numbers.values()] for name, numbers in slices.items()]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>"
        "<p>Every comment was scored by a model that had seen nothing of its blog or video.</p>"
        f"<h2>Protocols, with 95 % intervals drawn by blog or video</h2>{_table(head, lines)}"
        f"<h2>Slices</h2>{_table(['slice', *names], rows)}"
        f"<h2>Plots</h2>{''.join(_plots(measured))}"
        f"<h2>The clues that weigh most</h2>{_features(measured)}"
        f"<h2>The {_WORST} worst errors</h2>{_worst(measured)}</html>\n"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(x))}</td>" for x in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{top}</tr>{body}</table>"


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _features(measured: Measured) -> str:
    head = ("clue", "found", "weight in logits", "comments")
    rows = [[x.name, x.value, x.weight, x.comments] for x in measured.features]
    return _table(head, rows)


def _worst(measured: Measured) -> str:
    wrong = [
        abs(float(example.is_spam) - score)
        for example, score in zip(measured.examples, measured.scores, strict=True)
    ]
    order = np.argsort(-np.array(wrong), kind="stable")[:_WORST]
    rows = [
        f"<tr><td>{measured.examples[i].label.value}</td><td>{measured.scores[i]:.4f}</td>"
        f"<td>{html.escape(measured.examples[i].corpus)}</td>"
        f'<td class="text">{html.escape(measured.examples[i].comment.author[:60])}</td>'
        f'<td class="text">{html.escape(measured.examples[i].comment.text[:300])}</td></tr>'
        for i in order
    ]
    return f"<table>{''.join(rows)}</table>"


def _plots(measured: Measured) -> list[str]:
    is_spam = np.array([float(example.is_spam) for example in measured.examples])
    scores = measured.scores
    curve = [_drawn("Learning curve", lambda ax: _curve(ax, measured.curve))]
    return [
        *(curve if measured.curve else []),
        _drawn("Precision and recall", lambda ax: _precision(ax, is_spam, scores)),
        _drawn("ROC, log axis", lambda ax: _roc(ax, is_spam, scores)),
        _drawn("Reliability", lambda ax: _reliability(ax, is_spam, scores)),
        _drawn("Scores", lambda ax: _histogram(ax, is_spam, scores, measured.cutoffs)),
        _drawn(_COST, lambda ax: _cost(ax, is_spam, scores)),
    ]


def _drawn(title: str, draw: Any) -> str:  # noqa: ANN401 - matplotlib has no types
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, needed here alone

    figure = Figure(figsize=(6, 4), layout="constrained")
    ax = figure.subplots()
    draw(ax)
    ax.set_title(title)
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=90, metadata={"Software": None})
    encoded = base64.b64encode(raw.getvalue()).decode()
    return f'<img alt="{html.escape(title)}" src="data:image/png;base64,{encoded}">'


def _curve(ax: Any, curve: Sequence[Step]) -> None:  # noqa: ANN401 - an Axes
    comments = [step.comments for step in curve]
    ax.semilogx(comments, [step.auc for step in curve], "o-", label="AUC")
    ax.semilogx(comments, [step.recall for step in curve], "s--", label="recall at 1 % FPR")
    ax.set(xlabel="comments learned from", ylabel="on blogs and videos not seen")
    ax.legend()


def _precision(ax: Any, is_spam: Floats, scores: Floats) -> None:  # noqa: ANN401 - an Axes
    precision, recall, _ = precision_recall_curve(is_spam, scores)
    ax.plot(recall, precision)
    ax.set(xlabel="recall", ylabel="precision")


def _roc(ax: Any, is_spam: Floats, scores: Floats) -> None:  # noqa: ANN401 - an Axes
    lost, found, _ = roc_curve(is_spam, scores)
    ax.semilogx(np.maximum(lost, 1e-5), found)
    ax.set(xlabel="good comments lost", ylabel="spam found")


def _reliability(ax: Any, is_spam: Floats, scores: Floats) -> None:  # noqa: ANN401 - an Axes
    place = np.minimum((scores * 10).astype(int), 9)
    known = [i for i in range(10) if (place == i).any()]
    ax.plot([0, 1], [0, 1], linestyle=":")
    ax.plot(
        [scores[place == i].mean() for i in known],
        [is_spam[place == i].mean() for i in known],
        "o-",
    )
    ax.set(xlabel="score", ylabel="share of spam")


def _histogram(ax: Any, is_spam: Floats, scores: Floats, cutoffs: Cutoffs) -> None:  # noqa: ANN401 - an Axes
    ax.hist([scores[is_spam == 0], scores[is_spam > 0]], bins=40, label=["good", "spam"], log=True)
    for cut in (cutoffs.unsure_from, cutoffs.spam_from):
        ax.axvline(cut, linestyle=":")
    ax.legend()


def _cost(ax: Any, is_spam: Floats, scores: Floats) -> None:  # noqa: ANN401 - an Axes
    lost, found, cuts = roc_curve(is_spam, scores)
    cost = 20 * lost * (is_spam == 0).sum() + (1 - found) * is_spam.sum()
    ax.plot(np.clip(cuts, 0, 1), cost / len(is_spam))
    ax.set(xlabel="cutoff", ylabel="cost of a comment", yscale="log")
