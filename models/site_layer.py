"""What one Site's own Decisions add to the shared model: a pure function of its standing labels.

    logit = shared model + what was decided about this author, link, address, text + coefficients

The layer is built anew from all labels that stand, never adjusted: a label taken back leaves no
trace, bit for bit. With no label it adds nothing. It never learns from its own Verdicts.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models import ridge as ridge_logistic
from models.comment import Clue, Comment, History, Record, Score
from models.features import Reading, extract, read, spread
from models.history import Memory, Traits, traits
from models.scripts import script_of
from models.site_labels import SiteLabel, record, weight_of
from models.text import fold
from models.verdict import Cutoffs

# The newest labels speak for a Site; more cost time and say the same.
MOST_LABELS: Final = 2000
# A report that says the opposite of a model this sure of itself teaches no coefficients.
_SURE_LOGIT: Final = math.log(0.8 / 0.2)
# Shrinkage of the coefficients and of the Site's own prior (measured: `training.site_protocols`).
_RIDGE: Final = 0.2
_RIDGE_PRIOR: Final = 10.0
# With this many labels the coefficients are shrunk twice as much: few labels prove little.
_DOUBT: Final = 30
_MOST_LOGIT: Final = 14.0
_MOST_CLUES: Final = 6
# A Site's labels of the rarer kind in a script from which the shared model need not abstain there.
_KNOWN_SCRIPT: Final = 50


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A label with what is costly to work out again: it depends on the Comment and the model."""

    label: SiteLabel
    traits: Traits
    columns: NDArray[np.int32]
    amounts: NDArray[np.float32]
    logit: float
    script: str = ""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SiteLayer:
    """What a Site's Decisions add: *memory* of whom and what, *prior*, and coefficients.

    Coefficients (*columns* ascending, *values*) and *prior* were fitted on top of *model_id* and
    count only with it; the memory holds with any model. *labels* is how many it was built from,
    *held* how many reports were kept out, *scripts* in which scripts moderators taught enough.
    """

    model_id: str = ""
    memory: Memory = dataclasses.field(default_factory=Memory)
    prior: float = 0.0
    columns: NDArray[np.int32] = dataclasses.field(default_factory=lambda: np.empty(0, np.int32))
    values: NDArray[np.float32] = dataclasses.field(default_factory=lambda: np.empty(0, np.float32))
    labels: int = 0
    held: int = 0
    scripts: frozenset[str] = frozenset()

    def score(self, comment: Comment, shared: Score, reading: Reading | None = None) -> Score:
        """*shared* with what this Site knows added, in Score and Evidence (heavy CPU).

        *reading* is the Comment's own when it has been read already.
        """
        if not self.labels:
            return shared
        history = comment.history or self.memory.recall(traits(comment))
        clues = history_clues(history)
        learned: list[Clue] = []
        rest = 0.0
        if shared.model_id == self.model_id:
            learned = self._learned(read(comment) if reading is None else reading)
            rest = math.fsum(clue.weight for clue in learned[_MOST_CLUES:])
            clues.append(Clue("what this website's comments usually are", "", self.prior))
        own = [*clues, *learned[:_MOST_CLUES]]
        total = shared.evidence.logit + rest + math.fsum(clue.weight for clue in own)
        logit = max(-_MOST_LOGIT, min(_MOST_LOGIT, total))
        ranked = sorted((*own, *shared.evidence.clues), key=lambda c: (-abs(c.weight), c.name))
        evidence = dataclasses.replace(
            shared.evidence,
            clues=tuple(ranked),
            rest=shared.evidence.rest + rest + (logit - total),
        )
        abstains = shared.abstains
        if abstains and self._knows(comment, history):
            abstains = ""
        return dataclasses.replace(
            shared, value=1 / (1 + math.exp(-logit)), evidence=evidence, abstains=abstains
        )

    def _knows(self, comment: Comment, history: History) -> bool:
        """Whether people here have taught what the shared model abstains from."""
        if history.text.spam > history.text.ham or history.author.spam > history.author.ham:
            return True
        return script_of(fold(comment.text[:2000])) in self.scripts

    def _learned(self, reading: Reading) -> list[Clue]:
        if not len(self.columns):
            return []
        features = reading.features
        wanted, amounts, owners = spread(features)
        places = np.searchsorted(self.columns, wanted)
        places[places == len(self.columns)] = 0
        hits = np.flatnonzero(self.columns[places] == wanted)
        sums: dict[tuple[str, str, str], float] = {}
        found = self.values[places[hits]].astype(np.float64) * amounts[hits]
        for owner, part in zip(owners[hits].tolist(), found.tolist(), strict=True):
            feature = features[owner]
            reason = (f"learned here: {feature.name}", feature.value[:80], feature.where)
            sums[reason] = sums.get(reason, 0.0) + part
        ranked = sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))
        return [Clue(name, value, weight, where) for (name, value, where), weight in ranked]


class Shared(Protocol):
    """What a layer stands on: the shared model."""

    @property
    def model_id(self) -> str:
        """Its id."""
        ...

    @property
    def cutoffs(self) -> Cutoffs:
        """Where its Verdicts change."""
        ...

    def score(self, comment: Comment, reading: Reading | None = None) -> Score:
        """Its Score of *comment*, which may have been read already."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SiteClassifier:
    """The shared model with one Site's layer on top: what answers that Site.

    *own* are the cutoffs that the Site chose itself, None when it keeps to the model's.
    """

    shared: Shared
    layer: SiteLayer
    own: Cutoffs | None = None

    @property
    def model_id(self) -> str:
        """The id of the shared model."""
        return self.shared.model_id

    @property
    def cutoffs(self) -> Cutoffs:
        """The Site's own cutoffs, or those of the shared model."""
        return self.own or self.shared.cutoffs

    def score(self, comment: Comment) -> Score:
        """The Score for this Site (heavy CPU: what the shared model costs, and a half more).

        A Site's labels alone never make a Comment blatant: what is discarded can't be mended.
        """
        history = self.layer.memory.recall(traits(comment))
        comment = dataclasses.replace(comment, history=history)
        reading = read(comment)
        shared = self.shared.score(comment, reading)
        found = self.layer.score(comment, shared, reading)
        most = float(np.nextafter(min(self.cutoffs.blatant_from, 1.0), 0.0))
        if found.value <= most or shared.value >= self.cutoffs.spam_from:
            return found
        over = math.log(most / (1 - most)) - found.evidence.logit
        evidence = dataclasses.replace(found.evidence, rest=found.evidence.rest + over)
        return dataclasses.replace(found, value=most, evidence=evidence)


# What one kind of memory can say: how strongly, and at most how much for ham and for spam.
# Author and name can be borrowed by a stranger, so trust is bounded; a text decided once is known.
_KINDS: Final = (
    ("author", "this author", 1.6, 4.0, 4.0),
    ("name", "this name", 0.8, 2.0, 2.0),
    ("domain", "this link", 1.2, 1.5, 4.0),
    ("address", "this network", 0.5, 1.0, 1.5),
    ("text", "nearly the same text", 8.0, 8.0, 12.0),
)


def history_clues(history: History) -> list[Clue]:
    """What was decided before as Clues: log((spam + 1/2) / (ham + 1/2)) by kind, bounded."""
    clues = []
    for kind, words, strength, most_ham, most_spam in _KINDS:
        record: Record = getattr(history, kind)
        if not record.ham and not record.spam:
            continue
        weight = strength * math.log((record.spam + 0.5) / (record.ham + 0.5))
        weight = max(-most_ham, min(most_spam, weight))
        said = f"{record.ham:g} times approved, {record.spam:g} times spam"
        clues.append(Clue(f"{words} was decided here before", said, weight))
    return clues


def prepare(label: SiteLabel, score: Callable[[Comment], Score]) -> Prepared:
    """*label* with its traits, columns and shared logit (heavy CPU, about 3 ms)."""
    found: dict[int, float] = {}
    wanted, amounts, _ = spread(extract(label.comment))
    for place, amount in zip(wanted.tolist(), amounts.tolist(), strict=True):
        found[place] = found.get(place, 0.0) + amount
    return Prepared(
        label=label,
        traits=traits(label.comment),
        columns=np.fromiter(found.keys(), np.int32, len(found)),
        amounts=np.fromiter(found.values(), np.float32, len(found)),
        logit=score(label.comment).evidence.logit,
        script=script_of(fold(label.comment.text[:2000])),
    )


def build(
    prepared: Sequence[Prepared], model_id: str, *, held: int = 0, ridge: float = _RIDGE
) -> SiteLayer:
    """The layer that admitted labels make, oldest first; the same labels give the same bits.

    Heavy CPU: under a second for 2 000 labels. Each label is met with the memory of those before
    it, so coefficients learn only what memory does not know already.
    """
    newest = prepared[-MOST_LABELS:]
    memory = Memory()
    offsets = np.empty(len(newest))
    for at, one in enumerate(newest):
        known = history_clues(memory.recall(one.traits))
        offsets[at] = one.logit + math.fsum(clue.weight for clue in known)
        memory.learn(one.traits, record(one.label, weight_of(one.label)))
    layer = SiteLayer(
        model_id=model_id,
        memory=memory,
        labels=len(newest),
        held=held,
        scripts=_known_scripts(newest),
    )
    teaching = [at for at, one in enumerate(newest) if not _is_surprising(one)]
    if not teaching:
        return layer
    rows = [newest[at] for at in teaching]
    columns, values, prior = ridge_logistic.fit(
        [one.columns for one in rows],
        [one.amounts for one in rows],
        is_spam=np.array([float(one.label.is_spam) for one in rows]),
        weights=np.array([weight_of(one.label) for one in rows]),
        offsets=offsets[teaching],
        ridge=ridge * (1 + _DOUBT / len(rows)),
        ridge_prior=_RIDGE_PRIOR,
    )
    return dataclasses.replace(
        layer, columns=columns, values=values.astype(np.float32), prior=prior
    )


def _known_scripts(prepared: Sequence[Prepared]) -> frozenset[str]:
    counts: dict[str, list[int]] = {}
    for one in prepared:
        if one.label.is_moderator:
            counts.setdefault(one.script, [0, 0])[one.label.is_spam] += 1
    return frozenset(name for name, both in counts.items() if min(both) >= _KNOWN_SCRIPT)


def _is_surprising(one: Prepared) -> bool:
    """Whether a report says the opposite of what the shared model is sure of."""
    if one.label.is_moderator:
        return False
    return one.logit > _SURE_LOGIT if not one.label.is_spam else False
