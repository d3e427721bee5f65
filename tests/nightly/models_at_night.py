"""M: no file builds what it should not, and no reports turn a model around."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tests.nightly.board import ROOT, Figure, Night, by_tests, fact
from tests.nightly.unguarded import NO_GATES, PLAIN_PICKLE, UNPROVEN
from tests.program import environment

by_tests(
    "M-01",
    "no malicious, flipped, cut or foreign model file is opened; twins show what would be",
    "tests/unit/models/test_artefact_attacks.py",
    "tests/unit/models/test_artefact.py",
    off=PLAIN_PICKLE,
)
by_tests(
    "M-04",
    "a model of other features or versions, or that scores otherwise than it says, is unfit",
    "tests/unit/models/test_loader.py",
    off=UNPROVEN,
)
by_tests(
    "M-06",
    "a bad model is never promoted, and the one before is back at once",
    "tests/training/test_promotion.py",
    off=NO_GATES,
)
# Words, names and addresses that nobody else has: what a model file would hold if it held any.
_CANARIES = 1000
_SITES = 6


def _canary(number: int) -> dict[str, str]:
    word = f"zq{number:04d}xanthe"
    return {
        "author": f"{word} Name",
        "author_email": f"{word}@mail-{word}.example",
        "author_url": f"http://{word}.example/",
        "user_ip": f"2001:db8:{number:x}::1",
        "text": f"Thank you for the {word}, the map was wrong for me too, said {word}.",
    }


def _words(number: int) -> tuple[bytes, ...]:
    made = _canary(number)
    return f"zq{number:04d}xanthe".encode(), made["user_ip"].encode()


def _labels(count: int) -> list[dict[str, object]]:
    """Half of them ham, half spam, as `chaffinch export` writes them."""
    return [
        {
            "guid": f"{number:032x}",
            "site": f"https://blog{number % _SITES}.example/",
            "comment": _canary(number)
            | ({} if number % 2 else {"text": f"cheap casino loans {_canary(number)['text']}"}),
            "label": "ham" if number % 2 else "spam",
            "source": "MODERATOR",
        }
        for number in range(count)
    ]


def _held(place: Path, count: int) -> int:
    """How many canaries stand in any file under *place*, packed or not."""
    held = b"\n".join(one.read_bytes() for one in place.rglob("*") if one.is_file())
    packed = list(place.rglob("*.joblib"))
    held += b"\n".join(pickle.dumps(joblib.load(one), protocol=0) for one in packed)
    return sum(any(word in held for word in _words(number)) for number in range(count))


def _with_words(night: Night) -> Figure:
    """The twin: a model of scikit-learn that keeps its vocabulary."""
    rows = _labels(_CANARIES)
    texts = [row["comment"]["text"] for row in rows]
    fitted = make_pipeline(CountVectorizer(), LogisticRegression())
    fitted.fit(texts, [row["label"] for row in rows])
    joblib.dump(fitted, night.folder / "vocabulary.joblib")
    held = _held(night.folder, _CANARIES)
    return Figure(f"{held} of {_CANARIES} in the model's files", held == 0)


@fact(
    "M-08",
    "a model holds nobody's words, names or addresses",
    how="1 000 people with a word, name, e-mail, link and IP address of their own, all trained on",
    target="0 of 1 000",
    twin=_with_words,
)
def _no_person(night: Night) -> Figure:
    labels = night.folder / "labels.jsonl"
    labels.write_text("".join(json.dumps(row) + "\n" for row in _labels(_CANARIES)))
    data = night.folder / "var"
    words = ["retrain", "--labels", str(labels), "--jobs", "1"]
    subprocess.run(
        [sys.executable, "-m", "training", *words],
        env=environment(data),
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    files = list(data.rglob("*.joblib"))
    held = _held(data, _CANARIES)
    text = f"{held} of {_CANARIES} in the model's files"
    return Figure(text, held == 0 and len(files) == 1)
