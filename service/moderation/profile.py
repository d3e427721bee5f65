"""My profile: language, look, keys, mail, password, sessions, second factor."""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

import flask
import segno
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from service import errors as e
from service.domain.accuracy import MOST_MADE, telling_share
from service.domain.factor import factor_uri
from service.domain.preferences import KEYS, read_export, write_export
from service.moderation import desk_forms, desk_words
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.web.auth import own_token, signed_in
from service.web.health import runtime
from service.web.language import LANGUAGES
from service.workflows import keep_profile

_MOST_FILE: Final = 10_000


@moderation.get("/profile", endpoint="profile")
def profile_page(refusal: str = "", place: str = "") -> ResponseReturnValue:
    """Everything a person sets for themselves; *refusal* stands at the form it belongs to."""
    here, person = runtime(), signed_in()
    found = keep_profile.get_profile(
        person,
        own_token(),
        idle=dt.timedelta(minutes=here.settings.session_idle_minutes),
        lifetime=dt.timedelta(hours=here.settings.session_hours),
        store=here.store,
        now=here.clock(),
    )
    chosen = person.preferences
    shown = page(
        "profile.html",
        listing="profile",
        found=found,
        person=person,
        languages=LANGUAGES,
        chosen=chosen,
        themes=[(one.value, word) for one, word in desk_words.THEMES.items()],
        shortcuts=[(one.value, word) for one, word in desk_words.SHORTCUTS.items()],
        digests=[(one.value, word) for one, word in desk_words.DIGESTS.items()],
        switches=[(one.value, word) for one, word in desk_words.SWITCHES.items()],
        own_keys=[(name, desk_words.KEY_NAMES[name], key) for name, key in _keys().items()],
        role=desk_words.ROLES[person.role],
        can_mail=bool(here.settings.smtp_host),
        other=here.settings.oidc_name if here.settings.oidc_issuer else "",
        refusal=refusal,
        refused=place,
        hours=range(24),
        made=_counted(found.accuracy.made),
        overruled=telling_share(found.accuracy.overruled, found.accuracy.looked_at),
        agreed=telling_share(found.accuracy.agreed, found.accuracy.sampled),
    )
    return shown, 400 if refusal else 200


def _counted(count: int) -> str:
    return f"{count:,}{'+' if count >= MOST_MADE else ''}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _keys() -> dict[str, str]:
    return KEYS | dict(signed_in().preferences.keys)


def _saved(sentence: str, anchor: str = "") -> ResponseReturnValue:
    flask.flash(str(sentence))
    place = flask.url_for("moderation.profile", _anchor=anchor or None)
    return flask.redirect(place, SEE_OTHER)


@moderation.post("/profile/choices", endpoint="profile_choices")
def profile_choices() -> ResponseReturnValue:
    """Language, look, mail."""
    here, person, form = runtime(), signed_in(), flask.request.form
    try:
        choices = desk_forms.read_choices(form, person.preferences)
        if "email" in form:
            keep_profile.set_own_email(person, form["email"], store=here.store, now=here.clock())
        keep_profile.set_choices(person, choices, store=here.store, now=here.clock())
    except e.InvalidField as error:
        return profile_page(str(error), "choices")
    return _saved(desk_words.SAVED)


@moderation.post("/profile/keys", endpoint="profile_keys")
def profile_keys() -> ResponseReturnValue:
    """Keys off, on, or one's own."""
    here, person = runtime(), signed_in()
    try:
        choices = desk_forms.read_own_keys(flask.request.form, person.preferences)
        keep_profile.set_choices(person, choices, store=here.store, now=here.clock())
    except e.InvalidField as error:
        return profile_page(str(error), "keys")
    return _saved(desk_words.SAVED, "own-keys")


@moderation.get("/profile/keys.json", endpoint="keys_export")
def keys_export() -> ResponseReturnValue:
    """One's own keys as a file."""
    text = json.dumps(write_export(signed_in().preferences), indent=2, ensure_ascii=False)
    headers = {"Content-Disposition": 'attachment; filename="chaffinch-keys.json"'}
    return flask.Response(text + "\n", mimetype="application/json", headers=headers)


@moderation.post("/profile/keys/import", endpoint="keys_import")
def keys_import() -> ResponseReturnValue:
    """Keys from such a file."""
    here, person = runtime(), signed_in()
    sent = flask.request.files.get("file")
    raw = sent.read(_MOST_FILE) if sent else b""
    try:
        keys = read_export(json.loads(raw.decode("utf-8", "replace")))
        form = {"shortcuts": "own"} | {f"key-{name}": key for name, key in keys}
        choices = desk_forms.read_own_keys(form, person.preferences)
        keep_profile.set_choices(person, choices, store=here.store, now=here.clock())
    except json.JSONDecodeError:
        return profile_page("This is not a file of keys from Chaffinch.", "keys")
    except e.InvalidField as error:
        return profile_page(str(error), "keys")
    return _saved(desk_words.SAVED, "own-keys")


@moderation.post("/profile/password", endpoint="profile_password")
def profile_password() -> ResponseReturnValue:
    """A new password; every other session ends. Tries are limited like sign-ins."""
    here, person, form = runtime(), signed_in(), flask.request.form
    new = form.get("new", "")
    try:
        _count_try()
        if new != form.get("again", ""):
            return profile_page("The two passwords are not the same.", "password")
        keep_profile.set_own_password(
            person, form.get("old", ""), new, token=own_token(), store=here.store, now=here.clock()
        )
    except (e.BadCredentials, e.InvalidField, e.TooManyRequests) as error:
        return profile_page(str(error), "password")
    return _saved(desk_words.PASSWORD_SET)


@moderation.post("/profile/sessions/end", endpoint="sessions_end")
def sessions_end() -> ResponseReturnValue:
    """End one other session, or every other."""
    here = runtime()
    ended = keep_profile.end_sessions(
        signed_in(),
        mark=flask.request.form.get("mark", "")[:64],
        token=own_token(),
        store=here.store,
        now=here.clock(),
    )
    return _saved(desk_words.SESSIONS_ENDED.format(count=ended), "sessions")


@moderation.post("/profile/factor", endpoint="factor_begin")
def factor_begin() -> ResponseReturnValue:
    """Begin a second factor: the square to scan."""
    here, form = runtime(), flask.request.form
    try:
        _count_try()
        keep_profile.begin_factor(
            signed_in(),
            form.get("password", ""),
            store=here.store,
            secret=here.secret,
        )
    except (e.BadCredentials, e.Conflict, e.TooManyRequests) as error:
        return profile_page(str(error), "factor")
    return flask.redirect(flask.url_for("moderation.factor"), SEE_OTHER)


@moderation.get("/profile/factor", endpoint="factor")
def factor_page(refusal: str = "") -> ResponseReturnValue:
    """The square to scan, and the form for its first code."""
    here, person = runtime(), signed_in()
    factor = keep_profile.find_begun_factor(person, store=here.store, secret=here.secret)
    if not factor:
        return flask.redirect(flask.url_for("moderation.profile"), SEE_OTHER)
    uri = factor_uri(factor, name=person.name, issuer="Chaffinch")
    square = segno.make(uri, error="m").svg_inline(scale=5, border=3, dark="#000", light="#fff")
    shown = page(
        "factor.html",
        listing="profile",
        # Drawn by the library from our own address: no text of others is in it.
        square=Markup(square),  # noqa: S704
        factor=" ".join(factor[i : i + 4] for i in range(0, len(factor), 4)),
        refusal=refusal,
    )
    return shown, 400 if refusal else 200


@moderation.post("/profile/factor/confirm", endpoint="factor_confirm")
def factor_confirm() -> ResponseReturnValue:
    """The first code; the recovery codes are shown once."""
    here = runtime()
    try:
        _count_try()
        codes = keep_profile.confirm_factor(
            signed_in(),
            flask.request.form.get("code", ""),
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except (e.InvalidField, e.TooManyRequests) as error:
        return factor_page(str(error))
    return page(
        "once.html",
        listing="profile",
        title=desk_words.CODES_TITLE,
        text=desk_words.CODES_TEXT,
        lines=codes,
        back=flask.url_for("moderation.profile"),
    )


@moderation.post("/profile/factor/end", endpoint="factor_end")
def factor_end() -> ResponseReturnValue:
    """A sign-in needs the password alone again."""
    here = runtime()
    try:
        _count_try()
        password = flask.request.form.get("password", "")
        keep_profile.end_factor(signed_in(), password, store=here.store, now=here.clock())
    except (e.BadCredentials, e.TooManyRequests) as error:
        return profile_page(str(error), "factor")
    return _saved(desk_words.SAVED, "factor")


def _count_try() -> None:
    """A stolen session must not be a way to guess the password."""
    runtime().sign_ins.count(f"own:{signed_in().moderator_id}")
