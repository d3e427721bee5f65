"""Elements of an XML file, one after another, in flat memory.

The expat parser is driven directly, not `iterparse`: that keeps every child of the root and buffers
any one text whole. Here only elements that were asked for are kept, while they last, and a text is
cut at a bound. No document type is read at all, so there are no entities, no bombs, no network.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from service.errors import BadFile
from service.history.source import Source

MOST_TEXT: Final = 1024 * 1024
_MOST_DEPTH: Final = 100
_MOST_NODES: Final = 20_000
_CONTROLS: Final = bytes(c for c in range(32) if c not in b"\t\n\r")
# Above one byte in a hundred it is no text any more.
_MOST_REMOVED: Final = 0.01
_REST_OF_BOM: Final = re.compile(rb"^[^<]{1,4}(?=<\?xml)")


@dataclasses.dataclass(slots=True)
class Node:
    """One element by its local name; *start* says that it only begins (an asked-for mark)."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = dataclasses.field(default_factory=list)
    is_start: bool = False

    def get(self, *path: str) -> str:
        """The text of the first descendant along *path*, stripped; "" when there is none."""
        node = self
        for name in path:
            for child in node.children:
                if child.name == name:
                    node = child
                    break
            else:
                return ""
        return node.text.strip()

    def all(self, name: str) -> list[Node]:
        """The children of this name."""
        return [child for child in self.children if child.name == name]


class _Reader:
    """Builds wanted elements from the parser's calls."""

    def __init__(self, wanted: frozenset[str], marks: frozenset[str]) -> None:
        self.ready: list[Node] = []
        self._wanted = wanted
        self._marks = marks
        self._stack: list[Node] = []
        self._texts: list[list[str]] = []
        self._sizes: list[int] = []
        self._depth = self._nodes = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.buffer_text = True

    def _refuse(self, *_what: object) -> None:
        raise BadFile("The file declares a document type; no export does: refused.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise BadFile("The file nests deeper than any export: refused.")
        local = name.rpartition(":")[2]
        if local in self._marks:
            self.ready.append(Node(local, {}, is_start=True))
        if not self._stack and local not in self._wanted:
            return
        self._nodes = self._nodes + 1 if self._stack else 1
        if self._nodes > _MOST_NODES:
            raise BadFile("One comment of the file has more parts than any export: refused.")
        node = (
            Node(local, {key.rpartition(":")[2]: value for key, value in attributes.items()})
            if attributes
            else Node(local, {})
        )
        if self._stack:
            self._stack[-1].children.append(node)
        self._stack.append(node)
        self._texts.append([])
        self._sizes.append(0)

    def _text(self, text: str) -> None:
        if self._stack and self._sizes[-1] < MOST_TEXT:
            self._texts[-1].append(text)
            self._sizes[-1] += len(text)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if not self._stack:
            return
        node = self._stack.pop()
        node.text = "".join(self._texts.pop())[:MOST_TEXT]
        self._sizes.pop()
        if not self._stack:
            self.ready.append(node)


def read_elements(
    source: Source, wanted: frozenset[str], marks: frozenset[str] = frozenset(), *, mend: bool
) -> Iterator[Node]:
    """The outermost elements called one of *wanted*, and the beginnings of *marks*, in order.

    *mend* drops control characters that XML forbids, and counts them. Raises BadFile with the line
    where the file breaks.
    """
    reader = _Reader(wanted, marks)
    total = removed = 0
    try:
        for index, chunk in enumerate(source.chunks()):
            part = _REST_OF_BOM.sub(b"", chunk) if index == 0 else chunk
            if mend:
                clean = part.translate(None, _CONTROLS)
                total, removed = total + len(part), removed + len(part) - len(clean)
                part = clean
            reader.parser.Parse(part, False)  # noqa: FBT003 - expat's own
            yield from reader.ready
            reader.ready.clear()
        reader.parser.Parse(b"", True)  # noqa: FBT003 - expat's own
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise BadFile(f"Line {error.lineno}, column {error.offset}: {what}.") from None
    except (LookupError, ValueError, UnicodeError) as error:
        raise BadFile(f"The file cannot be decoded ({type(error).__name__}).") from None
    yield from reader.ready
    if removed > total * _MOST_REMOVED:
        raise BadFile("More than 1 % of the file are control characters: this is no text.")
    if removed:
        source.notes.say(f"{removed} control characters were dropped; XML forbids them.")
