"""A real WordPress: Debian's package with its Akismet plugin, PHP's own server, MariaDB."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import missing
from tests.program import free_port
from tests.wordpress.server import KEY, Server

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# Unpacked by .ci/run: newer than the one of Debian 12, whose Akismet 5.0 cannot hold.
PACKAGE = Path(
    os.environ.get("CHAFFINCH_TEST_WORDPRESS", str(ROOT / ".venv/wordpress/usr/share/wordpress")),
)
SOCKET = os.environ.get("CHAFFINCH_TEST_MYSQL_SOCKET", "/run/mysqld/mysqld.sock")
_CONFIG = """<?php
define( 'DB_NAME', '{name}' );
define( 'DB_USER', '{name}' );
define( 'DB_PASSWORD', '{password}' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
{lines}
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""


def _mysql(sql: str, *, database: str = "") -> str:
    command = ["mysql", "--batch", "--raw", "--skip-column-names", f"--socket={SOCKET}"]
    done = subprocess.run(
        [*command, *([database] if database else [])],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


@pytest.fixture(scope="session")
def package() -> Path:
    """Debian's WordPress, or the reason why it is not here."""
    for tool in ("php", "mysql"):
        if shutil.which(tool) is None:
            missing("WordPress", f"no {tool} on PATH")
    if not (PACKAGE / "wp-content/plugins/akismet/akismet.php").is_file():
        missing("WordPress", f"no package unpacked at {PACKAGE.name}")
    try:
        _mysql("SELECT 1")
    except RuntimeError as error:
        missing("MariaDB", str(error))
    return PACKAGE


@pytest.fixture(scope="session")
def database(package) -> Iterator[tuple[str, str]]:
    """A database of our own and its owner's password; dropped afterwards."""
    name, password = f"chaffinch_{secrets.token_hex(4)}", secrets.token_hex(12)
    _mysql(
        f"CREATE DATABASE {name}; CREATE USER {name}@localhost IDENTIFIED BY '{password}';"
        f"GRANT ALL ON {name}.* TO {name}@localhost;",
    )
    yield name, password
    _mysql(f"DROP DATABASE {name}; DROP USER {name}@localhost;")


@dataclasses.dataclass
class Blog:
    """One WordPress: its address and what a visitor, its owner and its clock do."""

    address: str
    folder: Path
    database: str
    password: str

    def configure(self, **constants: str) -> None:
        """Write wp-config.php with these constants."""
        lines = "\n".join(f"define( '{k}', '{v}' );" for k, v in constants.items())
        text = _CONFIG.format(
            name=self.database, password=self.password, socket=SOCKET, lines=lines
        )
        (self.folder / "wp-config.php").write_text(text)

    def php(self, code: str) -> str:
        """Run *code* inside this blog, as its cron would."""
        host = self.address.removeprefix("http://")
        done = subprocess.run(
            ["php", "-r", f"$_SERVER['HTTP_HOST']='{host}'; require 'wp-load.php'; {code}"],
            cwd=self.folder,
            env=os.environ | {"BLOG": self.address, "BLOG_DIR": str(self.folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def comment(self, text: str, author: str = "Maria K.") -> requests.Response:
        """A guest opens the post and writes below it."""
        visitor = requests.Session()
        page = visitor.get(f"{self.address}/?p=1", timeout=30).text
        form = page[page.index('id="commentform"') :]
        hidden = {
            _attribute(tag, "name"): _attribute(tag, "value")
            for tag in re.findall(r"<input[^>]*type=['\"]hidden['\"][^>]*>", form)
        }
        fields = {"author": author, "email": "maria@example.net", "url": "", "comment": text}
        return visitor.post(
            f"{self.address}/wp-comments-post.php",
            data=hidden | fields,
            headers={"Referer": f"{self.address}/?p=1"},
            allow_redirects=False,
            timeout=60,
        )

    def state(self, text: str) -> str | None:
        """What WordPress holds of the comment with this text: 1, 0, spam; None: not stored."""
        found = _mysql(
            f"SELECT comment_approved FROM wp_comments WHERE comment_content = '{text}'",  # noqa: S608
            database=self.database,
        )
        return found or None

    def number(self, text: str) -> int:
        """Its number in WordPress."""
        return int(
            _mysql(
                f"SELECT comment_ID FROM wp_comments WHERE comment_content = '{text}'",  # noqa: S608
                database=self.database,
            )
        )

    def option(self, name: str) -> str:
        """A setting, as stored."""
        return _mysql(
            f"SELECT option_value FROM wp_options WHERE option_name = '{name}'",  # noqa: S608
            database=self.database,
        )

    def waits_for(self, text: str, state: str, *, seconds: float = 20) -> None:
        """Return when the comment has reached *state*."""
        until = time.monotonic() + seconds
        while self.state(text) != state:
            assert time.monotonic() < until, f"{text!r} is {self.state(text)}, not {state}"
            time.sleep(0.2)


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\b{name}=['\"]([^'\"]*)['\"]", tag)
    return found[1] if found else ""


def _unpack(package: Path, folder: Path) -> None:
    shutil.copytree(package, folder, symlinks=True)
    content = folder / "wp-content"
    theme, must_use = content / "themes/plain", content / "mu-plugins"
    theme.mkdir(parents=True)
    must_use.mkdir()
    (theme / "style.css").write_text("/* Theme Name: Plain */")
    shutil.copy(HERE / "index.php", theme)
    shutil.copy(HERE / "around.php", must_use)
    shutil.copy(ROOT / "integrations/wordpress/chaffinch.php", must_use)


@contextlib.contextmanager
def _served(blog: Blog) -> Iterator[None]:
    """PHP's own server on the blog's folder; two workers, since WordPress may ask itself."""
    server = subprocess.Popen(
        # A changed wp-config.php counts at once.
        [
            "php",
            "-d",
            "opcache.revalidate_freq=0",
            "-S",
            blog.address.removeprefix("http://"),
            "-t",
            str(blog.folder),
        ],
        env=os.environ | {"PHP_CLI_SERVER_WORKERS": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        # Its workers are its group; nobody else is.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)


@pytest.fixture(scope="session")
def blog(package, database, tmp_path_factory) -> Iterator[Blog]:
    """A blog with the plugin under test; it knows no server and no key yet."""
    name, password = database
    folder = tmp_path_factory.mktemp("wordpress") / "blog"
    made = Blog(f"http://127.0.0.1:{free_port()}", folder, name, password)
    _unpack(package, made.folder)
    made.configure()
    done = subprocess.run(
        ["php", str(HERE / "install.php")],
        env=os.environ | {"BLOG": made.address, "BLOG_DIR": str(made.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "installed" in done.stdout, done.stdout + done.stderr
    with _served(made):
        yield made


@pytest.fixture(scope="session")
def _server(blog, tmp_path_factory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("chaffinch"), blog)
    yield made
    made.store.close()
    made.program.kill()


@pytest.fixture
def server(_server, blog) -> Server:
    """The real program, and a blog that was told where it is and has no key."""
    blog.configure(CHAFFINCH_URL=_server.address)
    blog.php("delete_option('wordpress_api_key'); update_option('akismet_strictness', '0');")
    return _server


@pytest.fixture
def keyed(server, blog) -> Server:
    """The same with the key entered."""
    blog.php(f"update_option('wordpress_api_key', '{KEY}');")
    return server
