"""What compose.yaml starts, as processes of this machine: nginx, servers, PostgreSQL, Redis.

The same nginx files and the same settings, with other addresses. Each server is one process here,
not two: this is about several servers, and a machine of tests is small.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
import sqlalchemy as sa
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.domain.moderator import Role
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site
from tests.architecture.source import ROOT
from tests.builders import BLOG, KEY, NOON, PASSWORD
from tests.conftest import SECRET, missing
from tests.program import Program, environment, free_port
from tests.unit.models.artefacts import KEY as MODEL_KEY

DEPLOY = ROOT / "deploy"
SERVERS = 3
_STARTS_IN_S = 30
_REDIS = ("redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")


def _until(is_done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _STARTS_IN_S
    while time.monotonic() < until:
        if is_done():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} in {_STARTS_IN_S} s")


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def _nobody() -> dict[str, Any]:
    """Arguments of Popen: PostgreSQL refuses to run as root, and nginx has no need to."""
    if os.geteuid():
        return {}
    found = next((one for one in pwd.getpwall() if one.pw_name == "postgres"), None)
    return {"user": (found or pwd.getpwnam("nobody")).pw_uid, "extra_groups": []}


class Postgres:
    """A cluster of the test's own, on TCP alone."""

    def __init__(self, folder: Path) -> None:
        places = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        program = places[-1] if places else shutil.which("pg_ctl")
        if program is None:
            missing("PostgreSQL", "no pg_ctl")
        self._ctl = Path(program)
        self._data = folder / "postgres"
        self.port = free_port()
        self.url = f"postgresql://chaffinch@127.0.0.1:{self.port}/postgres"
        self._run(self._ctl.with_name("initdb"), "-A", "trust", "-U", "chaffinch", "-N", self._data)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = self._data.with_suffix(".log")
        self._run(self._ctl, "start", "-w", "-D", self._data, "-o", options, "-l", log)

    def stop(self) -> None:
        """As a crash does: nothing is written to its place first."""
        self._run(self._ctl, "stop", "-w", "-m", "immediate", "-D", self._data)

    def _run(self, *command: object) -> None:
        words = [str(word) for word in command]
        done = subprocess.run(
            words, **_nobody(), check=False, capture_output=True, text=True, timeout=60, cwd="/"
        )
        assert done.returncode == 0, done.stderr


class Nginx:
    """nginx with the files of deploy/nginx; what differs is where it listens and whom it asks."""

    def __init__(self, own: Path, name: str, servers: list[int], *, without: str = "") -> None:
        own.mkdir(exist_ok=True)
        place = own / "conf" / name
        shutil.copytree(DEPLOY / "nginx", place.parent)
        _name_servers(place.with_name("upstream.conf"), servers)
        text = place.read_text("utf-8").replace(without, "", 1)
        self.ports = {
            found: free_port() for found in re.findall(r"^ *listen (\d+)", text, re.MULTILINE)
        }
        for listens, port in self.ports.items():
            text = text.replace(f"listen {listens}", f"listen 127.0.0.1:{port}")
        place.write_text(text)
        proxy = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["proxy"]
        changed = {"-p": str(own), "-c": str(place)}
        words = [str(_nginx()), *proxy["command"][1:]]
        words = [
            changed.get(before, word) for before, word in zip(["", *words], words, strict=False)
        ]
        _give_away(own)
        self._log = (own / "log").open("w")
        self._process = subprocess.Popen(words, **_nobody(), stderr=self._log, cwd="/")
        _until(lambda: _answers(f"http://127.0.0.1:{self.ports['80']}/metrics"), "nginx answers")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()


def _name_servers(place: Path, ports: list[int]) -> None:
    """Write other addresses into upstream.conf, each line else as it was."""
    text = place.read_text("utf-8")
    line = r"^( *server )\S+( max_fails.*\n)"
    assert len(re.findall(line, text, re.MULTILINE)) >= 2
    asked = "".join(f"\\g<1>127.0.0.1:{port}\\g<2>" for port in ports)
    text = re.sub(line, asked, text, count=1, flags=re.MULTILINE)
    kept = [one for one in text.splitlines() if "server 10." not in one]
    place.write_text("\n".join(kept) + "\n")


class Topology:
    """Everything of compose.yaml but Prometheus."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = Postgres(folder)
        self.postgres.start()
        self.redis_port = free_port()
        self._redis = subprocess.Popen(
            [*_REDIS, "--port", str(self.redis_port)],
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        self.settings = self._read_settings()
        self._upgrade()
        self.ports = [free_port() for _ in range(SERVERS)]
        self.servers = [self._server(number) for number in range(SERVERS)]
        self.wait()
        self.proxy = Nginx(folder / "proxy", "plain.conf", self.ports)
        self.address = f"http://127.0.0.1:{self.proxy.ports['80']}"

    def restart(self, number: int) -> None:
        """Start server *number* again, on its own folder."""
        self.servers[number] = self._server(number)

    def wait(self) -> None:
        """Return when every server is ready."""
        for server in self.servers:
            server.wait()

    def close(self) -> None:
        self.proxy.close()
        for server in self.servers:
            server.kill()
        self._redis.kill()
        self._redis.wait(10)
        self.postgres.stop()

    def _server(self, number: int) -> Program:
        data = self.folder / f"data-{number + 1}"
        data.mkdir(exist_ok=True)
        (data / "model.key").write_bytes(MODEL_KEY)
        return Program(data, self.ports[number], ("chaffinch", "serve"), **self.settings)

    def _read_settings(self) -> dict[str, str]:
        services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
        given = services["chaffinch-1"]["environment"]
        secrets = self.folder / "secrets"
        secrets.mkdir()
        told = {"database_url": self.postgres.url, "secret_key": SECRET, "metrics_token": "t0ken"}
        for name, text in told.items():
            (secrets / name).write_text(text + "\n")
        found = {n: v.replace("/run/secrets", str(secrets)) for n, v in given.items()}
        redis_url = found["CHAFFINCH_REDIS_URL"].replace(
            "redis:6379", f"127.0.0.1:{self.redis_port}"
        )
        found |= {"CHAFFINCH_REDIS_URL": redis_url, "CHAFFINCH_HOST": "127.0.0.1"}
        self.models = self.folder / "models"
        self.models.mkdir()
        found["CHAFFINCH_MODELS_URL"] = str(self.models)
        del found["CHAFFINCH_DATA_DIR"], found["CHAFFINCH_PROCESSES"]
        return found

    def _upgrade(self) -> None:
        data = self.folder / "data-1"
        data.mkdir()
        subprocess.run(
            [Path(sys.executable).parent / "chaffinch", "db", "upgrade"],
            env=environment(data, **self.settings),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        store = Store.open(self.postgres.url.replace("postgresql:", "postgresql+psycopg:"))
        add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON)
        add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
        store.close()


def _answers(address: str) -> bool:
    try:
        httpx.get(address, timeout=2)
    except httpx.HTTPError:
        return False
    return True


def _give_away(folder: Path) -> None:
    """Let the account of `_nobody` work in *folder*."""
    for uid in {one for name, one in _nobody().items() if name == "user"}:
        os.chown(folder, uid, -1)


@pytest.fixture(scope="module")
def topology() -> Iterator[Topology]:
    if _nginx() is None:
        missing("nginx", "not on PATH; Debian's nginx-light has it")
    if not shutil.which("redis-server"):
        missing("Redis", "no redis-server on PATH")
    # Not pytest's own folder: that is its owner's alone, and PostgreSQL runs as somebody else.
    with tempfile.TemporaryDirectory(prefix="chaffinch-deploy-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _give_away(folder)
        with contextlib.ExitStack() as stack:
            made = Topology(folder)
            stack.callback(made.close)
            yield made


@pytest.fixture(scope="module")
def tls(topology: Topology) -> Iterator[Nginx]:
    """A second nginx before the same servers, with the files of compose.tls.yaml."""
    place = topology.folder / "tls" / "certificates"
    place.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rest.example.org")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (place / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (place / "privkey.pem").write_bytes(private)
    proxy = Nginx(topology.folder / "tls", "tls.conf", topology.ports)
    yield proxy
    proxy.close()


@pytest.fixture
def closed(topology: Topology, tls: Nginx) -> Iterator[Nginx]:
    """One more with tls.conf, its port 80 closed to blogs as deploy/README.md says."""
    own = topology.folder / "closed"
    own.mkdir()
    (own / "certificates").symlink_to(topology.folder / "tls" / "certificates")
    proxy = Nginx(own, "tls.conf", topology.ports, without="    include wire.conf;\n")
    yield proxy
    proxy.close()


@pytest.fixture
def alone(topology: Topology) -> Iterator[Nginx]:
    """An nginx whose servers are all gone."""
    proxy = Nginx(topology.folder / "alone", "plain.conf", [free_port(), free_port()])
    yield proxy
    proxy.close()


@pytest.fixture
def stored(topology: Topology) -> Callable[[str], list[tuple[Any, ...]]]:
    """Ask the database, past the program."""
    engine = sa.create_engine(
        topology.postgres.url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )

    def ask(question: str) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(question).all()]

    return ask


@pytest.fixture
def counts(topology: Topology) -> Iterator[redis.Redis]:
    """The Redis of the topology; empty before and after, so that each test has all its tries."""
    with redis.Redis.from_url(topology.settings["CHAFFINCH_REDIS_URL"]) as asked:
        asked.flushall()
        yield asked
        asked.flushall()
