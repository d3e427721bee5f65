"""Q: what a container file makes of the program, built and started for real."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from tests.architecture.source import tracked
from tests.builders import BLOG, KEY
from tests.nightly.board import Figure, Night, fact
from tests.nightly.container import IMAGE, Container, Store, bases, built, end, is_healthy

_OURS = ("models/", "service/", "training/")
# The one file that the wheel puts elsewhere than git has it.
_MOVED = {"service/moderation/chaffinch.php"}
_WRITABLE = ["/data", "/tmp"]  # noqa: S108 - in the container
_HERE = "http://127.0.0.1:8000"
_LOOK = """
id -u
sed -n 's/CapEff:.//p' /proc/self/status
for one in / /opt/chaffinch /data /tmp /var/tmp
do touch $one/written 2>/dev/null && rm $one/written && echo $one
done
"""
_ASK = """
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], sys.argv[2].encode() or None, timeout=20).read().decode())
"""


def _files(root: Path) -> dict[str, int]:
    """Path and mode of everything below *root*."""
    found = {}
    for place, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(place, name)
            found[str(path.relative_to(root))] = path.lstat().st_mode
    return found


def _astray(store: Store, root: Path) -> list[str]:
    """What nobody needs there: left from the build, not in git, tests, or closed to its user."""
    here, before, wrong = _files(root), set(), []
    for name in bases():
        before |= set(_files(store.opened(name)))
    for name in sorted(here.keys() - before - {"data"}):
        is_compiled = name.endswith((".pyc", "__pycache__"))
        inner = name.partition("/site-packages/")[2]
        is_ours = inner.startswith(_OURS) and not is_compiled and stat.S_ISREG(here[name])
        if name.partition("/")[0] != "opt":
            is_wrong = not is_compiled
        elif is_ours:
            is_wrong = inner not in tracked() and inner not in _MOVED
        else:
            is_wrong = bool(re.search(r"/tests?$|\.key$|\.env$|pip\.conf$|/\.git", name))
        if is_wrong or not here[name] & stat.S_IROTH:
            wrong.append(name)
    return wrong


def _served(container: Container) -> tuple[str, bool]:
    """What it says when it does what compose.yaml does, in that order."""
    for command in (("db", "upgrade"), ("site", "add", BLOG, "--key", KEY)):
        code, said = container.run(*container.told["Entrypoint"], *command)
        if code:
            print(said[-2000:], flush=True)
            return f"`{' '.join(command[:2])}` ends with {code}", False
    process = container.begin(*container.told["Entrypoint"], *container.told["Cmd"])
    try:
        if not is_healthy(container, process):
            return "not healthy", False
        ready, _ = container.inside(process, "python", "-c", _ASK, f"{_HERE}/readyz", "")
        sent = f"api_key={KEY}&blog={BLOG}&user_ip=203.0.113.9&comment_content=Thank+you."
        check = f"{_HERE}/1.1/comment-check"
        verdict = container.inside(process, "python", "-c", _ASK, check, sent)[1].strip()
        code = end(process)
    finally:
        process.kill()
    is_well = (ready, verdict, code) == (0, "false", 0)
    return f"healthy, `{verdict}`, ends with {code}", is_well


def _seen(night: Night, **other: str) -> Figure:
    """Look into the image, start it as compose.yaml does, ask it, end it."""
    store = built()
    container = Container(store, IMAGE, night.folder / "data", **other)
    astray = _astray(store, container.root)
    if astray:
        print(*astray[:20], sep="\n", flush=True)
    user, rights, *places = container.run("sh", "-c", _LOOK)[1].split()
    served, is_well = _served(container)
    said = (
        f"user {user}, rights {int(rights, 16)}, writes to {' and '.join(places)}, {served}, "
        f"{len(astray)} astray"
    )
    is_nobody = (user, int(rights, 16), places) == ("10001", 0, _WRITABLE)
    return Figure(said, is_nobody and is_well and not astray)


@fact(
    "Q-05",
    "the image builds, serves as nobody on a root that cannot be written, and holds nothing else",
    how="built by buildah on a stand-in for the base, started with the settings of compose.yaml",
    target="user 10001, no rights, writes to 2 places, healthy, judges, ends with 0, 0 astray",
    # As if the container file had no USER: it sets this and nothing else.
    twin=lambda night: _seen(night, User=""),
)
def _image(night: Night) -> Figure:
    return _seen(night)
