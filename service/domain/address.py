"""A commenter's IP address as it is kept: the network it lies in, and a pseudonym.

    203.0.113.9  ->  203.0.113.0~1f0c9a7be2

The network (a /24, of IPv6 a /48) is what rules and a Site's memory look at. The pseudonym says
that two comments came from the same address, as long as both were made with the same key; when the
key is destroyed nobody can say any more which address it was, not even who has the secret.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from service.domain.keyed import keyed_hash

MARK: Final = "~"
_V4, _V6 = 24, 48
_DIGITS: Final = 10
_LONGEST: Final = 60
_PSEUDONYM: Final = re.compile(
    rf"(?P<network>[0-9a-f.:]+)(?:/\d+)? *{MARK}(?P<told>[0-9a-f]{{10}})"
)


def network_of(address: str) -> str:
    """The /24 or /48 that *address* lies in, as its first address; "" when it is none."""
    found = _read(address)
    return "" if found is None else _network(found)


def kept(address: str, key: bytes) -> str:
    """*address* as it is stored; without a *key* only its network. "" when it is no address."""
    found = _read(address)
    if found is None:
        return ""
    network = _network(found)
    if not key:
        return network
    told = keyed_hash(key, str(found).encode())[:_DIGITS]
    return f"{network}{MARK}{told}"


def kept_again(text: str, key: bytes) -> str:
    """*text* as it is stored, whether it came whole or as it is kept: that stays as it is."""
    network = kept_network(text)
    is_kept = network == network_of(network) and (MARK not in text or _PSEUDONYM.fullmatch(text))
    return text if is_kept else kept(text, key)


def spellings(text: str, key: bytes) -> frozenset[str]:
    """Every form in which the address that *text* means may be kept; none when it means none.

    An address: its pseudonym by *key*, and the whole as earlier versions kept it. A pseudonym, as
    it is kept or `shown`: that one, whatever key it was made with.
    """
    named = _PSEUDONYM.fullmatch(text.strip())
    if named:
        network = network_of(named["network"])
        return frozenset({f"{network}{MARK}{named['told']}"} if network else ())
    found = _read(text)
    if found is None:
        return frozenset()
    return frozenset({kept(text, key), str(found), text.strip()} - {network_of(text)})


def kept_network(text: str) -> str:
    """The network of an address as it is kept (or the address as it came)."""
    return text.partition(MARK)[0]


def given_out(text: str) -> str:
    """Of an address, whole or as it is kept, what may leave or enter: its network, or ""."""
    return network_of(kept_network(text))


def shown(text: str) -> str:
    """An address as it is kept, for people: `203.0.113.0/24 ~1f0c9a7be2`."""
    network, mark, pseudonym = text.partition(MARK)
    found = _read(network)
    if found is None or network_of(network) != str(found):
        return text
    bits = _V4 if found.version == 4 else _V6  # noqa: PLR2004 - IPv4
    return f"{network}/{bits}" + (f" {mark}{pseudonym}" if mark else "")


def _network(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    off = found.max_prefixlen - (_V4 if found.version == 4 else _V6)  # noqa: PLR2004 - IPv4
    return str(type(found)(int(found) >> off << off))


def _read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.strip()[:_LONGEST])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found
