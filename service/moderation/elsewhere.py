"""Signing in by an OpenID provider: there, and back again."""

from __future__ import annotations

import logging
from typing import Any, Final

import flask
from flask.typing import ResponseReturnValue
from requests import RequestException

from service import errors as e
from service.domain.moderator import Role
from service.moderation import desk_words
from service.moderation.blueprint import SEE_OTHER, moderation
from service.moderation.signing_in import origin
from service.settings import Settings
from service.web.auth import here_address, remember, signed_in, who_asks
from service.web.health import runtime
from service.workflows.sign_in_elsewhere import (
    Vouched,
    connect_identity,
    forget_identities,
    sign_in_elsewhere,
)

_log = logging.getLogger(__name__)
_NAME: Final = "chaffinch-oidc"
_TIMEOUT_S: Final = 10


def offer_openid(app: flask.Flask, settings: Settings) -> None:
    """Let people sign in by the provider of *settings*, if one is set. Asks nobody yet."""
    if not settings.oidc_issuer:
        return
    from authlib.integrations.flask_client import OAuth  # noqa: PLC0415 - 16 MB, for few

    oauth = OAuth(app)
    oauth.register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.reveal(),
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "timeout": _TIMEOUT_S,
        },
    )
    app.extensions[_NAME] = oauth


def _refusals(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What is raised when the other server refuses, or does not answer; and *more*."""
    from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 - see above

    return OAuthError, RequestException, *more


def _provider() -> Any:  # noqa: ANN401 - Authlib has no types
    oauth = flask.current_app.extensions.get(_NAME)
    if oauth is None:
        raise e.NotFound
    return oauth.provider


@moderation.get("/sign-in/elsewhere", endpoint="elsewhere")
def elsewhere() -> ResponseReturnValue:
    """To the provider, with a state and a nonce that only this browser knows."""
    place = here_address() + flask.url_for("moderation.elsewhere_back")
    try:
        answer: ResponseReturnValue = _provider().authorize_redirect(place)
    except _refusals() as error:
        _log.warning("the OpenID provider does not answer: %s", type(error).__name__)
        return _refused("The other server does not answer.", 503)
    return answer


@moderation.get("/sign-in/elsewhere/back", endpoint="elsewhere_back")
def elsewhere_back() -> ResponseReturnValue:
    """Back from the provider: sign in, or connect it to who is signed in already."""
    here = runtime()
    try:
        # Checks state, code, nonce, signature, issuer, audience and time.
        token = _provider().authorize_access_token()
    except _refusals(ValueError) as error:
        _log.warning("the OpenID provider's answer was refused: %s", type(error).__name__)
        return _refused("The other server did not vouch for you.", 401)
    claims = token.get("userinfo") or {}
    who = Vouched(
        issuer=here.settings.oidc_issuer.rstrip("/"),
        subject=str(claims.get("sub", "")),
        name=str(claims.get("preferred_username", "")),
        email=str(claims.get("email", "")) if claims.get("email_verified") else "",
    )
    if not who.subject:
        return _refused("The other server did not vouch for you.", 401)
    try:
        person = who_asks()
    except e.NotSignedIn:
        return _sign_in(who)
    try:
        connect_identity(person, who, store=here.store, now=here.clock())
    except e.Conflict:
        return _refused("Somebody else is connected to this sign-in.", 409)
    flask.flash(str(desk_words.CONNECTED))
    return flask.redirect(flask.url_for("moderation.profile"), SEE_OTHER)


@moderation.post("/profile/identity/forget", endpoint="identity_forget")
def identity_forget() -> ResponseReturnValue:
    """No provider signs in as this person any more."""
    here = runtime()
    forget_identities(signed_in(), store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.profile"), SEE_OTHER)


def _sign_in(who: Vouched) -> ResponseReturnValue:
    here, comes = runtime(), origin()
    role = here.settings.oidc_role
    try:
        _, token = sign_in_elsewhere(
            who,
            new_role=Role(role) if role else None,
            agent=comes.agent,
            address=comes.address,
            store=here.store,
            now=here.clock(),
        )
    except e.BadCredentials as error:
        return _refused(str(error), 401)
    remember(token)
    return flask.redirect(flask.url_for("moderation.queue"), SEE_OTHER)


def _refused(sentence: str, status: int) -> ResponseReturnValue:
    other = runtime().settings.oidc_name
    return flask.render_template("sign_in.html", other=other, refusal=sentence), status
