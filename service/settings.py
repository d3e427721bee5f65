"""Settings: what an operator sets. One frozen dataclass, one loader, the only reader of os.environ.

Order: default < TOML file named by CHAFFINCH_CONFIG < CHAFFINCH_* environment < command line.
What a Site's owner sets is Policy (in the database); what training chose is in the Manifest.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from models.registry import default_data_dir
from service.errors import SettingsError

PREFIX: Final = "CHAFFINCH_"
# Read by others than this module: training's corpora and key, and the test suite's own servers.
_OTHERS: Final = frozenset({"CONFIG", "CORPORA", "MODEL_KEY"})
_TEST_PREFIX: Final = "TEST_"
_SECRET_CHARACTERS: Final = 32


class Secret:
    """A text that must not be seen: `repr` and `str` show ***; `reveal()` gives it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Call it only where it is used."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)


def _setting(text: str, default: Any, *, is_secret: bool = False) -> Any:  # noqa: ANN401 - as dataclasses.field
    return dataclasses.field(default=default, metadata={"help": text, "secret": is_secret})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator may set, with its default; `load` fills it."""

    data_dir: Path = _setting("Folder for the embedded database, the secret and local models.", "")
    database_url: str = _setting(
        "sqlite:///FILE or postgresql://…; empty: chaffinch.sqlite3 in the data folder.",
        "",
    )
    models_dir: Path = _setting("Folder of models trained here; empty: models/ in data_dir.", "")
    redis_url: str = _setting(
        "redis://…: limits shared by all processes; empty: each process counts alone.",
        "",
    )
    secret_key: Secret = _setting(
        "Secret that keys and sessions are hashed with; empty: made once, kept in data_dir.",
        "",
        is_secret=True,
    )
    host: str = _setting("Address to listen on.", "127.0.0.1")
    port: int = _setting("Port to listen on.", 8000)
    threads: int = _setting("Requests answered at the same time by one process.", 16)
    processes: int = _setting("Serving processes; SQLite allows one.", 1)
    trusted_proxies: int = _setting("How many proxies in front set X-Forwarded-*; 0: none.", 0)
    public_url: str = _setting("Address people reach this server at, for links.", "")
    cookie_secure: bool = _setting("Send the session cookie over HTTPS only.", default=False)
    session_idle_minutes: int = _setting(
        "Sign a moderator out after this long without a sign.", 120
    )
    session_hours: int = _setting("Sign a moderator out after this long in any case.", 12)
    event_hosts: str = _setting(
        "Hosts that events may be sent to although their address is private, with commas.", ""
    )
    log_level: str = _setting("debug, info, warning or error.", "info")

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Settings:
        """Settings of this process. Raises SettingsError naming the variable, never the value.

        Makes the data folder and, where none is set, the secret in it (slow I/O, once).
        """
        environ = os.environ if environ is None else environ
        values = _from_file(environ) | _from_environ(environ)
        values |= {name: value for name, value in (overrides or {}).items() if value is not None}
        data_dir = Path(values.pop("data_dir", "") or default_data_dir(environ)).expanduser()
        settings = cls(data_dir=data_dir, **values)
        return dataclasses.replace(
            settings,
            database_url=_database_url(settings),
            models_dir=Path(settings.models_dir or data_dir / "models").expanduser(),
            secret_key=settings.secret_key or _kept_secret(data_dir),
        )

    @property
    def is_embedded(self) -> bool:
        """Whether the database is an SQLite file of our own."""
        return self.database_url.startswith("sqlite")


FIELDS: Final = {field.name: field for field in dataclasses.fields(Settings)}


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX)
        if name == variable or name in _OTHERS or name.startswith(_TEST_PREFIX):
            continue
        field, is_file = name.lower(), False
        if field.endswith("_file") and FIELDS.get(field.removesuffix("_file")):
            field, is_file = field.removesuffix("_file"), True
        if field not in FIELDS:
            raise SettingsError(_unknown(variable))
        if not text:
            raise SettingsError(f"{variable} is set but empty; set it or leave it out")
        values[field] = _cast(field, _read_secret(variable, text) if is_file else text, variable)
    return values


def _from_file(environ: Mapping[str, str]) -> dict[str, Any]:
    place = environ.get(f"{PREFIX}CONFIG")
    if not place:
        return {}
    try:
        table = tomllib.loads(Path(place).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{PREFIX}CONFIG cannot be read: {type(error).__name__}") from None
    values = {}
    for name, value in table.items():
        if name not in FIELDS:
            raise SettingsError(_unknown(f"{PREFIX}{name.upper()}", f"{name} in the file"))
        values[name] = _cast(name, value, name)
    return values


def _unknown(variable: str, shown: str = "") -> str:
    names = [f"{PREFIX}{name.upper()}" for name in FIELDS]
    near = difflib.get_close_matches(variable, names, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{shown or variable} is not a setting{hint}"


def _cast(name: str, value: object, variable: str) -> Any:  # noqa: ANN401 - as typed in Settings
    field = FIELDS[name]
    if field.metadata["secret"]:
        return Secret(str(value))
    if isinstance(field.default, bool):
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if str(value).lower() not in words:
            raise SettingsError(f"{variable} must be true or false")
        return words[str(value).lower()]
    if isinstance(field.default, int):
        try:
            number = int(str(value))
        except ValueError:
            raise SettingsError(f"{variable} must be a whole number") from None
        if number < 0:
            raise SettingsError(f"{variable} must not be negative")
        return number
    return str(value)


def _read_secret(variable: str, place: str) -> str:
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable} cannot be read: {type(error).__name__}") from None


def _database_url(settings: Settings) -> str:
    url = settings.database_url or f"sqlite:///{settings.data_dir / 'chaffinch.sqlite3'}"
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if url.startswith("sqlite:///"):
        return url
    raise SettingsError(
        f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://",
    )


def _kept_secret(data_dir: Path) -> Secret:
    """The secret of this deployment, made at the first start; readable by its owner alone."""
    place = data_dir / "secret.key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            # O_EXCL: of two processes that start at once, one writes and both read the same.
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
        text = place.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{PREFIX}DATA_DIR: the secret in it cannot be made or read ({type(error).__name__})",
        ) from None
    if len(text) < _SECRET_CHARACTERS:
        raise SettingsError(f"{PREFIX}DATA_DIR: secret.key in it is damaged; restore it")
    return Secret(text)


def describe(environ: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Every setting as (name, value, where it came from); secrets stay hidden."""
    environ = os.environ if environ is None else environ
    settings = Settings.load(environ)
    in_file, in_environ = _from_file(environ), _from_environ(environ)
    rows = []
    for name in FIELDS:
        origin = "default"
        if name in in_file:
            origin = "file"
        if name in in_environ:
            origin = f"{PREFIX}{name.upper()}"
        rows.append((name, _shown(name, getattr(settings, name)), origin))
    return rows


def _shown(name: str, value: object) -> str:
    text = str(value)
    if name == "database_url" and "@" in text:
        # The password between user and host is nobody's business.
        scheme, _, rest = text.partition("://")
        return f"{scheme}://***@{rest.rpartition('@')[2]}"
    return text
