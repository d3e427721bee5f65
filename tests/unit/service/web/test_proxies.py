"""Whose word on the caller's address counts: that of as many proxies as were told us, no other."""

import dataclasses

import flask
import pytest

from service.app import create_app

PROXY = "192.0.2.7"
FORGED = "127.0.0.1"
# Trusted proxies, the X-Forwarded-For that arrives, who is taken to call.
CHAINS = {
    "nobody is trusted, nothing is said": (0, None, PROXY),
    "nobody is trusted, so nobody is believed": (0, "198.51.100.1", PROXY),
    "one proxy says who calls": (1, "198.51.100.1", "198.51.100.1"),
    "what the caller forged stands before it": (1, f"{FORGED}, 198.51.100.1", "198.51.100.1"),
    "many forged ones": (1, ", ".join([FORGED] * 50 + ["198.51.100.1"]), "198.51.100.1"),
    "two proxies": (2, "198.51.100.1, 192.0.2.8", "198.51.100.1"),
    "two proxies and a forged one": (2, f"{FORGED}, 198.51.100.1, 192.0.2.8", "198.51.100.1"),
    "a way round the first of two proxies": (2, "192.0.2.8", PROXY),
    "without spaces": (1, f"{FORGED},198.51.100.1", "198.51.100.1"),
    "a sixth version": (1, f"{FORGED}, 2001:db8::9", "2001:db8::9"),
    "an empty header": (1, "", PROXY),
}
# Not X_Forwarded_For: WSGI has one name for both. The proxy drops it: nginx does by itself,
# `deploy/README.md` says so of others.
OTHER_SPELLINGS = (
    "Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "X-Cluster-Client-IP",
    "X-Original-Forwarded-For",
    "X-Forwarded",
    "Forwarded-For",
    "X-Remote-Addr",
    "Remote-Addr",
    "Client-IP",
    "Via",
)


@pytest.fixture
def called(runtime):
    """Who is taken to call, by a server behind so many trusted proxies."""

    def ask(hops, headers):
        settings = dataclasses.replace(runtime.settings, trusted_proxies=hops)
        app = create_app(dataclasses.replace(runtime, settings=settings))
        app.add_url_rule("/who", view_func=lambda: str(flask.request.remote_addr))
        # Nothing here asks for a host name: a forged one is not looked at.
        return app.test_client().get("/who", headers=headers, environ_base={"REMOTE_ADDR": PROXY})

    return ask


@pytest.mark.parametrize("name", CHAINS)
def test_only_so_many_proxies_are_believed_as_were_told_us(called, name):
    hops, said, expected = CHAINS[name]
    headers = {} if said is None else {"X-Forwarded-For": said}
    assert called(hops, headers).text == expected


@pytest.mark.parametrize("spelling", OTHER_SPELLINGS)
@pytest.mark.parametrize("hops", [0, 1, 2])
def test_no_other_spelling_is_believed(called, hops, spelling):
    for said in (FORGED, f"for={FORGED}", f'for="{FORGED}";proto=https'):
        assert called(hops, {spelling: said}).text == PROXY
    beside = {"X-Forwarded-For": "198.51.100.1, 192.0.2.8", spelling: FORGED}
    assert FORGED not in called(hops, beside).text


def test_trusting_one_proxy_too_many_believes_the_caller(called):
    # The twin: why the number must be right.
    assert called(2, {"X-Forwarded-For": f"{FORGED}, 198.51.100.1"}).text == FORGED
