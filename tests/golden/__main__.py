"""python -m tests.golden [--write]: what the shipped model says of a hundred comments.

Without --write it shows what changed and ends with 1 if anything did.
"""

import json
import sys
from pathlib import Path

from models.loader import load
from models.registry import Registry
from models.verdict import verdict
from tests.golden.comments import COMMENTS

ANSWERS = Path(__file__).parent / "answers.json"
# Float32 weights on other processors, and small changes that change no verdict.
TOLERANCE = 0.01


def asked():
    """The shipped model's answers: name -> verdict, score, the three strongest reasons."""
    model = load(Registry(None))
    answers = {}
    for name, comment in COMMENTS.items():
        score = model.score(comment)
        reasons = [f"{c.name} {c.value} {c.weight:+.2f}" for c in score.evidence.clues[:3]]
        answers[name] = {
            "verdict": verdict(score, model.cutoffs).value,
            "score": round(score.value, 4),
            "reasons": reasons,
        }
    return {"model": model.model_id, "answers": answers}


def kept():
    return json.loads(ANSWERS.read_text(encoding="utf-8"))


def differences(before, after):
    """A readable line for each comment whose verdict changed or whose score moved."""
    lines = []
    for name in sorted(before["answers"].keys() | after["answers"].keys()):
        old, new = before["answers"].get(name), after["answers"].get(name)
        if old is None or new is None:
            lines.append(f"{name}: {'new' if old is None else 'gone'}")
        elif old["verdict"] != new["verdict"] or abs(old["score"] - new["score"]) > TOLERANCE:
            text = COMMENTS[name].text[:60]
            lines.append(
                f"{name}: {old['verdict']} {old['score']:.3f} -> {new['verdict']} "
                f"{new['score']:.3f}  {text!r}\n"
                f"    because before: {'; '.join(old['reasons'])}\n"
                f"    because now:    {'; '.join(new['reasons'])}"
            )
    return lines


def main():
    after = asked()
    before = kept() if ANSWERS.exists() else {"model": "none", "answers": {}}
    found = differences(before, after)
    print(f"{before['model']} -> {after['model']}: {len(found)} of {len(COMMENTS)} changed")
    print("\n".join(found))
    if "--write" in sys.argv[1:]:
        text = json.dumps(after, indent=1, ensure_ascii=True) + "\n"
        ANSWERS.write_text(text, encoding="utf-8")
        return 0
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
