"""Akismet's spelling, read side: pairs of text -> key, Arrival. Pure.

Only what is named here is ever read; passwords, cookies, nonces and authorisation headers do
arrive, and are dropped with everything else (WORDPRESS.md, fact 13).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from models.comment import Comment
from service.akismet.form import Firsts, Pairs, every, first, has
from service.domain.submission import Arrival
from service.errors import MissingField

# `key` beats `api_key` here: while a key is replaced WordPress sends the old one as api_key (§1.1).
_KEY_FIRST: Final = frozenset(
    {
        "verify-key",
        "get-subscription",
        "get-stats",
        "get-key-stats",
        "deactivate",
    },
)
_HOST_KEY: Final = re.compile(r"[0-9A-Za-z-]{12}")
# Form signals of WordPress worth keeping; their values are times and counts, never text.
_SIGNALS: Final = frozenset(
    {
        "ak_js",
        "ak_bib",
        "ak_bfs",
        "ak_bkpc",
        "ak_bkp",
        "ak_bmc",
        "ak_bmcc",
        "ak_bmk",
        "ak_bck",
        "ak_bmmc",
        "ak_btmc",
        "ak_bsc",
        "ak_bte",
        "ak_btec",
        "ak_bmm",
        "ak_bcc",
        "ak_bibmac",
    },
)
_HONEYPOTS: Final = (
    "hidden_honeypot_field",
    "honeypot_field_value",
    "akismet_api_honeypot_field",
    "POST_ak_hp_textarea",
)
_NO: Final = frozenset({"", "0", "false", "no", "off"})
# Plugins since 5.5 hold a comment when told to; 5.0.2 publishes it (captures, recheck_after).
_HOLDS_SINCE: Final = (5, 5)
_PLUGIN: Final = re.compile(r"^WordPress/\S+ \| Akismet/(\d+)\.(\d+)")
# What the plugin can hold; forms it delivers on `false` (WORDPRESS.md, Contact Form 7).
_HOLDABLE: Final = frozenset({"comment", "reply", "pingback", "trackback", "review"})
# Bounds of what is kept of one field, in characters; text is bounded by the body.
_MOST_SHORT: Final = 1000
_MOST_ADDRESS: Final = 2000
_MOST_ITEMS: Final = 50


def read_key(endpoint: str, pairs: Pairs, host: str) -> str:
    """The key of a call, "" when there is none, by the order of precedence of §1.1."""
    names = ("key", "api_key") if endpoint in _KEY_FIRST else ("api_key", "key")
    named = first(pairs, *names).strip()
    return named or key_in_host(host)


def key_in_host(host: str) -> str:
    """The key in `KEY.any.domain[:port]`, or "" when the host's first label can't be one."""
    label, dot, rest = host.strip().partition(".")
    return label.lower() if dot and rest and _HOST_KEY.fullmatch(label) else ""


def read_blog(pairs: Pairs) -> str:
    """The blog address a call names, or ""."""
    return first(pairs, "blog")[:_MOST_ADDRESS].strip()


def require_comment_fields(pairs: Pairs) -> None:
    """Raise MissingField as the real service does: user_ip first, then blog (§3.2)."""
    for field in ("user_ip", "blog"):
        if not first(pairs, field).strip():
            raise MissingField(field)


def read_arrival(pairs: Pairs, client: str, *, key_id: int = 0) -> Arrival:
    """The Arrival of a comment-check or report from the calling program *client*."""
    named = Firsts(pairs)
    comment = _read_comment(pairs, named, is_slashed=_is_slashed(pairs, named, client))
    return Arrival(
        comment=comment,
        blog=comment.blog,
        client=client[:300],
        is_test=read_yes(named("is_test")),
        wants_discard=read_yes(named("test_discard")),
        is_precheck=read_yes(named("akismet_pre_check")),
        can_hold=can_hold(client, comment.comment_type),
        recheck_reason=named("recheck_reason")[:100],
        callback=named("callback")[:_MOST_ADDRESS],
        guid=named("guid")[:64],
        client_ref=named("comment_ID")[:100],
        reporter=named("reporter")[:200],
        said=named("comment_check_response")[:10],
        key_id=key_id,
    )


def asks_again(client: str) -> bool:
    """Whether *client* asks up to three times when it hears nothing, each time the same."""
    return _PLUGIN.match(client) is not None


def can_hold(client: str, comment_type: str) -> bool:
    """Whether *client* keeps such a comment off its page when told to wait for us."""
    plugin = _PLUGIN.match(client)
    if not plugin or comment_type not in _HOLDABLE:
        return False
    return (int(plugin[1]), int(plugin[2])) >= _HOLDS_SINCE


def _read_comment(pairs: Pairs, named: Firsts, *, is_slashed: bool) -> Comment:
    """The Comment in *pairs*. *is_slashed*: WordPress escaped its quotes once more."""

    def text(*names: str, most: int | None = _MOST_SHORT) -> str:
        value = named(*names)[:most]
        return unslash(value) if is_slashed else value

    return Comment(
        text=text("comment_content", most=None),
        author=text("comment_author"),
        author_email=text("comment_author_email"),
        author_url=text("comment_author_url", most=_MOST_ADDRESS),
        user_ip=text("user_ip", "comment_author_IP", most=100).strip(),
        user_agent=text("user_agent", "comment_agent"),
        referrer=text("referrer", most=_MOST_ADDRESS),
        permalink=text("permalink", most=_MOST_ADDRESS),
        comment_type=text("comment_type", "content_type", most=100).strip() or "comment",
        written_at=read_time(named("comment_date_gmt")),
        post_modified_at=read_time(named("comment_post_modified_gmt")),
        blog=read_blog(pairs),
        blog_lang=_listed(every(pairs, "blog_lang")),
        user_role=_listed(every(pairs, "user_role")),
        context=tuple([v[:200] for v in every(pairs, "comment_context", "comment_tags")])[
            :_MOST_ITEMS
        ],
        parent=text("comment_parent", most=100) if named("comment_parent") != "0" else "",
        behaviour=_read_behaviour(pairs, named),
    )


def _listed(values: list[str]) -> tuple[str, ...]:
    """Comma-separated values as a list: `en, fr_ca` and `administrator,editor`."""
    items = (item.strip()[:100] for value in values for item in value.split(","))
    return tuple(item for item in items if item)[:_MOST_ITEMS]


def _read_behaviour(pairs: Pairs, named: Firsts) -> tuple[tuple[str, str], ...]:
    signals: dict[str, str] = {}
    for name, value in pairs:
        signal = name.removeprefix("POST_")
        if signal != name and signal in _SIGNALS and value:
            signals.setdefault(signal, value[:500])
    nonce = named("akismet_comment_nonce")
    if nonce in {"passed", "failed", "inactive"}:
        signals["nonce"] = nonce
    own = named("honeypot_field_name")
    if named(*_HONEYPOTS, own).strip():
        signals["honeypot"] = "filled"
    return tuple(sorted(signals.items()))


def read_yes(text: str) -> bool:
    """A yes in any spelling; `0`, `false`, `False` and nothing at all are a no (§3.1, is_test)."""
    return text.strip().lower() not in _NO


_NAIVE: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_MOST_SECONDS: Final = 253_402_300_799  # the last second of the year 9999


def read_time(text: str) -> dt.datetime | None:
    """A time in any of the six spellings on the wire, in UTC; None for anything else."""
    text = text.strip()[:40]
    if text.isascii() and text.isdigit() and len(text) > 8:  # noqa: PLR2004 - 20261124 is a day
        seconds = int(text)
        return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds <= _MOST_SECONDS else None
    try:
        moment = dt.datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        # WordPress writes a draft's missing date as year 0; near the ends UTC may not exist.
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


_SLASHED: Final = re.compile(r"\\(['\"\\0])")
_BARE_QUOTE: Final = re.compile(r"(?<!\\)['\"]")


def unslash(text: str) -> str:
    r"""*text* with PHP's `addslashes` taken back: `It\'s` -> `It's`."""
    return _SLASHED.sub(lambda match: "\0" if match[1] == "0" else match[1], text)


def _is_slashed(pairs: Pairs, named: Firsts, client: str) -> bool:
    """Whether WordPress escaped these values: checks from its forms, and nothing else (fact 11).

    Rechecks, reports and REST comments arrive plain. A bare quote anywhere proves that nothing
    was escaped.
    """
    if "| Akismet/" not in client or has(pairs, "recheck_reason") or has(pairs, "reporter"):
        return False
    values = [named("comment_content"), named("comment_author")]
    return not any(_BARE_QUOTE.search(value) for value in values)
