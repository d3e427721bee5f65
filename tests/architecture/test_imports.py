"""Who may import whom: the contracts hold, and the server stays light."""

import json
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

HEAVY = {"sklearn", "scipy", "pandas", "matplotlib", "dask", "datasketch", "training", "IPython"}
SERVER = ("service.wsgi", "service.cli", "service.app", "service.server")


def test_the_import_contracts_hold():
    # Its cache gave stale answers after files were restored.
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def loaded_by(*modules):
    code = f"import sys, json, {', '.join(modules)}; print(json.dumps(list(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(found.stdout)}


def test_the_server_loads_nothing_that_only_training_needs():
    assert loaded_by(*SERVER) & HEAVY == set()


def test_training_loads_nothing_of_the_server():
    assert loaded_by("training.cli") & {"service", "flask", "sqlalchemy"} == set()
