"""Settings: what an operator sets. One frozen dataclass, the only reader of os.environ.

Order: default < TOML file named by CHAFFINCH_CONFIG < CHAFFINCH_* environment < command line.
What a Site's owner sets is Policy (in the database); what training chose is in the Manifest.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from models.registry import default_data_dir
from service.errors import SettingsError
from service.kept_secret import kept_secret
from service.settings_reading import PREFIX, Secret, from_environ, from_file

__all__ = ["FIELDS", "PREFIX", "Secret", "Settings", "describe", "named_files", "shared_counts"]
# Keys have 48 bits: with a secret that can be guessed, a stolen database tells them all.
_LEAST_SECRET: Final = 16
# What still speaks of a comment by its number or its guid is gone by then: groups after 60 days,
# events after 90; clients report within hours.
_LEAST_ROWS_DAYS: Final = 90


def _setting(text: str, default: Any, **bounds: Any) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A field with its help; *bounds*: `least` and `most` of a number, `one_of` some words."""
    return dataclasses.field(default=default, metadata={"help": text} | bounds)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """Everything an operator may set, with its default; `load` fills it."""

    data_dir: Path = _setting("Folder for the embedded database, the secret and local models.", "")
    database_url: str = _setting(
        "sqlite:///FILE or postgresql://…; empty: chaffinch.sqlite3 in the data folder.",
        "",
    )
    models_dir: Path = _setting("Folder of models trained here; empty: models/ in data_dir.", "")
    models_url: str = _setting("Folder or s3://… of models for all servers; empty: none.", "")
    redis_url: str = _setting(
        "redis://…: limits shared by all processes; empty: each process counts alone.",
        "",
    )
    secret_key: Secret = _setting(
        "Secret that keys and sessions are hashed with; empty: made once, kept in data_dir.",
        "",
        secret=True,
        least=_LEAST_SECRET,
    )
    host: str = _setting("Address to listen on.", "127.0.0.1")
    port: int = _setting("Port to listen on.", 8000, least=1, most=65_535)
    threads: int = _setting(
        "Requests answered at the same time by one process.", 16, least=1, most=1000
    )
    processes: int = _setting(
        "Serving processes, best as many as cores; SQLite allows one.", 1, least=1, most=64
    )
    trusted_proxies: int = _setting(
        "How many proxies in front set X-Forwarded-*; 0: none.", 0, most=10
    )
    public_url: str = _setting("Address people reach this server at, for links.", "")
    cookie_secure: bool = _setting("Send the session cookie over HTTPS only.", default=False)
    session_idle_minutes: int = _setting(
        "Sign a moderator out after this long without a sign.", 120, least=1, most=525_600
    )
    session_hours: int = _setting(
        "Sign a moderator out after this long in any case.", 12, least=1, most=8760
    )
    log_level: str = _setting(
        "debug, info, warning or error.", "info", one_of=("debug", "info", "warning", "error")
    )
    log_format: str = _setting(
        "text to read, or json: one object a line.", "text", one_of=("text", "json")
    )
    metrics_token: Secret = _setting(
        "Token that /metrics wants; empty: only this machine may read it.", Secret(""), secret=True
    )
    goal_hours: int = _setting(
        "Nothing should wait longer than this for a person.", 12, least=1, most=8760
    )
    flood_per_hour: int = _setting(
        "Mail at once when more than this many comments wait from one hour; 0: never.",
        200,
        most=1_000_000,
    )
    rows_days: int = _setting(
        "Days after which rows whose text was forgotten go, and counts by day stay; 0: never.",
        0,
        most=36_500,
    )
    smtp_host: str = _setting("Mail server for summaries; empty: no mail is sent.", "")
    smtp_port: int = _setting("Its port.", 587, least=1, most=65535)
    smtp_security: str = _setting(
        "starttls, tls or none.", "starttls", one_of=("starttls", "tls", "none")
    )
    smtp_user: str = _setting("Name to sign in there with; empty: not at all.", "")
    smtp_password: Secret = _setting("Password to sign in there with.", Secret(""), secret=True)
    smtp_from: str = _setting("Address that mail comes from.", "")
    oidc_issuer: str = _setting("OpenID provider that people may sign in with; empty: none.", "")
    oidc_client_id: str = _setting("This server's name there.", "")
    oidc_client_secret: Secret = _setting("This server's secret there.", Secret(""), secret=True)
    oidc_name: str = _setting("What the button says the provider is called.", "OpenID")
    oidc_role: str = _setting(
        "Role of people whom the provider knows and we do not; empty: they are refused.",
        "",
        one_of=("viewer", "moderator", "senior", "maintainer"),
    )
    event_hosts: str = _setting(
        "Hosts that events may be sent to although their address is private, with commas.", ""
    )

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
        values = from_file(environ, FIELDS) | from_environ(environ, FIELDS)
        values |= {name: value for name, value in (overrides or {}).items() if value is not None}
        data_dir = Path(values.pop("data_dir", "") or default_data_dir(environ)).expanduser()
        settings = cls(data_dir=data_dir, **values)
        if 0 < settings.rows_days < _LEAST_ROWS_DAYS:
            raise SettingsError(f"{PREFIX}ROWS_DAYS must be 0 or at least {_LEAST_ROWS_DAYS}")
        return dataclasses.replace(
            settings,
            database_url=_database_url(settings),
            models_dir=Path(settings.models_dir or data_dir / "models").expanduser(),
            secret_key=settings.secret_key or Secret(kept_secret(data_dir)),
        )

    def __repr__(self) -> str:
        shown = (f"{name}={_shown(getattr(self, name))!r}" for name in FIELDS)
        return f"Settings({', '.join(shown)})"

    @property
    def is_embedded(self) -> bool:
        """Whether the database is an SQLite file of our own."""
        return self.database_url.startswith("sqlite")


FIELDS: Final = {field.name: field for field in dataclasses.fields(Settings)}


def _database_url(settings: Settings) -> str:
    url = settings.database_url or f"sqlite:///{settings.data_dir / 'chaffinch.sqlite3'}"
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if url in {"sqlite:///", "sqlite:///:memory:"}:
        raise SettingsError(f"{PREFIX}DATABASE_URL must name a file: memory would be forgotten")
    if url.startswith("sqlite:///"):
        return url
    raise SettingsError(
        f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://",
    )


def describe(environ: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Every setting as (name, value, where it came from); secrets stay hidden."""
    environ = os.environ if environ is None else environ
    settings = Settings.load(environ)
    in_file, in_environ = from_file(environ, FIELDS), from_environ(environ, FIELDS)
    rows = []
    for name in FIELDS:
        origin = "default"
        if name in in_file:
            origin = "file"
        if name in in_environ:
            origin = f"{PREFIX}{name.upper()}"
        rows.append((name, _shown(getattr(settings, name)), origin))
    return rows


def named_files(environ: Mapping[str, str] | None = None) -> list[Path]:
    """The files that settings are read from: CHAFFINCH_CONFIG and every CHAFFINCH_<NAME>_FILE."""
    environ = os.environ if environ is None else environ
    names = [f"{PREFIX}CONFIG", *(f"{PREFIX}{name.upper()}_FILE" for name in FIELDS)]
    return [Path(environ[name]) for name in names if environ.get(name)]


def _shown(value: object) -> str:
    """*value* to be read by anybody: addresses without user, password and options."""
    text = str(value)
    scheme, colon, rest = text.partition("://")
    if not colon:
        return text
    rest, question, _ = rest.partition("?")
    before, at, host = rest.rpartition("@")
    return f"{scheme}://{'***@' if at and before else ''}{host}{'?***' if question else ''}"


def shared_counts(folder: str = "") -> str:
    """The folder in which the processes of this server add up counts; *folder* sets it."""
    if folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
