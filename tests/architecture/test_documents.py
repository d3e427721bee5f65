"""What the READMEs say about settings, commands and errors is what the program says."""

import re

import click
import pytest

from service.cli import main
from tests.docs import ROOT, SECTIONS, filled


@pytest.mark.parametrize(("place", "marker"), SECTIONS)
def test_the_table_is_what_the_program_says(place, marker):
    text = (ROOT / place).read_text(encoding="utf-8")
    assert filled(text, marker, SECTIONS[place, marker]()) == text, "run: python -m tests.docs"


def test_a_missing_marker_is_noticed():
    with pytest.raises(LookupError):
        filled("no marker", "settings", "table")


def every(command, path="chaffinch"):
    yield path, command
    for name, sub in getattr(command, "commands", {}).items():
        yield from every(sub, f"{path} {name}")


def test_every_command_and_option_teaches():
    wrong = []
    for path, command in every(main):
        if not (command.help or "").rstrip().endswith((".", "scores.jsonl")):
            wrong.append(path)
        silent = [p for p in command.params if isinstance(p, click.Option) and not p.help]
        wrong += [f"{path} {p.name}" for p in silent]
    assert wrong == []


def test_every_promise_of_security_names_tests_that_are_there():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\((tests/[^)#]+)", text)
    assert len(named) > 10
    assert [one for one in named if not (ROOT / one).exists()] == []
