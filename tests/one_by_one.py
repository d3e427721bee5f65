"""The old way of indexing, comment by comment: slow and plain; what is fast is held against it."""

import hashlib
import re

import numpy as np
import sqlalchemy as sa

from models.scripts import script_of
from models.text import domain_of, fold_seen, look
from service.domain import likeness as now
from service.domain.likeness import ALIKE, ALIKE_WITH_CONTACT, Likeness
from service.domain.tokens import (
    LANG,
    REASON,
    author_words,
    coded,
    domain_words,
    email_words,
    ip_words,
    reasons_of,
    words_of,
)
from service.storage.queue_tables import campaign, campaign_band
from service.storage.tables import submission

_AT_NAME = re.compile(
    r"(?:t\.me/|wa\.me/|telegram[^\w@]{0,3}@?|whatsapp[^\w+]{0,3})\s?"
    r"(\+?\d[\d ()-]{4,20}\d|\w{4,32})"
    r"|@(\w{5,32})"
)
_PHONE = re.compile(r"\+?\d[\d ()./-]{7,18}\d")
_EMAIL = re.compile(r"[\w.+-]{2,64}@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|@\w+")
_REST = re.compile(r"[\W_]+")


def old_likeness(comment, own_domain=""):
    """Every step by itself, over every window of six bytes."""
    seen = look(comment.text)
    folded = fold_seen(seen.text)
    plain = _REST.sub(" ", re.sub(r"\d+", "0", _LINK.sub(" ", folded))).strip()
    contacts = _contacts(folded, [link.url for link in seen.links], own_domain)
    if len(plain) < (20 if contacts else 60):
        return None
    numbers = _minima(plain.encode()[:4000])
    return Likeness(
        signature=(numbers & np.uint64(0xFFFF)).astype(">u2").tobytes().hex(),
        bands=tuple(_key(f"b{n}", numbers[n * 5 : (n + 1) * 5].tobytes()) for n in range(12)),
        contacts=contacts,
        letters=len(plain),
    )


def _minima(text):
    seed = np.random.default_rng(20_261_125)
    factors = seed.integers(1, 2**61, 64, dtype=np.uint64) | np.uint64(1)
    terms = seed.integers(0, 2**61, 64, dtype=np.uint64)
    powers = np.array([1_099_511_628_211**n % 2**61 for n in range(6)], dtype=np.uint64)
    letters = np.frombuffer(text, dtype=np.uint8).astype(np.uint64)
    if len(letters) < 6:
        letters = np.pad(letters, (0, 6 - len(letters)))
    windows = np.lib.stride_tricks.sliding_window_view(letters, 6)
    pieces = np.unique((windows * powers).sum(axis=1, dtype=np.uint64))
    return ((pieces[:, None] * factors[None, :] + terms[None, :]) >> np.uint64(29)).min(axis=0)


def _key(kind, value):
    digest = hashlib.blake2b(kind.encode() + b"\0" + value, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _contacts(text, urls, own_domain):
    domains = {domain_of(url) for url in urls}
    common = now._COMMON
    found = {f"d:{one}" for one in domains if one and one not in common and one != own_domain}
    found |= {f"h:{_REST.sub('', one or two)}" for one, two in _AT_NAME.findall(text)}
    phones = (_REST.sub("", one) for one in _PHONE.findall(text))
    found |= {f"p:{one}" for one in phones if len(one) >= 9}
    found |= {f"e:{one}" for one in _EMAIL.findall(text)}
    return tuple(_key("c", one.encode()) for one in sorted(found)[:8])


def old_tokens(new):
    """The words a Submission is found by, its text looked at again for each use."""
    comment = new.arrival.comment
    seen = look(comment.text)
    languages = (*comment.blog_lang, *(one.split("_")[0] for one in comment.blog_lang))
    spoken = (*languages, script_of(fold_seen(seen.text)))
    urls = (comment.author_url, *(link.url for link in seen.links[:20]))
    told = [
        *author_words(comment.author),
        *email_words(comment.author_email),
        *ip_words(comment.user_ip),
        *(word for url in urls for word in domain_words(url)),
        *(coded(LANG, one) for one in spoken if one),
        *(coded(REASON, name) for name in reasons_of(new)),
    ]
    return [*words_of(seen.text), *words_of(comment.author, 10), *dict.fromkeys(told)]


def index_one_by_one(store, *, most=100):
    """Index up to *most* Submissions that no group knows yet; answers with how many."""
    with store.begin() as unit:
        until = int(unit.lock_meta("indexed_until", "0"))
        found = unit.submissions.list_after(until, limit=most)
        if not found:
            return 0
        rows = [(one.submission_id, old_tokens(one)) for one in found if not one.arrival.is_test]
        unit.search.append(rows)
        for one in found:
            if not one.arrival.is_test:
                _group(unit.campaigns._connection, one)
        unit.set_meta("indexed_until", str(found[-1].submission_id))
        unit.commit()
        return len(found)


def _group(connection, one):
    comment = one.arrival.comment
    own = old_likeness(comment, domain_of(comment.blog))
    if own is None:
        return
    keys = [*own.bands, *own.contacts]
    asked = (
        sa.select(campaign, campaign_band.c.band)
        .join(campaign_band, campaign_band.c.campaign_id == campaign.c.id)
        .where(campaign_band.c.band.in_(keys))
        .order_by(campaign.c.id.desc())
        .limit(160)
    )
    near = {}
    for row in connection.execute(asked):
        near.setdefault(row.id, (row, set()))[1].add(row.band)
    for row, shared in list(near.values())[:40]:
        least = ALIKE_WITH_CONTACT if shared & set(own.contacts) else ALIKE
        if _share(own.signature, row.signature) >= least:
            _join(connection, row, one)
            return
    at = one.received_at
    made = campaign.insert().values(
        signature=own.signature, first_id=one.submission_id, size=1, first_at=at, last_at=at
    )
    made_id = connection.execute(made.returning(campaign.c.id)).scalar_one()
    rows = [{"band": key, "campaign_id": made_id} for key in set(keys)]
    connection.execute(campaign_band.insert(), rows)


def _share(first, second):
    one, two = (np.frombuffer(bytes.fromhex(text), dtype=">u2") for text in (first, second))
    return float(np.mean(one == two))


def _join(connection, row, one):
    members = [one.submission_id] + ([row.first_id] if row.size == 1 else [])
    connection.execute(
        submission.update().where(submission.c.id.in_(members)).values(campaign_id=row.id)
    )
    later = max(row.last_at, one.received_at)
    connection.execute(
        campaign.update()
        .where(campaign.c.id == row.id)
        .values(size=campaign.c.size + 1, last_at=later)
    )
