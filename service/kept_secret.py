"""The secret of a deployment that was given none: made once, kept beside the database."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from service.errors import SettingsError

_KEPT_CHARACTERS: Final = 32
_VARIABLE: Final = "CHAFFINCH_DATA_DIR"


def kept_secret(data_dir: Path) -> str:
    """The secret of this deployment, made at the first start; readable by its owner alone."""
    place = data_dir / "secret.key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            _make_secret(place)
        text = place.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{_VARIABLE}: the secret in it cannot be made or read ({type(error).__name__})",
        ) from None
    if len(text) < _KEPT_CHARACTERS:
        raise SettingsError(f"{_VARIABLE}: secret.key in it is damaged; restore it")
    return text


def _make_secret(place: Path) -> None:
    """A new secret at *place*, whole or not at all: of two that start at once, both read one."""
    new = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            place.hardlink_to(new)
    finally:
        new.unlink()
