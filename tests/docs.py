"""python -m tests.docs: write the tables in the READMEs that the program itself knows best.

The text around `<!-- name:begin -->` and `<!-- name:end -->` is people's; what stands between them
is made here, and tests/architecture compares it.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import sqlalchemy as sa

from service import errors
from service.cli import main as chaffinch
from service.settings import FIELDS, PREFIX
from service.storage import desk_tables, history_tables, queue_tables, tables
from service.web.errors import STATUS
from tests.contract import failures

ROOT = Path(__file__).parent.parent


def settings_table() -> str:
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in FIELDS.items():
        default = f"`{str(field.default).lower()}`" if field.default != "" else ""
        bounds = field.metadata
        extra = f" {bounds.get('least', 0)} to {bounds['most']}." if "most" in bounds else ""
        extra += " Never shown." if bounds.get("secret") else ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {bounds['help']}{extra} |")
    return "\n".join(rows)


def _leaves(command: click.Command, words: list[str]) -> Iterator[tuple[list[str], click.Command]]:
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _leaves(command.commands[name], [*words, name])
    else:
        yield words, command


def _written(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        name = parameter.make_metavar(click.Context(click.Command("x")))
        return name if parameter.required else f"[{name.strip('[]')}]"
    assert isinstance(parameter, click.Option)
    name = max(parameter.opts, key=len)
    return name if parameter.required else f"[{name}]"


def commands_table(root: click.Command, name: str) -> str:
    rows = ["| command | does |", "|---|---|"]
    for words, command in _leaves(root, [name]):
        line = " ".join([*words, *(_written(p) for p in command.params)])
        help_text = inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")
        rows.append(f"| `{line}` | {help_text} |")
    return "\n".join(rows)


def errors_table() -> str:
    rows = ["| class | code word | HTTP | when |", "|---|---|---|---|"]
    for kind, status in STATUS.items():
        meaning = inspect.cleandoc(kind.__doc__ or "").split("\n")[0]
        base = kind.__bases__[0].__name__
        shown = (
            kind.__name__ if base in {"Exception", "ServiceError"} else f"{base}: {kind.__name__}"
        )
        rows.append(f"| {shown} | `{kind.code}` | {status} | {meaning} |")
    doc = inspect.cleandoc(errors.SettingsError.__doc__ or "")
    rows.append(f"| SettingsError | | none | {doc} |")
    return "\n".join(rows)


def tables_table() -> str:
    rows = ["| in | what | tables |", "|---|---|---|"]
    for module in (tables, queue_tables, desk_tables, history_tables):
        meaning = inspect.cleandoc(module.__doc__ or "").split("\n")[0]
        names = [one.name for one in vars(module).values() if isinstance(one, sa.Table)]
        told = ", ".join(f"`{name}`" for name in names if name not in "".join(rows).split("`"))
        rows.append(f"| `{module.__name__.rpartition('.')[2]}.py` | {meaning} | {told} |")
    return "\n".join(rows)


SECTIONS = {
    ("service/README.md", "settings"): settings_table,
    ("service/README.md", "errors"): errors_table,
    ("service/README.md", "failures"): failures.table,
    ("service/README.md", "tables"): tables_table,
    ("service/README.md", "commands"): lambda: commands_table(chaffinch, "chaffinch"),
}


def filled(text: str, marker: str, table: str) -> str:
    """*text* with *table* between its markers; LookupError when they are not there, once."""
    pattern = re.compile(rf"(<!-- {marker}:begin -->\n).*?(<!-- {marker}:end -->)", re.DOTALL)
    new, found = pattern.subn(lambda match: f"{match[1]}{table}\n{match[2]}", text)
    if found != 1:
        raise LookupError(marker)
    return new


def main() -> int:
    for (place, marker), table in SECTIONS.items():
        file = ROOT / place
        before = file.read_text(encoding="utf-8")
        after = filled(before, marker, table())
        if after != before:
            file.write_text(after, encoding="utf-8")
            print(f"{place}: {marker} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
