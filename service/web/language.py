"""In which language a page speaks: the person's choice, else what the browser asks for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import flask
from babel.dates import format_skeleton
from flask_babel import Babel, get_locale, get_translations
from flask_babel.speaklater import LazyString

# Each with its own name, as people look for it.
LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
DEFAULT: Final = "en"
PLACE: Final = Path(__file__).parent.parent / "moderation" / "translations"


def said(text: str) -> str:
    """*text* in the language of whoever reads it, looked up when it is read; English elsewhere.

    Behaves as a str but for JSON, which wants `str()` around it.
    """
    lazy: str = LazyString(_say, text)
    return lazy


def _say(text: str) -> str:
    if not flask.has_app_context():
        return text
    told: str = _translations().ugettext(text)
    return told


def choose() -> str:
    """The language of this request's answer. Free."""
    person = flask.g.get("moderator")
    chosen = str(getattr(person, "language", ""))
    if chosen in LANGUAGES:
        return chosen
    if not flask.has_request_context():
        return DEFAULT
    asked = flask.request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return flask.request.accept_languages.best_match(LANGUAGES, DEFAULT) or DEFAULT


def tell_time(at: dt.datetime) -> str:
    """*at* as the reader's language writes it, to the minute, in UTC."""
    return f"{tell_day(at)}, {_shaped('Hm', at)}"


def tell_day(at: dt.datetime) -> str:
    """The day of *at*, in UTC, as the reader's language writes it."""
    return _shaped("yMMMd", at)


def _shaped(shape: str, at: dt.datetime) -> str:
    told: str = format_skeleton(shape, at.astimezone(dt.UTC), locale=get_locale() or DEFAULT)
    return told


def _translations() -> Any:  # noqa: ANN401 - Babel's or gettext's
    """Those of this request, looked for once: who asks is known before the first word is said."""
    found = flask.g.get("translations")
    if found is None:
        found = flask.g.translations = get_translations()
    return found


def speak(app: flask.Flask) -> None:
    """Let *app*'s templates and words be translated; all times are told in UTC."""
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone="UTC",
        default_translation_directories=str(PLACE),
        locale_selector=choose,
    )

    # Babel looks for the request's translations at every word; a page has hundreds of words.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _translations().ugettext(text),
        ngettext=lambda one, many, count: _translations().ungettext(one, many, count),
        newstyle=True,
    )
    app.add_template_filter(tell_time, "moment")
    app.add_template_filter(tell_day, "day")

    @app.context_processor
    def _spoken() -> dict[str, str]:
        locale = get_locale()
        return {
            "language": str(locale).replace("_", "-"),
            "direction": locale.text_direction if locale else "ltr",
        }
