"""Settings: order, types, secrets, and errors that name the variable and never the value."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.errors import SettingsError
from service.settings import Secret, Settings, describe


def load(tmp_path, **environ):
    place = {"CHAFFINCH_DATA_DIR": str(tmp_path / "var")}
    return Settings.load(place | {f"CHAFFINCH_{name}": value for name, value in environ.items()})


def test_the_default_database_lies_in_the_data_folder(tmp_path):
    settings = load(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'chaffinch.sqlite3'}"
    assert settings.is_embedded


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_understood_however_it_is_spelled(tmp_path, scheme):
    settings = load(tmp_path, DATABASE_URL=f"{scheme}://a:b@localhost/c")
    assert settings.database_url == "postgresql+psycopg://a:b@localhost/c"


def test_a_flag_beats_the_environment_and_that_beats_the_file(tmp_path):
    file = tmp_path / "chaffinch.toml"
    file.write_text("port = 1\nthreads = 2\nhost = 'in the file'\n")
    environ = {"CHAFFINCH_CONFIG": str(file), "CHAFFINCH_PORT": "3", "CHAFFINCH_THREADS": "4"}
    environ["CHAFFINCH_DATA_DIR"] = str(tmp_path)
    settings = Settings.load(environ, {"port": 5, "host": None})
    assert (settings.port, settings.threads, settings.host) == (5, 4, "in the file")


WRONG = (
    ({"PROT": "1"}, "CHAFFINCH_PROT is not a setting; did you mean CHAFFINCH_PORT"),
    ({"PORT": ""}, "CHAFFINCH_PORT is set but empty"),
    ({"PORT": "eighty"}, "CHAFFINCH_PORT must be a whole number"),
    ({"PORT": "-1"}, "CHAFFINCH_PORT must be a number from 1 to 65535"),
    ({"PORT": "65536"}, "CHAFFINCH_PORT must be a number from 1 to 65535"),
    ({"ROWS_DAYS": "89"}, "CHAFFINCH_ROWS_DAYS must be 0 or at least 90"),
    ({"THREADS": "0"}, "CHAFFINCH_THREADS must be a number from 1"),
    ({"TRUSTED_PROXIES": "-1"}, "CHAFFINCH_TRUSTED_PROXIES must be a number from 0"),
    ({"LOG_LEVEL": "loud"}, "CHAFFINCH_LOG_LEVEL must be one of debug, info"),
    ({"REDIS_URL": "127.0.0.1:6379"}, "CHAFFINCH_REDIS_URL must begin with redis://"),
    ({"SECRET_KEY": "short"}, "CHAFFINCH_SECRET_KEY must have at least 16 characters"),
    ({"DATABASE_URL": "sqlite:///:memory:"}, "CHAFFINCH_DATABASE_URL must name a file"),
    ({"CONFIG": ""}, "CHAFFINCH_CONFIG cannot be read"),
    ({"COOKIE_SECURE": "perhaps"}, "CHAFFINCH_COOKIE_SECURE must be true or false"),
    ({"DATABASE_URL": "mysql://x"}, "CHAFFINCH_DATABASE_URL must begin"),
    ({"SECRET_KEY_FILE": "/no/such/file"}, "CHAFFINCH_SECRET_KEY_FILE cannot be read"),
    ({"CONFIG": "/no/such/file"}, "CHAFFINCH_CONFIG cannot be read"),
)


@pytest.mark.parametrize(("environ", "sentence"), WRONG)
def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path, environ, sentence):
    with pytest.raises(SettingsError, match=sentence):
        load(tmp_path, **environ)


def test_a_falsy_choice_survives(tmp_path):
    assert load(tmp_path, COOKIE_SECURE="false", TRUSTED_PROXIES="0").cookie_secure is False


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path):
    first, second = load(tmp_path), load(tmp_path)
    assert first.secret_key.reveal() == second.secret_key.reveal()
    mode = stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode)
    assert mode == 0o600


def test_a_damaged_secret_is_not_used(tmp_path):
    load(tmp_path)
    (tmp_path / "var" / "secret.key").write_text("short")
    with pytest.raises(SettingsError, match="damaged"):
        load(tmp_path)


def test_secrets_are_never_shown(tmp_path):
    settings = load(
        tmp_path,
        SECRET_KEY="top secret text of some length",
        DATABASE_URL="postgresql://a:hidden@h/c",
    )
    assert "top secret" not in repr(settings)
    assert "top secret" not in f"{Secret('top secret')}"
    shown = describe(
        {
            "CHAFFINCH_DATA_DIR": str(tmp_path),
            "CHAFFINCH_DATABASE_URL": "postgresql://a:hidden@h/c?password=hidden",
            "CHAFFINCH_REDIS_URL": "redis://:hidden@h:6379/1",
        }
    )
    assert "hidden" not in repr(settings) + str(shown)
    assert ("redis_url", "redis://***@h:6379/1", "CHAFFINCH_REDIS_URL") in shown
    assert ("port", "8000", "default") in shown


def test_a_value_with_parts_is_not_one_value(tmp_path):
    file = tmp_path / "chaffinch.toml"
    file.write_text("host = ['a', 'b']\n")
    with pytest.raises(SettingsError, match="host must be one value"):
        load(tmp_path, CONFIG=str(file))


def test_many_that_start_at_once_share_one_secret(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        made = [pool.submit(load, tmp_path) for _ in range(64)]
    assert len({one.result().secret_key.reveal() for one in made}) == 1
    assert [p.name for p in (tmp_path / "var").iterdir()] == ["secret.key"]
