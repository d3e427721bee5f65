"""Where the heavy work is done: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click
from joblib import parallel_config

from training.errors import TrainingError

_PATIENCE_S: Final = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Workers:
    """*jobs* at a time, on this machine or on the Dask cluster at *scheduler*.

    The same work in the same order of sums: where it is done changes no bit of a model.
    """

    jobs: int
    backend: str = "local"
    scheduler: str = ""

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Every joblib.Parallel inside runs there. Raises TrainingError."""
        if self.backend == "local":
            yield
            return
        if not self.scheduler:
            raise TrainingError("--backend dask needs --scheduler ADDRESS (tcp://host:8786)")
        try:
            from distributed import Client  # noqa: PLC0415 - an extra, slow to import
        except ImportError as error:
            raise TrainingError("Dask is not installed: pip install 'chaffinch[dask]'") from error
        try:
            client = Client(self.scheduler, timeout=_PATIENCE_S)  # type: ignore[no-untyped-call]
        except OSError as error:
            raise TrainingError(f"no Dask scheduler answers at {self.scheduler}") from error
        with client, parallel_config(backend="dask", wait_for_workers_timeout=_PATIENCE_S):
            yield


corpora_option = click.option(
    "--corpora",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    envvar="CHAFFINCH_CORPORA",
    required=True,
    help="Folder of corpora; else CHAFFINCH_CORPORA.",
)


def workers_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* --jobs, --backend and --scheduler as one `workers`."""

    @click.option("--jobs", default=2, show_default=True, help="Processes to share the work.")
    @click.option(
        "--backend", type=click.Choice(["local", "dask"]), default="local", show_default=True
    )
    @click.option("--scheduler", default="", help="Address of the Dask scheduler.")
    @functools.wraps(command)
    def with_workers(*args: Any, jobs: int, backend: str, scheduler: str, **options: Any) -> Any:  # noqa: ANN401 - a command's own
        workers = Workers(jobs, backend, scheduler)
        return command(*args, workers=workers, **options)

    return with_workers
