"""A file of labels read line by line says the same as one read whole."""

import datetime as dt
import json

import pytest

from models.comment import Score, write_comment
from tests.builders import NOON
from tests.training.made import make_examples
from training import labels
from training.errors import CorpusMissing, TrainingError
from training.stream import has_more_lines, stream
from training.trust import trusted

EXAMPLES = make_examples(ham=200, spam=100)


def score(comment):
    """A model that is sure of what names a trade."""
    return Score(0.95 if "watches" in comment.author else 0.1, "made")


def write(place, *changes):
    """Labels of four Sites, of which two report as well; *changes* are lines after them."""
    rows = []
    for number, example in enumerate(EXAMPLES):
        site = number % 4
        is_turned = site == 3 and number % 3 == 0
        rows.append(
            {
                "guid": f"{number:032x}",
                "site": f"https://blog{site}.example/",
                "comment": write_comment(example.comment),
                "label": "spam" if example.is_spam and not is_turned else "ham",
                "source": "SITE" if site > 1 and number % 2 else "MODERATOR",
                "decided_at": (NOON - dt.timedelta(minutes=number)).isoformat(),
            }
        )
    rows += [{**rows[number], **change} for number, change in changes]
    place.write_text("".join(json.dumps(row) + "\n\n" for row in rows))
    return place


CHANGES = [(0, {"label": "spam"}), (5, {"source": "SITE"}), (8, {"comment": {"text": "Schön: ﷺ"}})]


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_says_what_the_whole_file_says(tmp_path, jobs):
    place = write(tmp_path / "labels.jsonl", *CHANGES)
    found, held = stream(place, score, jobs=jobs)
    kept, held_whole = trusted(labels.read_sites(place), score)
    assert held_whole
    assert {(one.site, one.guid, one.reason) for one in held} == {
        (one.site, one.guid, one.reason) for one in held_whole
    }
    assert kept == [one for batch in found.batches(7) for one in batch]


def test_what_stays_in_memory_is_all_but_the_texts(tmp_path):
    found, _ = stream(write(tmp_path / "labels.jsonl", *CHANGES), score)
    whole = [one for batch in found.batches(1000) for one in batch]
    short = [(one.label, one.corpus, one.unit, one.weight) for one in found.bare]
    assert short == [(one.label, one.corpus, one.unit, one.weight) for one in whole]
    left = [bool(one.comment.author_url) for one in found.bare]
    assert left == [bool(e.comment.author_url or e.comment.author_email) for e in whole]
    assert {one.comment.text + one.comment.author for one in found.bare} == {""}


def test_corpora_come_first(tmp_path):
    place = write(tmp_path / "labels.jsonl")
    found, _ = stream(place, score, EXAMPLES[:5])
    batches = list(found.batches(4))
    assert batches[0] + batches[1][:1] == EXAMPLES[:5]
    assert sum(map(len, batches)) == len(found.bare)


def test_a_line_that_is_no_label_is_named(tmp_path):
    place = write(tmp_path / "labels.jsonl")
    place.write_text(place.read_text() + '{"label": "ham"}\n')
    with pytest.raises(TrainingError, match="line 601 is not a label"):
        stream(place, score)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CorpusMissing):
        stream(tmp_path / "none", score)
    with pytest.raises(CorpusMissing):
        has_more_lines(tmp_path / "none", 1)


@pytest.mark.parametrize(("most", "has_more"), [(2, True), (3, False), (4, False)])
def test_more_lines_are_more_than_so_many(tmp_path, most, has_more):
    place = tmp_path / "three"
    place.write_text("1\n2\n3\n")
    assert has_more_lines(place, most) is has_more
