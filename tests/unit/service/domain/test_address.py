"""Of an IP address the network and a pseudonym are kept, never the address."""

import pytest

from service.domain import tokens
from service.domain.address import kept, kept_network, network_of, shown
from service.domain.query import read_query

KEY, OTHER = b"k" * 32, b"o" * 32
PLACES = (
    ("203.0.113.9", "203.0.113.0", "203.0.113.0/24"),
    (" 203.0.113.9 ", "203.0.113.0", "203.0.113.0/24"),
    ("::ffff:203.0.113.9", "203.0.113.0", "203.0.113.0/24"),
    ("2001:db8:1:2::9", "2001:db8:1::", "2001:db8:1::/48"),
)


@pytest.mark.parametrize(("address", "network", "told"), PLACES)
def test_the_network_is_kept_and_a_pseudonym(address, network, told):
    found = kept(address, KEY)
    assert kept_network(found) == network == network_of(address)
    assert address.strip() not in found
    assert shown(found) == f"{told} ~{found.partition('~')[2]}"
    assert kept(address, b"") == network
    assert shown(network) == told


def test_the_same_address_has_one_pseudonym_and_a_neighbour_another():
    assert kept("203.0.113.9", KEY) == kept("::ffff:203.0.113.9", KEY)
    assert kept("203.0.113.9", KEY) != kept("203.0.113.10", KEY)


def test_without_the_key_nobody_can_tell_which_address_it_was():
    """All 256 of the network tried with another key: none gives what is kept."""
    found = kept("203.0.113.9", KEY)
    assert found not in {kept(f"203.0.113.{last}", OTHER) for last in range(256)}
    # The twin: who has the key finds it at once.
    assert found in {kept(f"203.0.113.{last}", KEY) for last in range(256)}


@pytest.mark.parametrize("text", ["", "unknown", "203.0.113", "203.0.113.0~abc", "1" * 500])
def test_what_is_no_address_is_not_kept(text):
    assert kept(text, KEY) == network_of(text) == ""


def test_a_comment_is_found_by_network_and_by_pseudonym():
    words = tokens.ip_words(kept("203.0.113.9", KEY))
    pseudonym = tokens.coded(tokens.IP, kept("203.0.113.9", KEY))
    assert pseudonym in words
    for asked in ("203.0.113", "203.0.113.0", "203.0.113.9"):
        (term,) = read_query(f"ip:{asked}").terms
        assert set(term.words) <= set(words)
