"""Small pieces of HTML that lists show by the hundred, as filters and globals of the templates.

A macro does the same for several times the CPU, and a page of fifty rows asked for six hundred of
them. A macro also ties all that a page was given into a circle that only the collector takes apart:
one page in twelve paid for that. What comes from outside is escaped here, piece by piece; the rest
is ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import flask
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from service.moderation import words
from service.moderation.blueprint import moderation
from service.moderation.segments import Host, Segment
from service.moderation.views import Reason, Row

_DRAWN: Final = {
    "ham": '<circle cx="8" cy="8" r="7"/><path class="cut" d="M4.5 8.3 7 10.8l4.6-5.2"/>',
    "unsure": '<path d="M8 .8 15.2 8 8 15.2.8 8z"/>',
    "spam": '<path d="M8 1.2 15.6 15H.4z"/>',
    "blatant": '<path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z"/>'
    '<path class="cut" d="M8 4v5M8 11.4v.4"/>',
    "removed": '<rect x="1.2" y="1.2" width="13.6" height="13.6" rx="3"/>'
    '<path class="cut" d="m5 5 6 6m0-6-6 6"/>',
    "undo": '<path class="line" d="M5.5 2.5 2 6l3.5 3.5M2.2 6H9.5a4 4 0 0 1 0 8H6"/>',
    "reported": '<path class="line" d="M3 15V2"/><path d="M3 2h10l-2.4 3.5L13 9H3z"/>',
    "arrived": '<path class="line" d="M8 1.5v7M4.8 5.6 8 8.8l3.2-3.2M1.5 9.5v4h13v-4"/>',
    "told": '<path class="line" d="M2 8h11M9 4l4 4-4 4"/>',
    "note": '<path class="line" d="M2 3h12v8H7l-3 3v-3H2z"/>',
    "claim": '<path class="line" d="M4 7V5a4 4 0 0 1 8 0v2M3 7h10v7H3z"/>',
    "recheck": '<path class="line" d="M13.5 8a5.5 5.5 0 1 1-1.7-4M14 1v3.4h-3.4"/>',
    "sent": '<path class="line" d="M1.5 7.6 14.5 2l-4.3 12.4-2.6-5.6zM7.6 8.8l3-3"/>',
    "release": '<path class="line" d="M4 7V5a4 4 0 0 1 8 0v2M3 7h10v7H3z"/>',
}
_NOTHING: Final = Markup("")
_NO_KEY: Final = "\N{EN DASH}"
_DASHED: Final = '<circle class="line" cx="8" cy="8" r="6.4" stroke-dasharray="3 2.2"/>'


@moderation.app_template_filter("shape")
@lru_cache(maxsize=100)
def shape(name: str) -> Markup:
    """The drawing that stands for an outcome or an act, without colour."""
    drawn = _DRAWN.get(name, _DASHED)
    return Markup(  # noqa: S704 - the name is escaped, the rest ours
        f'<svg class="shape {escape(name)}" viewBox="0 0 16 16" width="16" height="16"'
        f' aria-hidden="true" focusable="false">{drawn}</svg>'
    )


@moderation.app_template_filter("bar")
def bar(size: int, kind: str) -> Markup:
    """A gauge filled to *size* percent."""
    return Markup(  # noqa: S704 - the same
        f'<svg class="gauge {escape(kind)}" height="8" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100%" height="8" rx="4"/>'
        f'<rect class="fill" width="{escape(size)}%" height="8" rx="4"/></svg>'
    )


@moderation.app_template_filter("score")
def score(row: Row) -> Markup:
    """What the machine said of *row*: shape, percent, gauge, word."""
    return _score(row.band.shape, str(row.band.word), row.percent, row.fill)


@lru_cache(maxsize=1_000)
def _score(kind: str, word: str, percent: str | None, fill: int) -> Markup:
    number = gauge = ""
    if percent is not None:
        number = f'<b>{escape(percent)}<span class="unit"> %</span></b>'
        gauge = bar(fill, kind)
    return Markup(  # noqa: S704 - the same
        f'\n<div class="score {escape(kind)}">\n<p class="percent">{shape(kind)}{number}</p>\n'
        f'{gauge}\n<p class="word">{escape(word)}</p>\n</div>\n'
    )


@moderation.app_template_filter("pieces")
def pieces(segments: Iterable[Segment], marked: bool = True) -> Markup:  # noqa: FBT001, FBT002 - a filter's
    """A comment's text with what is *marked* in it; invisible letters always are."""
    return Markup("").join([_piece(one, marked=marked) for one in segments])


def _piece(one: Segment, *, marked: bool) -> Markup:
    text = escape(one.text)
    if one.kind in {"odd", "none"}:
        title = f' title="{escape(one.title)}"' if one.title else ""
        return Markup(f'<span class="{escape(one.kind)}"{title}>{text}</span>')  # noqa: S704 - the same
    if one.kind and marked:
        opening = f'<mark class="{escape(one.kind)}" title="{escape(one.title)}">'
        return Markup(f"{opening}{text}</mark>")  # noqa: S704 - the same
    return text


@moderation.app_template_filter("host")
def host(one: Host) -> Markup:
    """Where a link truly leads, with a warning when its letters deceive."""
    warned = f' deceives" title="{escape(str(words.DECEIVES))}"' if one.deceives else '"'
    return Markup(f'<span class="host{warned}>⟦<bdi>{escape(one.text)}</bdi>⟧</span>')  # noqa: S704 - the same


@moderation.app_template_filter("chip")
def chip(reason: Reason) -> Markup:
    """One reason of the machine, and which way it argues."""
    is_spam = reason.argues == "spam"
    said, arrow = (words.FOR_SPAM, "▲") if is_spam else (words.FOR_HAM, "▼")
    value = f" <q>{escape(reason.value)}</q>" if reason.value else ""
    return Markup(  # noqa: S704 - the same
        f'<li class="chip {escape(reason.argues)}"><span class="unseen">{escape(str(said))} </span>'
        f'<span aria-hidden="true">{arrow}</span> {escape(reason.name)}{value}'
        f" <b>{escape(reason.weight)}</b></li>"
    )


@moderation.app_template_filter("at")
def at(text: str, moment: dt.datetime) -> Markup:
    """*text* about *moment*, with the exact time for who asks."""
    exact = moment.strftime("%Y-%m-%d %H:%M:%S")
    opening = f'<time datetime="{escape(moment.isoformat())}" title="{exact} UTC">'
    return Markup(f"{opening}{escape(text)}</time>")  # noqa: S704 - the same


@moderation.app_template_filter("key")
def key(letter: str) -> Markup:
    """A key as people see it on their keyboard; a dash for one that was taken away."""
    return Markup(f"<kbd>{escape(letter or _NO_KEY)}</kbd>")  # noqa: S704 - the same


@moderation.app_template_global("form_token")
def form_token() -> Markup:
    """The hidden field without which no form of ours is taken."""
    return Markup(f'<input type="hidden" name="csrf_token" value="{escape(generate_csrf())}">')  # noqa: S704 - the same


@moderation.app_template_global("buttons")
def buttons(row: Row, back: str, beside: Markup = _NOTHING) -> Markup:
    """The form that decides *row*, with what else stands in it; *back* is where it leads."""
    before, after, three = _deciding()
    return Markup(  # noqa: S704 - the same
        f'<form class="acts" method="post" action="{before}{escape(row.guid)}{after}'
        f'<input type="hidden" name="seen" value="{escape(row.version)}">'
        f'<input type="hidden" name="back" value="{escape(back)}">\n'
        f"{escape(beside)}\n{three}</form>"
    )


def _deciding() -> tuple[str, str, str]:
    """What is the same in every row's form, worked out once for a page."""
    if "deciding" not in flask.g:
        place = escape(flask.url_for("moderation.decide", guid="GUID"))
        before, after = str(place).split("GUID", 1)
        three = "".join(
            f'<button name="act" value="{act}" class="{act}" title="{escape(title)}">'
            f"{shape(drawn)} {escape(word)} <kbd>{key}</kbd></button>"
            for act, drawn, key, word, title in (
                ("approve", "ham", "a", gettext("Approve"), gettext("A good comment. Teaches.")),
                ("spam", "spam", "s", gettext("Spam"), gettext("Spam. Teaches.")),
                (
                    "remove",
                    "removed",
                    "d",
                    gettext("Remove"),
                    gettext("Off the page, but not spam. Does not teach."),
                ),
            )
        )
        group = f'<div class="three" role="group" aria-label="{escape(gettext("Decide"))}">'
        flask.g.deciding = before, f'{after}">\n{form_token()}', f"{group}\n{three}\n</div>\n"
    found: tuple[str, str, str] = flask.g.deciding
    return found
