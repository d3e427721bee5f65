"""chaffinch doctor: each thing that goes wrong around a deployment is named with its remedy."""

import datetime as dt
import shutil
import socket
import threading
from pathlib import Path

import pytest

from service.commands import checkup
from service.domain.chore import EVERY
from service.domain.event import EventKind, EventState, Receiver
from service.storage.tables import event
from tests.builders import BLOG, NOON, make_submission


@pytest.fixture
def ready(chaffinch):
    assert chaffinch("db", "upgrade").code == 0
    return chaffinch


def fault(said, name):
    """The sentence about *name*, which must be a fault."""
    assert said.code == 1, said
    (line,) = (line for line in said.out.splitlines() if line.startswith(f"{name} "))
    assert " FAULT: " in line, line
    return line.partition(" FAULT: ")[2]


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_comment_from_the_future_means_a_wrong_clock(ready, each_store):
    ready("site", "add", BLOG)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    each_store.append(make_submission(1, received_at=later))
    assert "timedatectl" in fault(ready("doctor"), "clock")


@pytest.mark.postgres
def test_two_clocks_apart_are_told(ready, monkeypatch, postgres_url):
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", postgres_url)
    now = dt.datetime.now(dt.UTC)
    monkeypatch.setattr(checkup, "utc_now", lambda: now - dt.timedelta(minutes=3))
    assert "s apart" in fault(ready("doctor"), "clock")


def test_a_disk_that_is_nearly_full_is_told(ready, monkeypatch):
    few = shutil.disk_usage("/")._replace(free=300 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: few)
    assert fault(ready("doctor"), "disk").startswith("300 MiB are free")


def test_a_folder_that_cannot_be_written_to_is_told(ready, monkeypatch, tmp_path):
    def refuse(**_asked):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checkup.tempfile, "TemporaryFile", refuse)
    assert "chown" in fault(ready("doctor"), "disk")


def test_sqlite_on_a_network_is_told(chaffinch, monkeypatch, sqlite_url):
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", sqlite_url)
    chaffinch("db", "upgrade")
    monkeypatch.setattr(checkup, "kind_of", lambda _place, _mounts: "nfs4")
    assert "locks do not hold" in fault(chaffinch("doctor"), "file system")


def test_the_nearest_mount_counts_and_of_two_the_last(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\nnas:/x /srv nfs4 rw 0 0\n"
        "/dev/sdb /srv/fast xfs rw 0 0\ntmpfs /srv/fast tmpfs rw 0 0\n"
    )
    found = [checkup.kind_of(Path(one), mounts) for one in ("/home/x", "/srv/a", "/srv/fast/b")]
    assert found == ["ext4", "nfs4", "tmpfs"]
    assert checkup.kind_of(Path("/x"), tmp_path / "none") == ""


@pytest.mark.parametrize("name", ["secret.key", "callers.sealed", "erasures.jsonl"])
def test_a_secret_that_others_may_read_is_told(ready, tmp_path, name):
    place = tmp_path / "var" / name
    place.touch()
    place.chmod(0o644)
    assert fault(ready("doctor"), "secrets").endswith(f"chmod 600 {place}")


def test_a_file_of_a_setting_that_others_may_read_is_told(ready, monkeypatch, tmp_path):
    place = tmp_path / "token"
    place.write_text("t0ken")
    place.chmod(0o640)
    monkeypatch.setenv("CHAFFINCH_METRICS_TOKEN_FILE", str(place))
    assert str(place) in fault(ready("doctor"), "secrets")
    place.chmod(0o600)
    assert ready("doctor").code == 0


def test_a_secret_that_is_mounted_by_itself_is_not_ours_to_close(ready, monkeypatch, tmp_path):
    place = tmp_path / "token"
    place.write_text("t0ken")
    place.chmod(0o444)
    monkeypatch.setenv("CHAFFINCH_METRICS_TOKEN_FILE", str(place))
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(checkup, "_MOUNTS", mounts)
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n/dev/sda1 {tmp_path} ext4 rw 0 0\n")
    assert str(place) in fault(ready("doctor"), "secrets")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n/dev/sda1 {place} ext4 ro 0 0\n")
    assert ready("doctor").code == 0


def test_a_redis_that_is_gone_is_told(ready, monkeypatch):
    monkeypatch.setenv("CHAFFINCH_REDIS_URL", f"redis://127.0.0.1:{closed_port()}/0")
    assert "CHAFFINCH_REDIS_URL" in fault(ready("doctor"), "limits")


def test_a_mail_server_that_is_gone_is_told_without_the_password(ready, monkeypatch):
    monkeypatch.setenv("CHAFFINCH_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("CHAFFINCH_SMTP_PORT", str(closed_port()))
    monkeypatch.setenv("CHAFFINCH_SMTP_PASSWORD", "hidden-one")
    said = ready("doctor")
    assert "CHAFFINCH_SMTP_PORT" in fault(said, "mail")
    assert "hidden-one" not in said.out


def test_a_mail_server_that_lets_us_in_is_well(ready, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=greet, args=(server,), daemon=True)
        thread.start()
        monkeypatch.setenv("CHAFFINCH_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("CHAFFINCH_SMTP_PORT", str(server.getsockname()[1]))
        monkeypatch.setenv("CHAFFINCH_SMTP_SECURITY", "none")
        said = ready("doctor")
        thread.join(10)
    assert said.code == 0, said
    assert "127.0.0.1 lets us in" in said.out


def greet(server):
    """A mail server's side of NOOP and QUIT."""
    caller, _ = server.accept()
    with caller, caller.makefile("rwb") as lines:
        lines.write(b"220 here\r\n")
        lines.flush()
        for line in lines:
            lines.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 ok\r\n")
            lines.flush()


def test_events_that_were_given_up_are_told(ready, each_store):
    with each_store.engine.begin() as connection:
        connection.execute(
            event.insert().values(
                event_id="evt_1",
                kind=EventKind.DECISION,
                receiver=Receiver.WEBHOOK,
                guid="g",
                lane="w1:g",
                body="{}",
                created_at=NOON,
                due_at=NOON,
                state=EventState.DEAD,
                attempts=9,
                stage=0,
                may_publish=False,
                trouble="nobody answers",
            )
        )
    assert "chaffinch events resend" in fault(ready("doctor"), "events")


def test_a_chore_that_nobody_does_any_more_is_told(ready, each_store, monkeypatch):
    now = dt.datetime.now(dt.UTC)
    with each_store.begin() as unit:
        for name, due in EVERY.items():
            assert unit.chores.claim(name, by="x", now=now, lease=due)
            unit.chores.finish(name, by="x", due_at=now + due, now=now)
        unit.commit()
    assert "chores                   ok: done by the clock" in ready("doctor").out
    monkeypatch.setattr(checkup, "utc_now", lambda: now + dt.timedelta(days=2))
    assert fault(ready("doctor"), "chores").startswith(f"hold-entries ({now:%Y-%m-%d %H:%M}) was")
    monkeypatch.setattr(checkup, "utc_now", lambda: now + dt.timedelta(days=4))
    assert fault(ready("doctor"), "chores").startswith("retain (")


def test_what_no_server_has_begun_yet_is_no_fault(ready, monkeypatch):
    ready("site", "add", BLOG)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=400)
    monkeypatch.setattr(checkup, "utc_now", lambda: later)
    told = "chores                   ok: none is due before a server runs"
    assert told in ready("doctor").out


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({}, "CHAFFINCH_TRUSTED_PROXIES=1"),
        ({"TRUSTED_PROXIES": "1"}, "CHAFFINCH_COOKIE_SECURE=true"),
    ],
)
def test_https_without_what_belongs_to_it_is_told(ready, monkeypatch, settings, remedy):
    monkeypatch.setenv("CHAFFINCH_PUBLIC_URL", "https://spam.example.org")
    for name, value in settings.items():
        monkeypatch.setenv(f"CHAFFINCH_{name}", value)
    assert remedy in fault(ready("doctor"), "proxies")
