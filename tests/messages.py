"""`make messages`: read every sentence of the pages, keep what is translated, compile it.

`python -m tests.messages` writes `service/moderation/translations/*/LC_MESSAGES/messages.{po,mo}`
and names what still has no translation; the tests refuse a catalogue that lags or has gaps.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from service.web.language import DEFAULT, LANGUAGES, PLACE

SERVICE: Final = PLACE.parent.parent
METHODS: Final = [
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
    ("**.py", "python"),
]
JINJA: Final = {"**/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
KEYWORDS: Final = DEFAULT_KEYWORDS | {"_l": None, "said": None, "N_": None}


def extracted() -> Catalog:
    """Every sentence that the program can say on its pages and in its mails."""
    catalogue = Catalog(project="Chaffinch", charset="utf-8")
    found = extract_from_dir(str(SERVICE), METHODS, options_map=JINJA, keywords=KEYWORDS)
    for _file, _line, message, _comments, context in found:
        catalogue.add(message, context=context)
    return catalogue


def place_of(language: str) -> Path:
    """The catalogue of *language*, as people edit it."""
    return PLACE / language / "LC_MESSAGES" / "messages.po"


def kept(language: str) -> Catalog:
    """What is translated so far."""
    place = place_of(language)
    if not place.exists():
        return Catalog(locale=language, project="Chaffinch", charset="utf-8")
    with place.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """*catalogue* as the program reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def gaps(catalogue: Catalog) -> list[str]:
    """What has no translation, or one that nobody has looked over."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]


def _forms(string: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def main() -> int:
    """Update every language; 1 when one has gaps."""
    template, code = extracted(), 0
    for language in LANGUAGES:
        if language == DEFAULT:
            continue
        catalogue = kept(language)
        # No guesses: a sentence that changed is translated again by a person.
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        place = place_of(language)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            write_po(file, catalogue, width=100, sort_output=True, omit_header=False)
        place.with_suffix(".mo").write_bytes(compiled(catalogue))
        missing = gaps(catalogue)
        print(f"{language}: {len(catalogue)} sentences, {len(missing)} without translation")
        for sentence in missing:
            print(f"  {sentence}")
        code = code or bool(missing)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
