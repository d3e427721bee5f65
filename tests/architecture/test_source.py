"""Sizes, words and places: what every module of ours keeps to."""

import ast
import functools
import re
import subprocess

import pytest

from tests.architecture.source import ROOT, functions, modules, tracked

MOST_FILE_LINES = 300
MOST_FUNCTION_LINES = 50
MOST_POSITIONAL = 4


def test_no_file_is_longer_than_300_lines():
    long = {
        module.place: len(module.text.splitlines())
        for module in modules()
        if len(module.text.splitlines()) > MOST_FILE_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_50_lines():
    long = {
        f"{module.place}:{function.name}": function.end_lineno - function.lineno + 1
        for module in modules()
        for function in functions(module.tree)
        if function.end_lineno - function.lineno >= MOST_FUNCTION_LINES
    }
    assert long == {}


def is_a_command(function):
    """click hands values over by name, in whatever order they are declared."""
    return any("command" in ast.unparse(mark) for mark in function.decorator_list)


def test_long_lists_of_parameters_are_passed_by_name():
    found = {}
    for module in modules():
        for function in functions(module.tree):
            names = [a.arg for a in [*function.args.posonlyargs, *function.args.args]]
            names = [name for name in names if name not in {"self", "cls"}]
            if len(names) > MOST_POSITIONAL and not is_a_command(function):
                found[f"{module.place}:{function.name}"] = names
    assert found == {}


# HOUSE §1: one word per thing. A name made of these says nothing, or says another thing.
BANNED = {
    *("submit", "flag", "confidence", "threshold", "user", "manager", "helper", "helpers"),
    *("util", "utils", "misc", "info", "data", "process", "handle", "blacklist", "whitelist"),
}
# Words that others chose: the wire's own names, the drivers' hooks, a folder everybody calls so.
OTHERS_WORDS = frozenset(
    {
        "user_ip",
        "user_role",
        "user_agent",
        "submit_spam",
        "submit_ham",
        "process_bind_param",
        "process_result_value",
        "data_dir",
        "default_data_dir",
        # Columns of WordPress, the word of every mail server.
        "user_id",
        "user_result",
        "smtp_user",
        # A process of the operating system, the one thing that word is for.
        "ProcessLimiter",
    }
)


def words_of(name):
    return {w.lower() for w in re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+", name)}


def names_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_no_name_holds_a_banned_word():
    found = {
        f"{module.place}: {name}"
        for module in modules()
        for name in {*names_in(module.tree), module.place.rpartition("/")[2][:-3]}
        if words_of(name) & BANNED and name not in OTHERS_WORDS
    }
    assert found == set()


def test_every_exception_from_the_banned_words_is_still_used():
    used = {name for module in modules() for name in names_in(module.tree)}
    assert OTHERS_WORDS - used == set()


# What only some places may do, and which those are.
ONLY_IN = {
    # training.cli reads the few variables it shares with the service; it may not import settings.
    r"\bos\.(environ|getenv)": {"service/settings.py", "training/cli_inputs.py"},
    # The one clock; the maintainer's command has no Runtime.
    r"\b(datetime|dt\.datetime)\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\(": {
        "service/runtime.py",
        "training/cli.py",
    },
    r"(?<![\w.])print\(": set(),
    r"\beval\(|\bexec\(|\bpickle\.load|\bos\.system\(|shell=True": set(),
}


@pytest.mark.parametrize("pattern", ONLY_IN)
def test_some_things_are_done_in_few_places(pattern):
    found = {
        module.place
        for module in modules()
        if re.search(pattern, without_documents(module), re.MULTILINE)
    }
    assert found - ONLY_IN[pattern] == set()


@functools.cache
def without_documents(module):
    """The module's code as Python writes it: no comments, no docstrings."""
    tree = ast.parse(module.text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            constant = body[0].value
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                body[0].value = ast.Constant(None)
    return ast.unparse(tree)


def test_packages_begin_with_a_docstring_and_nothing_else():
    found = {
        module.place
        for module in modules()
        if module.place.endswith("__init__.py")
        and (ast.get_docstring(module.tree) is None or len(module.tree.body) > 1)
    }
    assert found == set()


def test_every_public_thing_says_what_it_is():
    found = {
        f"{module.place}:{node.name}"
        for module in modules()
        for node in module.tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    }
    assert found == set()


# Paths of the machine something was made on, and hosts that packages come from.
MACHINE = re.compile(
    r"/(?:work|root|home/\w+|Users/\w+)/|pyp[i]\.org|python[h]osted|npm[j]s\.|registry\.\w+\.\w{2,3}\b(?!\()|index-url"
)
# The file that says which; the tool that must not write any; recordings hold what was on the wire.
MAY_NAME = ("tests/architecture/", "tests/lock.py", "tests/contract/recordings/", ".npmrc")


def test_no_file_names_a_machine_or_a_registry():
    found = {}
    for name in tracked():
        if any(part in name for part in MAY_NAME):
            continue
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        hits = {match[0] for match in MACHINE.finditer(text)}
        if hits:
            found[name] = hits
    assert found == {}


PINS = {"audit.txt": 20, "dev.txt": 20, "fuzz.txt": 0, "serve.txt": 20, "s3.txt": 20}


@pytest.mark.parametrize("name", PINS)
def test_every_pin_has_a_hash_and_no_address(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.split(r"\n(?=[a-z0-9])", text, flags=re.IGNORECASE)
    pins = [pin for pin in pins if re.match(r"[a-z0-9]", pin, re.IGNORECASE)]
    assert len(pins) > PINS[name]
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_the_servers_pins_are_a_part_of_the_gates():
    def pins(name):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([\w.-]+(?:\[[^\]]*\])?==\S+)", text, re.MULTILINE))

    assert pins("serve.txt") - pins("s3.txt") == set()
    assert pins("s3.txt") - pins("dev.txt") == set()


def test_the_javascript_clients_are_pinned_by_hash():
    text = (ROOT / "tests/contract/clients/package-lock.json").read_text(encoding="utf-8")
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/') > 0


def test_no_file_of_a_deployment_is_kept_in_git():
    kept = subprocess.run(
        ["git", "check-ignore", "var/secret.key", "var/chaffinch.sqlite3", ".venv/x"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if kept.returncode == 128:
        pytest.skip("not a git checkout")
    assert len(kept.stdout.splitlines()) == 3
    assert [name for name in tracked() if name.endswith((".sqlite3", ".key", ".pem"))] == []
