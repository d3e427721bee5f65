"""Small real artefacts, made and signed here."""

import dataclasses
import hashlib

import numpy as np

from models import artefact
from models.classifier import Classifier
from models.comment import Comment, write_comment
from models.features import WIDTH, columns, extract
from models.manifest import Manifest, write_manifest
from models.verdict import Cutoffs

KEY = b"k" * 32
GOLDEN = Comment(text="A golden comment.", author="Maria")
SEEN = Comment(text="cheap watches, everybody", author="Bob")
CUTOFFS = Cutoffs(unsure_from=0.4, spam_from=0.9, blatant_from=0.99)


def weights_of(weight):
    """One weight for each column that SEEN has."""
    seen = {key for f in extract(SEEN) for key in columns(f.key, f.runs)}
    places = np.array(sorted(seen), dtype=np.int64)
    return places, np.full(len(places), weight, dtype=np.float32)


def make_manifest(model_id, raw, score, **changes):
    manifest = Manifest(
        model_id=model_id,
        made_at="2026-11-24",
        parent="",
        recipe={},
        corpora={},
        labels=2,
        versions={},
        cutoffs=dataclasses.asdict(CUTOFFS),
        scripts={"Latin": 1000},
        numbers={},
        golden=[{"comment": write_comment(GOLDEN), "score": score}],
        sha256=hashlib.sha256(raw).hexdigest(),
    )
    return dataclasses.replace(manifest, **changes)


def make_model(root, model_id, *, bias=-2.0, weight=0.5, key=KEY, content=None, **changes):
    """Write the artefact *model_id* under *root*; answers with its folder."""
    columns, values = weights_of(weight)
    if content is None:
        content = {"columns": columns, "values": values, "bias": bias, "doubt": 0.0}
    raw = artefact.write_weights(content)
    dense = np.zeros(WIDTH, dtype=np.float32)
    dense[columns] = values
    fitted = Classifier(model_id="", weights=dense, bias=bias, cutoffs=CUTOFFS, scripts={})
    manifest = make_manifest(model_id, raw, fitted.score(GOLDEN).value, **changes)
    manifest = dataclasses.replace(manifest, signature=artefact.sign(manifest, key))
    artefact.save(root / model_id, raw, write_manifest(manifest))
    return root / model_id
