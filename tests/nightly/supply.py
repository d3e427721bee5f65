"""Q: what is installed is what was pinned, listed whole, and known to have no hole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from tests.nightly.board import ROOT, Figure, Missing, Night, by_tests, fact

PINS = ROOT / "requirements" / "serve.txt"
# Nobody listens there.
_NOBODY = "http://127.0.0.1:9"
AUDITOR = ROOT / ".venv" / "audit" / "bin"


def pinned(text: str) -> dict[str, str]:
    """Name and version of every pin."""
    return dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE))


def _install(night: Night, *, is_altered: bool) -> Figure:
    block = re.search(
        r"^click==.*?(?=^\S)", PINS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert block
    text = block[0]
    if is_altered:
        text = re.sub(r"sha256:([0-9a-f]{64})", lambda m: f"sha256:{m[1][::-1]}", text)
    place = night.folder / "pins.txt"
    place.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--no-cache-dir",
            "--disable-pip-version-check",
            "-d",
            str(night.folder),
            "-r",
            str(place),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "HASH" not in done.stderr.upper():
        raise Missing("a package index")
    return Figure("refused" if done.returncode else "installed", done.returncode != 0)


@fact(
    "Q-01",
    "a package that is not what was pinned is not installed",
    how="one pin with another hash",
    target="refused",
    twin=lambda night: _install(night, is_altered=False),
)
def _hashes(night: Night) -> Figure:
    return _install(night, is_altered=True)


def _tool(name: str) -> str:
    place = AUDITOR / name
    if not place.exists():
        raise Missing(f"{name} (make sbom installs it)")
    return str(place)


@fact(
    "Q-02",
    "no pinned package has a known hole, and all of them were looked up",
    how="pip-audit --strict over requirements/serve.txt",
    target="0 holes, all looked up",
    twin=lambda night: _audit(night, proxy=_NOBODY),
)
def _audit(night: Night, *, proxy: str = "") -> Figure:
    out = night.folder / "audit.json"
    done = subprocess.run(
        [
            _tool("pip-audit"),
            "--strict",
            "--disable-pip",
            "--no-deps",
            "-r",
            str(PINS),
            "-f",
            "json",
            "-o",
            str(out),
        ],
        env=os.environ | ({"HTTPS_PROXY": proxy, "https_proxy": proxy} if proxy else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    # Whoever cannot ask has shown nothing: it is missed, never left out.
    if not out.exists():
        print(done.stderr[-1000:], flush=True)
    text = out.read_text(encoding="utf-8") if out.exists() else '{"dependencies": []}'
    told = json.loads(text)["dependencies"]
    holes = sum(bool(one.get("vulns")) for one in told)
    wanted = len(pinned(PINS.read_text(encoding="utf-8")))
    looked = sum("skip_reason" not in one for one in told)
    return Figure(
        f"{looked} of {wanted} looked up, {holes} with a hole", not holes and looked >= wanted
    )


@fact(
    "Q-03",
    "the list of parts (SBOM) names every pin with its hash",
    how="cyclonedx-py over requirements/serve.txt",
    target="all named",
    twin=lambda night: _sbom(night, is_cut=True),
)
def _sbom(night: Night, *, is_cut: bool = False) -> Figure:
    out, pins = night.folder / "sbom.json", night.folder / "pins.txt"
    text = PINS.read_text(encoding="utf-8")
    pins.write_text(text[: text.rindex("\nwerkzeug==")] if is_cut else text, encoding="utf-8")
    subprocess.run(
        [_tool("cyclonedx-py"), "requirements", str(pins), "-o", str(out)],
        check=True,
        capture_output=True,
    )
    parts = json.loads(out.read_text(encoding="utf-8"))["components"]
    wanted = pinned(text)
    named = {one["name"]: one["version"] for one in parts}
    missing = {name for name, version in wanted.items() if named.get(name) != version}
    hashed = sum("hashes" in json.dumps(one) for one in parts)
    return Figure(f"{len(parts)} parts, {len(missing)} missing, {hashed} hashed", not missing)


by_tests(
    "Q-04",
    "pins, names and secrets keep to the rules",
    "tests/architecture/test_source.py",
    no_twin="none: the rules are read off the files themselves",
)
