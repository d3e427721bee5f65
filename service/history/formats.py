"""The formats that can be brought in, each with the readers to try, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from service.domain.history import Past
from service.history.disqus import read_disqus
from service.history.others import read_commento, read_isso, read_remark42
from service.history.own import read_own
from service.history.source import Source
from service.history.wordpress import read_wp_comments, read_wxr, read_wxr_mended

Reader = Callable[[Source], Iterator[Past]]

FORMATS: Final = {
    "wxr": "WordPress: the XML file of Tools > Export. It never holds spam.",
    "wp-comments": "WordPress: `wp comment list` as JSON, JSON lines or CSV. It holds spam.",
    "disqus": "Disqus: the XML export, gzipped or not.",
    "isso": "Isso: its SQLite database.",
    "remark42": "Remark42: a backup, gzipped or not.",
    "commento": "Commento: its JSON export.",
    "jsonl": "Chaffinch: what `chaffinch export` wrote, as JSON lines or CSV.",
}


def readers(name: str, site: str, *, any_site: bool = False) -> list[Reader]:
    """The readers for a format, the strict one first; a later one mends what it could not read."""
    table: dict[str, list[Reader]] = {
        "wxr": [read_wxr, read_wxr_mended],
        "wp-comments": [read_wp_comments],
        "disqus": [read_disqus],
        "isso": [partial(read_isso, site=site)],
        "remark42": [read_remark42],
        "commento": [read_commento],
        "jsonl": [partial(read_own, site=site, any_site=any_site)],
    }
    return table[name]
