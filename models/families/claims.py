"""The rules of thumb, as features: what spam says about itself."""

from __future__ import annotations

from collections.abc import Iterator

from models import lexicon
from models.families.view import MOST_READ, Feature, View
from models.text import disguised


def praise(v: View) -> Iterator[Feature]:
    """Praise that fits any post, and nothing else."""
    found = lexicon.PRAISE.findall(v.text[:4000]) if "praise" in v.signs else ()
    if not found:
        return
    shown = found[0].strip()[:60]
    yield Feature(f"p:{min(len(found), 4)}", 1.0, "praise that fits any post", shown, "text")
    if v.seen.links:
        yield Feature("p&l", 1.0, "praise together with a link", shown, "text")
    if len(v.words) < 12 * len(found):
        yield Feature("p!", 1.0, "hardly more than praise", shown, "text")


def offers(v: View) -> Iterator[Feature]:
    """What it offers or asks for: money, contact, followers, cures, bets."""
    kinds = 0
    for key, name, pattern in lexicon.OFFERS:
        found = pattern.search(v.text[:MOST_READ]) if key in v.signs else None
        if found:
            kinds += 1
            yield Feature(f"r:{key}", 1.0, name, found[0].strip()[:60], "text")
    if kinds > 1:
        yield Feature(f"r:many{min(kinds, 4)}", 1.0, "several signs of an offer at once")
    if "trade" in v.signs:
        trade = {match.lower() for match in lexicon.TRADE.findall(v.text[:MOST_READ])}
        name = "words of trade"
        shown = ", ".join(sorted(trade)[:4])
        yield Feature(f"r:trade{min(len(trade), 4)}", 1.0, name, shown)


def disguise(v: View) -> Iterator[Feature]:
    """What was done so that readers or filters would not see it."""
    if v.seen.hidden:
        yield Feature("r:hidden", 1.0, "text that readers cannot see")
    count = disguised(v.seen.text)
    if count:
        yield Feature(f"r:disguise{min(count, 2)}", 1.0, "words in disguise")
    brand = lexicon.BRAND.search(v.text[:MOST_READ]) if "brand" in v.signs else None
    if brand:
        yield Feature("r:brand", 1.0, "a name that ends in digits", brand[0], "text")
        if count:
            yield Feature("r:brand&", 1.0, "a name with digits, in disguise", brand[0])


def behaviour(v: View) -> Iterator[Feature]:
    """What the form saw of its sender."""
    if v.comment.signal("honeypot") == "filled":
        yield Feature("r:honeypot", 1.0, "a field that people cannot see was filled in")
    if v.comment.signal("nonce") == "failed":
        yield Feature("r:nonce", 1.0, "sent without loading the page")
