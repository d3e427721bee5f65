"""`make lock`: pin the newest allowed dependencies by hash, without any index address.

`python -m tests.lock --keep` pins what is new and leaves the rest as it is.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMON = (
    sys.executable,
    "-m",
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=make lock",
    *([] if "--keep" in sys.argv else ["--upgrade"]),
)
OURS = ("pyproject.toml", "--group=build")


def main() -> None:
    """Write the lock files; the server's pins are a part of the gate's; others stand alone."""
    locks = ROOT / "requirements"
    dev, serve, s3 = (str(locks / name) for name in ("dev.txt", "serve.txt", "s3.txt"))
    every = ("--group=dev", "--extra=train", "--extra=dask", "--extra=s3")
    subprocess.run([*COMMON, *OURS, *every, "-o", dev], cwd=ROOT, check=True)
    subprocess.run([*COMMON, *OURS, "-c", dev, "-o", serve], cwd=ROOT, check=True)
    subprocess.run([*COMMON, *OURS, "--extra=s3", "-c", dev, "-o", s3], cwd=ROOT, check=True)
    for alone in ("audit", "fuzz"):
        place = str(locks / f"{alone}.txt")
        group = f"--group=pyproject.toml:{alone}"
        subprocess.run([*COMMON, group, "-o", place], cwd=ROOT, check=True)


main()
