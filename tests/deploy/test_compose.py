"""Compose and container files say what the program knows, run as nobody, pin what they take.

No engine for containers runs here: the files are read, and tests/deploy/test_topology.py starts the
same programs with the same nginx files beside each other. The image itself is built, started and
asked at night (Q-05).
"""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from service.cli import main
from service.settings import FIELDS, Settings
from tests.architecture.source import ROOT, tracked

DEPLOY = ROOT / "deploy"
# What an operator puts beside the files; git keeps none of it.
PUT_THERE = ("./models", "./certificates")
OURS = {"upgrade", "chaffinch-1", "chaffinch-2"}
BUILD = DEPLOY / "Containerfile"


def read(name):
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


@pytest.fixture
def compose():
    return read("compose.yaml")


@pytest.fixture
def services(compose):
    return compose["services"]


@pytest.fixture
def steps():
    """The Containerfile as (instruction, rest)."""
    lines = BUILD.read_text("utf-8").splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]


def settings_of(service):
    return {
        name: value
        for name, value in service.get("environment", {}).items()
        if name.startswith("CHAFFINCH_")
    }


@pytest.mark.parametrize("name", ["compose.yaml", "compose.tls.yaml"])
def test_every_setting_is_one_the_program_takes(name, tmp_path):
    found = [settings_of(one) for one in read(name)["services"].values() if settings_of(one)]
    assert len(found) >= 2
    for given in found:
        assert all(isinstance(value, str) for value in given.values())
        here = dict(given)
        for variable in [one for one in given if one.endswith("_FILE")]:
            place = tmp_path / variable
            place.write_text("postgresql://db/chaffinch or any other long text")
            here[variable] = str(place)
        # The program's own reader: a name or a value it does not know stops it.
        Settings.load(here | {"CHAFFINCH_DATA_DIR": str(tmp_path)})


def test_every_setting_of_the_container_file_is_one_of_ours(steps):
    words = [word for name, rest in steps if name == "ENV" for word in rest.split()]
    named = {word.split("=")[0] for word in words if word.startswith("CHAFFINCH_")}
    assert named
    assert {one.removeprefix("CHAFFINCH_").lower() for one in named} - set(FIELDS) == set()


def test_every_command_is_one_of_ours(services, steps):
    default = next(rest for name, rest in steps if name == "CMD")
    for name in OURS:
        found = main
        for word in services[name].get("command", yaml.safe_load(default)):
            found = found.commands[word]


def test_every_image_is_pinned_by_version(services, steps):
    images = [one["image"] for one in services.values()]
    images += [rest.split(" AS ")[0] for name, rest in steps if name == "FROM"]
    assert len(images) >= 8
    assert [one for one in images if not re.search(r":v?\d+\.\d+\.?\d*(-[a-z]+)*$", one)] == []


def test_nobody_but_the_database_writes_to_its_root_and_nobody_may_raise_itself(services):
    for name, service in services.items():
        if name != "postgres":
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name


def test_ours_run_as_a_number_that_is_not_root(services, steps):
    who = [rest for name, rest in steps if name == "USER"]
    assert who == ["10001:10001"]
    assert {services[name]["user"] for name in OURS} == set(who)


def test_each_server_has_a_folder_of_its_own(services):
    (one, *_), (other, *_) = (services[name]["volumes"] for name in ("chaffinch-1", "chaffinch-2"))
    assert one != other
    assert {place.split(":")[1] for place in (one, other)} == {"/data"}


def test_database_and_redis_are_on_a_network_that_leads_nowhere(compose):
    assert compose["networks"]["inner"]["internal"] is True
    for name in ("postgres", "redis"):
        assert compose["services"][name]["networks"] == ["inner"]
        assert "ports" not in compose["services"][name]


def test_what_is_named_is_there(compose):
    for service in compose["services"].values():
        for one in service.get("secrets", []):
            assert (one if isinstance(one, str) else one["source"]) in compose["secrets"]
        assert set(service.get("networks", [])) <= set(compose["networks"])
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            is_file = source[0] == "."
            found = (DEPLOY / source).exists() if is_file else source in compose["volumes"]
            assert found or source in PUT_THERE, volume


def test_nginx_and_prometheus_ask_every_server_and_no_other(services):
    servers = {name for name in OURS if "ipv4_address" in str(services[name]["networks"])}
    addresses = {services[name]["networks"]["inner"]["ipv4_address"] for name in servers}
    text = (DEPLOY / "nginx" / "upstream.conf").read_text("utf-8")
    assert set(re.findall(r"^ *server ([\d.]+):8000 ", text, re.MULTILINE)) == addresses
    (job,) = read("prometheus.compose.yml")["scrape_configs"]
    assert set(job["static_configs"][0]["targets"]) == {f"{name}:8000" for name in servers}
    assert job["authorization"]["credentials_file"] == "/run/secrets/metrics_token"
    assert len(servers) == 2


def test_nginx_drops_names_that_would_pass_for_those_it_sets():
    files = [*(DEPLOY / "nginx").glob("*.conf")]
    assert len(files) >= 5
    assert not [one.name for one in files if "underscores_in_headers" in one.read_text("utf-8")]


def test_as_many_proxies_are_trusted_as_there_are(services):
    for name in ("chaffinch-1", "chaffinch-2"):
        assert services[name]["environment"]["CHAFFINCH_TRUSTED_PROXIES"] == "1"


def test_tls_changes_the_proxy_and_nothing_it_stands_on(services):
    over = read("compose.tls.yaml")["services"]
    assert set(over) <= set(services)
    plain, tls = services["proxy"]["command"], over["proxy"]["command"]
    assert [one.replace("tls.conf", "plain.conf") for one in tls] == plain != tls
    for name in ("chaffinch-1", "chaffinch-2"):
        assert over[name]["environment"]["CHAFFINCH_COOKIE_SECURE"] == "true"


def test_the_image_installs_only_what_is_pinned_by_hash(steps):
    words = [shlex.split(rest) for name, rest in steps if rest.startswith("pip ")]
    installs = [one for one in words if "install" in one]
    assert len(installs) == 2
    assert ("ARG", "LOCK=serve") in steps
    assert {"--require-hashes", "--only-binary", "requirements/${LOCK}.txt"} <= set(installs[0])
    assert {"--no-deps", "--no-index", "--no-build-isolation"} <= set(installs[1])


def test_the_image_has_two_stages_and_the_second_has_no_sources(steps):
    second = max(number for number, (name, _) in enumerate(steps) if name == "FROM")
    copied = [rest for name, rest in steps[second:] if name == "COPY"]
    assert copied == ["--from=build /opt/chaffinch /opt/chaffinch"]


def test_bytecode_in_the_image_holds_when_a_builder_rounds_times(steps):
    compiled = [rest for _, rest in steps if "-m compileall" in rest]
    assert len(compiled) == 2
    assert [one for one in compiled if "--invalidation-mode unchecked-hash " not in one] == []


def test_the_health_check_is_kept_by_every_builder_that_is_named():
    # OCI's own format has no place for it.
    said = [line for line in BUILD.read_text("utf-8").splitlines() if " build " in line]
    assert said
    assert [line for line in said if "podman" in line and "--format docker" not in line] == []


def test_all_that_the_wheel_is_made_of_is_copied(steps):
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = wheel["tool"]["hatch"]["build"]["targets"]["wheel"]
    made_of = {*wheel["packages"], *wheel["force-include"]}
    copied = {word for name, rest in steps if name == "COPY" for word in rest.split()[:-1]}
    assert len(made_of) >= 5
    assert {one for one in made_of if not copied & {one, *map(str, Path(one).parents)}} == set()


def test_what_the_image_copies_is_here_and_is_let_into_the_build(steps):
    let_in = {
        line[1:]
        for line in (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    sources = {
        source
        for name, rest in steps
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert sources == let_in
    assert all((ROOT / source).exists() for source in sources)


def test_no_secret_is_kept_beside_the_files_that_name_it():
    places = ("deploy/secrets/", "deploy/certificates/", "deploy/models/")
    assert [name for name in tracked() if name.startswith(places)] == []
