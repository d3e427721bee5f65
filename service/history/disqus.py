"""Disqus: the XML it sends by mail, gzipped. Threads first, then posts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from models.comment import Label
from service.domain.history import LabelSource, Past
from service.errors import BadFile
from service.history.fields import is_empty, make, read_time
from service.history.source import Notes, Source
from service.history.xml import Node, read_elements

# One address for each page that was ever commented on; more than that is no blog.
_MOST_THREADS: Final = 500_000


def read_disqus(source: Source) -> Iterator[Past]:
    """The posts of a Disqus export; spam keeps its label, which every other importer drops."""
    source.notes.say("Disqus does not say who called a post spam: its spam is a machine's opinion.")
    source.notes.say("Disqus holds no user agents, no authors' links and no pending state.")
    links: dict[str, str] = {}
    seen = False
    wanted = frozenset({"thread", "post"})
    for node in read_elements(source, wanted, frozenset({"disqus"}), mend=False):
        if node.is_start:
            seen = True
        elif node.name == "thread":
            if len(links) >= _MOST_THREADS:
                raise BadFile("The file has more threads than any export: refused.")
            links[node.attributes.get("id", "")[:100]] = node.get("link")[:2000]
        else:
            past = _post(node, links, source.notes)
            if past is not None:
                yield past
    if not seen:
        raise BadFile("This is no Disqus export: it has no element `disqus`.")


def _post(node: Node, links: dict[str, str], notes: Notes) -> Past | None:
    number = node.attributes.get("id", "").strip() or node.get("id")
    text = node.get("message")
    if not number:
        notes.skip("without a number")
        return None
    if is_empty(text):
        notes.skip("empty")
        return None
    thread = next((one.attributes.get("id", "") for one in node.all("thread")), "")
    if thread not in links:
        notes.skip("its page is missing (kept, without an address)")
    parent = next((one.attributes.get("id", "") for one in node.all("parent")), "")
    if parent == number:
        notes.skip("answers itself (kept, without its parent)")
        parent = ""
    comment = make(
        text,
        author=node.get("author", "name"),
        author_email=node.get("author", "email"),
        user_ip=node.get("ipAddress"),
        permalink=links.get(thread, ""),
        parent=parent,
        written_at=read_time(node.get("createdAt")),
    )
    said = _label(node.get("isSpam") == "true", is_deleted=node.get("isDeleted") == "true")
    return Past(source_id=number, comment=comment, **said)


def _label(is_spam: bool, *, is_deleted: bool) -> dict[str, Any]:  # noqa: FBT001 - two of a kind
    if is_spam:
        return {
            "label": Label.SPAM,
            "label_source": LabelSource.MACHINE,
            "label_note": "isSpam",
            "exclude": "another program's opinion",
        }
    if is_deleted:
        return {"label_note": "isDeleted", "exclude": "unlabelled"}
    return {
        "label": Label.HAM,
        "label_source": LabelSource.IMPLIED,
        "label_note": "neither isSpam nor isDeleted",
    }
