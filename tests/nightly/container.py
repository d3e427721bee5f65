"""The image of deploy/, built and started without an engine for containers and without a registry.

buildah builds the container file as it is, in a store of its own. The base it names is a stand-in
under that very name: the same release of Debian, with Debian's own Python. util-linux starts what
was built as compose.yaml says: its user, no capability, a root that cannot be written, `/tmp` in
memory, one folder, and a network of its own that leads nowhere.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from tests.nightly.board import ROOT, Missing

FILE = ROOT / "deploy" / "Containerfile"
IMAGE = "localhost/chaffinch:night"
SERVER = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["x-server"]
_TOOLS = {"buildah": "buildah", "debootstrap": "debootstrap", "ip": "iproute2"}
_PARTS = "python3,python3-venv,python3-pip,ca-certificates"
# What this machine says about its package index is lent to the build and never kept.
_LENT = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
_SEARCHED = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
_STARTS_IN_S = 60
_INSIDE = """
set -e
root=$1 data=$2 place=$3 options=$4; shift 4
PATH=/usr/sbin:/usr/bin:/sbin:/bin ip link set lo up
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o "$options" tmpfs "$root$place"
mount --bind "$data" "$root/data"
mount -o remount,bind,ro "$root"
cd /
exec /usr/sbin/chroot "$root" setpriv "$@"
"""


class Store:
    """Images in *folder*, and nowhere else on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *arguments: str | Path) -> str:
        """What buildah printed. Raises CalledProcessError."""
        places = ("--root", self._folder / "store", "--runroot", self._folder / "run")
        done = subprocess.run(
            ["buildah", "--storage-driver", "vfs", *places, *arguments],
            env=os.environ | {"TMPDIR": str(self._folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], flush=True)
        done.check_returncode()
        return done.stdout.strip()

    def opened(self, image: str) -> Path:
        """The files of *image*, in a folder."""
        return Path(self("mount", self("from", "--pull-never", image)))

    def settings(self, image: str) -> dict[str, Any]:
        """User, Env, Entrypoint, Cmd, Healthcheck and the like."""
        told: dict[str, Any] = json.loads(self("inspect", "--type", "image", image))
        return dict(told["Docker"]["config"])

    def build(self, file: Path, image: str) -> None:
        """As deploy/README.md says, with what this machine needs to reach its package index."""
        lent = [f"--volume={one}:{one}:ro" for one in _LENT if Path(one).exists()]
        how = ("--format", "docker", "--isolation", "chroot", "--pull-never")
        self("bud", *how, *lent, "-f", file, "-t", image, ROOT)


def bases() -> list[str]:
    """What the container file stands on."""
    found = re.findall(r"^FROM (\S+)", FILE.read_text("utf-8"), re.MULTILINE)
    return sorted(set(found))


def _stand_in(store: Store, folder: Path, base: str) -> None:
    root = folder / "base"
    release = base.rpartition("-")[2]
    command = ("debootstrap", "--variant=minbase", f"--include={_PARTS}", release, str(root))
    if subprocess.run(command, check=False, capture_output=True).returncode:
        raise Missing("Debian's archive")
    for one in (root / "var/cache/apt", root / "var/lib/apt/lists"):
        shutil.rmtree(one)
    # As in the real one: it is called `python`, and its library has no bytecode.
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    for one in (root / "usr/lib").rglob("*.pyc"):
        one.unlink()
    for name in ("pip.conf", "hosts", "resolv.conf"):  # a builder puts its own over them
        (root / "etc" / name).touch()
    container = store("from", "scratch")
    store("copy", "--quiet", container, root, "/")
    store("commit", "--quiet", "--rm", container, f"docker.io/library/{base}")
    shutil.rmtree(root)


@functools.cache
def built() -> Store:
    """A store with the image, made once a night. Raises Missing."""
    for name, package in _TOOLS.items():
        if not shutil.which(name, path=_SEARCHED):
            raise Missing(f"{name} (Debian's {package})")
    if os.geteuid():
        raise Missing("root, who may make images without an engine")
    folder = Path(tempfile.mkdtemp(prefix="night-image-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = Store(folder)
    for name in bases():
        _stand_in(store, folder, name)
    store.build(FILE, IMAGE)
    return store


class Container:
    """One *image* of *store*, started as compose.yaml says, with its data in *data*."""

    def __init__(self, store: Store, image: str, data: Path, **other: str) -> None:
        """With what the image tells, but for *other*."""
        self.root = store.opened(image)
        self.told = store.settings(image) | other
        self._data = data
        # A new volume is given what the image has there.
        data.mkdir()
        there = (self.root / "data").stat()
        os.chown(data, there.st_uid, there.st_gid)
        data.chmod(there.st_mode)
        user, _, group = (self.told["User"] or "0:0").partition(":")
        self._as = (
            *("--reuid", user, "--regid", group or user, "--clear-groups", "--no-new-privs"),
            *("--bounding-set=-all", "--inh-caps=-all"),
        )
        self._env = dict(one.split("=", 1) for one in self.told["Env"])

    def begin(self, *command: str) -> subprocess.Popen[str]:
        """Start *command* as the first process of a new container."""
        place, _, options = SERVER["tmpfs"][0].partition(":")
        kinds = ("--mount", "--pid", "--ipc", "--uts", "--net", "--fork", "--kill-child")
        given = (str(self.root), str(self._data), place, options)
        return subprocess.Popen(
            ["unshare", *kinds, "sh", "-c", _INSIDE, "sh", *given, *self._as, *command],
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """Code and output of *command* in a container of its own."""
        process = self.begin(*command)
        said, _ = process.communicate(timeout=_STARTS_IN_S)
        return process.returncode, said

    def inside(self, process: subprocess.Popen[str], *command: str) -> tuple[int, str]:
        """Code and output of *command* beside what *process* runs."""
        kinds = ("--mount", "--pid", "--net", "--root", "--wd")
        done = subprocess.run(
            ["nsenter", "--target", str(first(process)), *kinds, "setpriv", *self._as, *command],
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            timeout=_STARTS_IN_S,
        )
        return done.returncode, done.stdout + done.stderr


def first(process: subprocess.Popen[str]) -> int:
    """The number by which this machine knows the container's process 1."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + _STARTS_IN_S
    while not (found := children.read_text().split()) and time.monotonic() < until:
        time.sleep(0.01)
    return int(found[0])


def end(process: subprocess.Popen[str]) -> int:
    """Its code when it is told to stop; killed when it takes longer than compose.yaml gives it."""
    os.kill(first(process), signal.SIGTERM)
    try:
        return process.wait(int(SERVER["stop_grace_period"].removesuffix("s")))
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def is_healthy(container: Container, process: subprocess.Popen[str]) -> bool:
    """Whether the image's own health check says so before long."""
    kind, *command = container.told.get("Healthcheck", {}).get("Test", ["NONE"])
    until = time.monotonic() + _STARTS_IN_S
    while kind == "CMD" and process.poll() is None and time.monotonic() < until:
        if not container.inside(process, *command)[0]:
            return True
        time.sleep(0.2)
    return False
