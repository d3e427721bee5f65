"""One place from which every server takes the live model: a folder, or a store that speaks S3.

Each model lies under the hash of its manifest, and the manifest holds the hash of its weights: what
was published never changes. `live.json` names the one that was promoted. Nothing here is believed:
whoever fetches a model opens it as any other (`loader.load`), signature first.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import secrets
from pathlib import Path
from typing import Any, Final

from models.artefact import MANIFEST, MOST_BYTES, WEIGHTS
from models.errors import ArtefactCorrupt, ModelError, SharedGone
from models.synced import write_synced

POINTER: Final = "live.json"
# Names of folders, here and there; what anybody else wrote into the pointer leads nowhere.
_NAME: Final = re.compile(r"[0-9A-Za-z][\w.-]{0,99}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
# Of a store over the network: a server goes on with what it has, so it need not wait for long.
_S3: Final = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 2}}


@dataclasses.dataclass(frozen=True, slots=True)
class Promoted:
    """The model that all servers should answer with, and the *sha256* of its manifest.json."""

    model_id: str
    sha256: str


class SharedModels:
    """The models at *url*: a path, file://… or s3://…, whatever fsspec knows.

    Reading and writing is slow I/O. Every method raises SharedGone when the place does not answer.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: tuple[Any, str] | None = None

    def promoted(self) -> Promoted | None:
        """What was promoted last, or None when nothing ever was. Raises ArtefactCorrupt."""
        raw = self._read(POINTER)
        if raw is None:
            return None
        try:
            row = json.loads(raw)
            found = Promoted(str(row["model"]), str(row["manifest"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ArtefactCorrupt(f"{POINTER} cannot be read ({type(error).__name__})") from None
        if not _NAME.fullmatch(found.model_id) or not _HASH.fullmatch(found.sha256):
            raise ArtefactCorrupt(f"{POINTER} names no model")
        return found

    def publish(self, folder: Path) -> Promoted:
        """Copy the model in *folder* there, then let it be the promoted one.

        In this order: who reads the pointer finds the files. What is there already stays.
        """
        manifest = (folder / MANIFEST).read_bytes()
        made = Promoted(folder.name, hashlib.sha256(manifest).hexdigest())
        if self._read(f"{_place(made)}/{MANIFEST}") != manifest:
            self._write(f"{_place(made)}/{WEIGHTS}", (folder / WEIGHTS).read_bytes())
            self._write(f"{_place(made)}/{MANIFEST}", manifest)
        row = {"model": made.model_id, "manifest": made.sha256}
        self._write(POINTER, (json.dumps(row, indent=1) + "\n").encode())
        return made

    def fetch(self, wanted: Promoted, into: Path) -> Path:
        """The new folder *into*/<model id> with the model's files, its manifest as named by hash.

        The weights are as they came: opening the model compares them with the manifest. Raises
        ArtefactCorrupt when the manifest is another or a file is missing.
        """
        folder = into / wanted.model_id
        folder.mkdir(parents=True)
        for name in (MANIFEST, WEIGHTS):
            raw = self._read(f"{_place(wanted)}/{name}")
            if raw is None:
                raise ArtefactCorrupt(f"the shared model {wanted.model_id} lacks {name}")
            if name == MANIFEST and hashlib.sha256(raw).hexdigest() != wanted.sha256:
                raise ArtefactCorrupt(f"the shared manifest of {wanted.model_id} is another")
            write_synced(folder / name, raw)
        return folder

    def _open(self) -> tuple[Any, str]:
        if self._opened is None:
            # Only who names such a place pays for loading what reads it.
            from fsspec.core import url_to_fs  # noqa: PLC0415

            options: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
            if self._url.startswith(("s3://", "s3a://")):
                options["config_kwargs"] = _S3
            self._opened = url_to_fs(self._url, **options)
        return self._opened

    def _read(self, name: str) -> bytes | None:
        """At most one byte more than any file of ours may have; None when there is no such file."""
        try:
            files, root = self._open()
            raw: bytes = files.cat_file(f"{root}/{name}", start=0, end=MOST_BYTES + 1)
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - each kind of store has errors of its own
            raise _gone(error) from None
        if len(raw) > MOST_BYTES:
            raise ArtefactCorrupt(f"the shared {name} is larger than any file of ours")
        return raw

    def _write(self, name: str, raw: bytes) -> None:
        """Whole or not at all: in a folder by a rename, in S3 by how it stores."""
        try:
            files, root = self._open()
            place = f"{root}/{name}"
            if "file" in files.protocol:
                Path(place).parent.mkdir(parents=True, exist_ok=True)
                new = f"{place}-{secrets.token_hex(4)}"
                write_synced(Path(new), raw)
                Path(new).replace(place)
            else:
                files.pipe_file(place, raw)
        except Exception as error:  # noqa: BLE001 - each kind of store has errors of its own
            raise _gone(error) from None


def _place(model: Promoted) -> str:
    return f"{model.model_id}/{model.sha256}"


def _gone(error: Exception) -> ModelError:
    # The error's text may hold addresses and names of accounts.
    return SharedGone(f"the shared models cannot be reached ({type(error).__name__})")
