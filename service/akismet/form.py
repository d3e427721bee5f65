"""Bodies and queries as ordered (name, value) pairs of text. Pure; reads the bytes itself.

Werkzeug hands bytes it can't decode through as a literal `%FF` and cuts chunked bodies silently;
both would reach the model as if a person had written them.
"""

from __future__ import annotations

import codecs
import json
import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from service.domain.garbled import SAFE_CHARSETS
from service.errors import BadInput

Pairs = list[tuple[str, str]]

MOST_BYTES: Final = 2 * 1024 * 1024
# WordPress with Contact Form 7 sends about a hundred; 200 000 cost 0.4 s each (THREATS 18).
_MOST_FIELDS: Final = 1000
_MOST_NAME: Final = 1024
_PLAIN_FIELD: Final = re.compile(rb"(?:^|&)(?:blog_)?charset=([A-Za-z0-9_.:+-]{1,40})(?:&|$)")
_HEADER_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
_ESCAPES: Final = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
# With fewer escapes in the length, most stand alone ("%20a" is one in four), and the library's own
# way is three times as fast; with more, as in Chinese or Russian, ours is eight times as fast.
_RUNS: Final = 3.5
# Both take some forty times what they read, in memory: a body of 768 kB took 32 MB at once.
_PIECE: Final = 32_768
_BRACKETS: Final = re.compile(r"\[[^\]]{0,40}\]$")


def read_pairs(body: bytes, content_type: str = "", query: bytes = b"") -> Pairs:
    """Every field of a request in order, the body's first. Raises BadInput, never anything else.

    O(length). Bare names have the value ""; `name[]`, `name[3]` are read as `name`.
    """
    if len(body) > MOST_BYTES:
        raise BadInput("The request is larger than 2 MiB.")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        raise BadInput("Send application/x-www-form-urlencoded or JSON.")
    charset = _charset(body, content_type)
    is_json = kind.endswith("json")
    pairs = read_json_pairs(body) if is_json else _read_urlencoded(body, charset)
    pairs += _read_urlencoded(query, charset)
    if len(pairs) > _MOST_FIELDS:
        raise BadInput(f"The request has more than {_MOST_FIELDS} fields.")
    return pairs


def _charset(body: bytes, content_type: str) -> str:
    """The charset that the values are said to be in, if it is one we read; else UTF-8."""
    in_body = _PLAIN_FIELD.search(body)
    in_header = _HEADER_CHARSET.search(content_type)
    for named in (in_body and in_body[1].decode("ascii"), in_header and in_header[1]):
        try:
            known = codecs.lookup(named).name if named else ""
        except (LookupError, ValueError):
            known = ""
        if known in SAFE_CHARSETS and known != "utf-8":
            return known
    return "utf-8"


def _read_urlencoded(raw: bytes, charset: str) -> Pairs:
    if raw.count(b"&") >= _MOST_FIELDS * 2:
        raise BadInput(f"The request has more than {_MOST_FIELDS} fields.")
    pairs = []
    for part in raw.split(b"&"):
        if not part:
            continue
        name, _, value = part.partition(b"=")
        if len(name) > _MOST_NAME:
            raise BadInput("A field's name is too long.")
        pairs.append((_field_name(name, charset), _decoded(value, charset)))
    return pairs


def _plain_name(name: str) -> str:
    return _BRACKETS.sub("", name.strip())


# A client sends the same names again and again.
@lru_cache(maxsize=2_000)
def _field_name(raw: bytes, charset: str) -> str:
    return _plain_name(_decoded(raw, charset))


def _decoded(raw: bytes, charset: str) -> str:
    """UTF-8 if it is that, else the charset named, else Windows-1252, which names every byte.

    Percent escapes and `+` are decoded first; what is no escape stays as it is.
    """
    raw = _unquoted(raw.replace(b"+", b" "))
    # ISO-2022-JP is all ASCII, so UTF-8 would read its escapes as text and never complain.
    is_shifted = charset == "iso2022_jp" and b"\x1b" in raw
    for name in (charset, "utf-8") if is_shifted else ("utf-8", charset, "cp1252"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, ValueError):
            continue
    return raw.decode("latin-1")


def _unquoted(raw: bytes) -> bytes:
    """*raw* with its percent escapes read, in pieces of a bounded length."""
    if len(raw) <= _PIECE or b"%" not in raw:
        return _unquoted_piece(raw)
    found, begin = [], 0
    while begin < len(raw):
        end = begin + _PIECE
        # No escape is cut in two: before a percent sign none goes on.
        end = end if (sign := raw.find(b"%", end - 2, end)) < 0 else sign
        found.append(_unquoted_piece(raw[begin:end]))
        begin = end
    return b"".join(found)


def _unquoted_piece(raw: bytes) -> bytes:
    """*raw* unquoted run by run where most escapes stand in runs, else one by one."""
    if raw.count(b"%") * _RUNS < len(raw):
        return unquote_to_bytes(raw)
    return _ESCAPES.sub(lambda run: bytes.fromhex(run[0].decode().replace("%", "")), raw)


def read_json_pairs(body: bytes) -> Pairs:
    """The fields of a JSON object; lists repeat their name. Raises BadInput."""
    try:
        table = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise BadInput("The body is not JSON.") from None
    if not isinstance(table, dict):
        raise BadInput("The body is not a JSON object.")
    pairs: Pairs = []
    for name, value in table.items():
        for text in _json_texts(value):
            pairs.append((_plain_name(clean(str(name))[:_MOST_NAME]), text))
    return pairs


def _json_texts(value: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list):
        return [text for item in value[:_MOST_FIELDS] for text in _json_scalar(item)]
    return _json_scalar(value)


def _json_scalar(value: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    """A text or number as text; objects and nested lists mean nothing to us."""
    if isinstance(value, str):
        return [clean(value)]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [repr(value)] if isinstance(value, float) else [str(value % 10**20)]
    return []


def clean(text: str) -> str:
    """*text* without lone surrogates, which no charset can carry on."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def first(pairs: Pairs, *names: str) -> str:
    """The first value that is not empty under any of *names*, in the order of names; else ""."""
    for wanted in names:
        for name, value in pairs:
            if name == wanted and value:
                return value
    return ""


class Firsts:
    """The first value that is not empty under each name, for who asks for many."""

    def __init__(self, pairs: Pairs) -> None:
        found: dict[str, str] = {}
        for name, value in pairs:
            if value and name not in found:
                found[name] = value
        self._found = found

    def __call__(self, *names: str) -> str:
        """As `first`, in one step for each of *names*."""
        found = self._found
        for name in names:
            if name in found:
                return found[name]
        return ""


def every(pairs: Pairs, *names: str) -> list[str]:
    """All values under any of *names* that are not empty, in order of arrival."""
    return [value for name, value in pairs if name in names and value]


def has(pairs: Pairs, name: str) -> bool:
    """Whether a field of this name was sent, be it empty."""
    return any(sent == name for sent, _ in pairs)
