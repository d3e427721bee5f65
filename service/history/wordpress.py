"""WordPress: WXR (Tools > Export) and `wp comment list` as JSON, JSON lines or CSV."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any, Final

from models.comment import Label
from service.domain.history import LabelSource, Past
from service.errors import BadFile, MendableFile
from service.history.fields import is_empty, make, read_time, text_of
from service.history.source import Notes, Source
from service.history.tables import rows_of
from service.history.xml import Node, read_elements

NO_SPAM: Final = (
    "WXR never contains spam: WordPress leaves it out of every export. Use "
    "`wp comment list --status=spam --format=json` (see `chaffinch import wp-comments --help`)."
)
_KINDS: Final = {"", "comment", "pingback", "trackback", "review"}
_TRASH: Final = {"trash", "post-trashed"}
_HUMAN_SPAM: Final = {"report-spam", "status-spam", "status-changedspam"}
_HUMAN_HAM: Final = {"report-ham"}
_STRING: Final = re.compile(r's:\d{1,9}:"(event|user)";s:\d{1,9}:"([^"]{0,200})"')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What WordPress knows of one comment's label. *status* is comment_approved."""

    status: str
    user_id: str = "0"
    result: str = ""
    user_result: str = ""
    events: frozenset[str] = frozenset()
    reason: str = ""
    trashed_from: str = ""

    @property
    def is_human_spam(self) -> bool:
        """Whether a person called it spam."""
        return self.user_result == "true" or bool(self.events & _HUMAN_SPAM)

    @property
    def is_human_ham(self) -> bool:
        """Whether a person took it out of the spam."""
        return self.user_result == "false" or bool(self.events & _HUMAN_HAM)


def label(known: Known) -> dict[str, Any]:  # noqa: PLR0911 - a table, one row a return
    """Label, its source, its note and why it must not teach: IMPORT's table, row by row."""
    if known.status == "spam":
        if known.is_human_spam or known.reason == "manually":
            return _said(Label.SPAM, LabelSource.HUMAN, "a person called it spam")
        note = f"antispam_bee_reason={known.reason}" if known.reason else "akismet_result"
        note = note if known.reason or known.result == "true" else "comment_approved=spam"
        return _said(Label.SPAM, LabelSource.MACHINE, note, "another program's opinion")
    if known.status in {"1", "approve", "approved"}:
        if known.is_human_ham:
            return _said(Label.HAM, LabelSource.HUMAN, "a person took it out of the spam")
        exclude = "own author" if known.user_id not in {"", "0"} else ""
        return _said(Label.HAM, LabelSource.IMPLIED, "comment_approved=1", exclude)
    if known.status in _TRASH:
        if known.is_human_spam:
            return _said(Label.SPAM, LabelSource.HUMAN, "called spam, then removed")
        if known.trashed_from == "spam":
            return _said(Label.SPAM, LabelSource.IMPLIED, "removed from the spam", "ambiguous")
    return _said(None, LabelSource.NONE, f"comment_approved={known.status[:20]}", "unlabelled")


def _said(found: Label | None, source: LabelSource, note: str, exclude: str = "") -> dict[str, Any]:
    return {"label": found, "label_source": source, "label_note": note, "exclude": exclude}


def read_wxr(source: Source) -> Iterator[Past]:
    """The comments of a WXR file, any version: elements are known by their local names."""
    try:
        yield from _wxr(source, mend=False)
    except BadFile as error:
        if "not well-formed" not in str(error) and "invalid" not in str(error):
            raise
        raise MendableFile(str(error)) from None


def read_wxr_mended(source: Source) -> Iterator[Past]:
    """The same, with characters dropped that XML forbids."""
    yield from _wxr(source, mend=True)


def _wxr(source: Source, *, mend: bool) -> Iterator[Past]:
    source.notes.say(NO_SPAM)
    source.notes.say("WXR holds no user agents.")
    wanted = frozenset({"link", "comment"})
    link, seen = "", False
    for node in read_elements(source, wanted, frozenset({"item", "channel"}), mend=mend):
        if node.is_start:
            link, seen = "", True
        elif node.name == "link":
            link = node.text.strip()
        else:
            past = _wxr_comment(node, link, source.notes)
            if past is not None:
                yield past
    if not seen:
        raise BadFile("This is no WXR file: it has no channel.")


def _wxr_comment(node: Node, link: str, notes: Notes) -> Past | None:
    meta: dict[str, list[str]] = {}
    for one in node.all("commentmeta"):
        meta.setdefault(one.get("meta_key"), []).append(one.get("meta_value"))
    history = [dict(_STRING.findall(text)) for text in meta.get("akismet_history", [])]
    known = Known(
        status=node.get("comment_approved"),
        user_id=node.get("comment_user_id"),
        result=_last(meta, "akismet_result"),
        user_result=_last(meta, "akismet_user_result"),
        events=frozenset(one["event"] for one in history if one.get("user") and "event" in one),
        reason=_last(meta, "antispam_bee_reason"),
        trashed_from=_last(meta, "_wp_trash_meta_status"),
    )
    fields = {
        "author": node.get("comment_author"),
        "author_email": node.get("comment_author_email"),
        "author_url": node.get("comment_author_url"),
        "user_ip": node.get("comment_author_IP"),
        "permalink": link,
    }
    return _past(
        node.get("comment_id"),
        node.get("comment_content"),
        fields,
        rest=(node.get("comment_type"), node.get("comment_parent"), node.get("comment_date_gmt")),
        known=known,
        notes=notes,
    )


def _last(meta: dict[str, list[str]], name: str) -> str:
    return meta.get(name, [""])[-1]


def _past(
    number: str,
    text: str,
    fields: dict[str, str],
    *,
    rest: tuple[str, str, str],
    known: Known,
    notes: Notes,
) -> Past | None:
    kind, parent, when = rest
    if kind == "note":
        notes.skip("note of an editor")
        return None
    if not number:
        notes.skip("without a number")
        return None
    if is_empty(text):
        notes.skip("empty")
        return None
    if parent == number:
        notes.skip("answers itself (kept, without its parent)")
        parent = ""
    comment = make(
        text,
        **fields,
        comment_type=kind if kind in _KINDS and kind else "comment",
        parent="" if parent == "0" else parent,
        written_at=read_time(when),
    )
    return Past(source_id=number, comment=comment, **label(known))


_NEEDED: Final = ("comment_ID", "comment_content", "comment_approved")
COMMAND: Final = (
    "wp comment list --format=json --fields=comment_ID,comment_date_gmt,comment_approved,"
    "comment_author,comment_author_email,comment_author_url,comment_author_IP,comment_content,"
    "comment_agent,comment_type,comment_parent,user_id,url"
)


def read_wp_comments(source: Source) -> Iterator[Past]:
    """The comments of `wp comment list`: one JSON list, JSON lines, or CSV."""
    source.notes.say("Akismet deletes spam after 15 days: run the export often to keep it.")
    for row in rows_of(source):
        missing = [name for name in _NEEDED if name not in row]
        if missing:
            raise BadFile(f"The rows have no {', '.join(missing)}. Ask for it: {COMMAND}")
        told = {name: text_of(value) for name, value in row.items()}
        known = Known(
            status=told["comment_approved"],
            user_id=told.get("user_id", "0"),
            user_result=told.get("akismet_user_result", ""),
            result=told.get("akismet_result", ""),
        )
        fields = {
            "author": told.get("comment_author", ""),
            "author_email": told.get("comment_author_email", ""),
            "author_url": told.get("comment_author_url", ""),
            "user_ip": told.get("comment_author_IP", ""),
            "user_agent": told.get("comment_agent", ""),
            "permalink": told.get("url", "").partition("#")[0],
        }
        rest = (
            told.get("comment_type", ""),
            told.get("comment_parent", ""),
            told.get("comment_date_gmt", ""),
        )
        past = _past(
            told["comment_ID"].strip(),
            told["comment_content"],
            fields,
            rest=rest,
            known=known,
            notes=source.notes,
        )
        if past is not None:
            yield past
