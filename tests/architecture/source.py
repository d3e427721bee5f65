"""What the architecture tests look at: our own source, parsed once."""

import ast
import dataclasses
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("models", "service", "training")


@dataclasses.dataclass(frozen=True, eq=False)
class Module:
    """One of our modules: where it lies (relative to the root), its text and its tree."""

    place: str
    text: str
    tree: ast.Module


@functools.cache
def modules() -> tuple[Module, ...]:
    """Every module of the three packages."""
    found = []
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            found.append(Module(str(file.relative_to(ROOT)), text, ast.parse(text)))
    return tuple(found)


@functools.cache
def tracked() -> tuple[str, ...]:
    """Every file git keeps; outside a clone, every file that a clone would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
    else:
        kept = ("*.py", "*.md", "*.toml", "*.txt", "*.json", "Makefile", ".ci/run")
        names = [str(f.relative_to(ROOT)) for pattern in kept for f in ROOT.rglob(pattern)]
        names = [name for name in names if not name.startswith((".venv", "var", "."))]
    return tuple(name for name in names if name and (ROOT / name).is_file())


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in *tree*, inner ones too."""
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
