"""Matcher: the entries of one Site's lists, made ready to be asked about many Comments fast."""

from __future__ import annotations

import collections
import datetime as dt
import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any, Final

import re2

from models.comment import Comment
from models.scripts import script_of
from models.text import fold_seen, host_of, look
from service.domain.address import kept_network
from service.domain.entry import Effect, Entry, EntryKind, EntryStatus
from service.domain.site import same_address
from service.errors import InvalidField

# More of a text than any reader reads; a pattern costs the same for every byte of it.
_MOST_TEXT: Final = 32_768
# RE2 takes time in proportion to the text, whatever the pattern (THREATS 19); this bounds memory.
_MOST_MEMORY: Final = 4 << 20
_ORDER: Final = {effect: rank for rank, effect in enumerate(Effect)}


def compile_regex(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    """*pattern* as RE2 reads it, letter case aside. Raises InvalidField, with what is wrong."""
    options = re2.Options()
    options.log_errors, options.case_sensitive = False, False
    options.max_mem, options.never_nl = _MOST_MEMORY, False
    try:
        compiled = re2.compile(pattern, options=options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        why = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise InvalidField("pattern", f"This expression cannot be used: {why[:120]}.") from None
    if compiled.search("") is not None:
        raise InvalidField("pattern", "This expression matches everything.")
    return compiled


class Matcher:
    """Says which entries speak of a Comment. Made once for a list, asked for each Comment.

    Addresses, mails and domains are looked up, so their number costs nothing; each phrase and
    each expression costs a walk over the text (about 1 µs and 10 µs per kilobyte).
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._exact: dict[tuple[EntryKind, str], list[Entry]] = collections.defaultdict(list)
        self._nets: dict[tuple[int, int], dict[int, list[Entry]]] = {}
        self._phrases: list[Entry] = []
        self._regexes: list[tuple[Any, Entry]] = []
        self._kinds: set[EntryKind] = set()
        for entry in entries:
            self._kinds.add(entry.kind)
            if entry.kind is EntryKind.IP:
                self._add_net(entry)
            elif entry.kind is EntryKind.PHRASE:
                self._phrases.append(entry)
            elif entry.kind is EntryKind.REGEX:
                self._regexes.append((compile_regex(entry.pattern), entry))
            else:
                self._exact[entry.kind, entry.pattern].append(entry)

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def hits(self, comment: Comment, now: dt.datetime) -> list[Entry]:
        """Every entry that speaks of *comment* at this time, live ones and shadows, who wins first.

        A Site's own goes before one for all; then allow before hold before spam.
        """
        if not self._kinds:
            return []
        found = [entry for entry in self._each(comment) if entry.holds(now)]
        return sorted(found, key=lambda e: (e.site_id is None, _ORDER[e.effect], e.entry_id))

    def _add_net(self, entry: Entry) -> None:
        net = ipaddress.ip_network(entry.pattern)
        addresses = self._nets.setdefault((net.version, net.max_prefixlen - net.prefixlen), {})
        addresses.setdefault(int(net.network_address), []).append(entry)

    def _each(self, comment: Comment) -> Iterator[Entry]:
        if self._nets:
            yield from self._by_address(comment.user_ip)
        if EntryKind.EMAIL in self._kinds:
            yield from self._exact.get((EntryKind.EMAIL, comment.author_email.strip().lower()), ())
        if not self._kinds - {EntryKind.IP, EntryKind.EMAIL}:
            return
        seen = look(comment.text[:_MOST_TEXT])
        if EntryKind.DOMAIN in self._kinds:
            mail_host = comment.author_email.rpartition("@")[2].strip().lower()
            places = {host_of(link.url) for link in seen.links}
            places |= {host_of(comment.author_url), mail_host}
            yield from self._by_domain(places)
        if self._phrases or EntryKind.LANGUAGE in self._kinds:
            folded = " ".join(fold_seen(seen.text).split())
            script = script_of(folded).lower()
            yield from self._exact.get((EntryKind.LANGUAGE, script), ())
            everything = f"{folded}\n{' '.join(fold_seen(comment.author).split())}"
            yield from (entry for entry in self._phrases if entry.pattern in everything)
        if self._regexes:
            fields = (comment.author, comment.author_email, comment.author_url, comment.text)
            everything = "\n".join(fields)[:_MOST_TEXT].encode("utf-8", "replace").decode()
            yield from (entry for regex, entry in self._regexes if regex.search(everything))

    def _by_address(self, text: str) -> Iterator[Entry]:
        try:
            # Of one that was stored, the network: only entries as wide speak of the past.
            address = ipaddress.ip_address(kept_network(text.strip()))
        except ValueError:
            return
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        for (version, bits), nets in self._nets.items():
            if version == address.version:
                yield from nets.get(int(address) >> bits << bits, ())

    def _by_domain(self, hosts: set[str]) -> Iterator[Entry]:
        """A domain speaks of itself and of what is under it, once however many links lead there."""
        names = set()
        for host in hosts:
            labels = same_address(host).split("/", 1)[0].split(".")
            names |= {".".join(labels[start:]) for start in range(len(labels) - 1)}
        for name in sorted(names):
            yield from self._exact.get((EntryKind.DOMAIN, name), ())


def answer(hits: Iterable[Entry]) -> Entry | None:
    """The live entry that decides among *hits*, or None."""
    return next((entry for entry in hits if entry.status is EntryStatus.LIVE), None)
