"""The systemd unit calls commands that exist, with settings that exist, and gives nothing away."""

import configparser
from pathlib import Path

import pytest

from service.cli import main
from service.settings import FIELDS

UNIT = Path(__file__).parents[2] / "deploy" / "chaffinch.service"
CLOSED = ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "DynamicUser")


@pytest.fixture
def lines():
    return [tuple(one.split("=", 1)) for one in UNIT.read_text("utf-8").splitlines() if "=" in one]


def test_every_command_is_one_of_ours(lines):
    commands = [value.split()[1:] for name, value in lines if name.startswith("Exec")]
    assert commands
    for words in commands:
        found = main
        for word in words:
            found = found.commands[word]


def test_every_setting_is_one_of_ours(lines):
    named = [value.split("=")[0] for name, value in lines if name == "Environment"]
    assert named
    assert {one.removeprefix("CHAFFINCH_").lower() for one in named} - set(FIELDS) == set()


def test_it_runs_as_nobody_who_may_write_anywhere_else(lines):
    unit = configparser.ConfigParser(strict=False)
    unit.read(UNIT)
    assert all(unit["Service"].getboolean(name) for name in CLOSED)
    assert unit["Service"]["ProtectSystem"] == "strict"
    assert unit["Service"]["CapabilityBoundingSet"] == ""
