"""A small invented world for pictures and for looking at every page: three blogs, four people."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from models.comment import Comment
from models.verdict import Cutoffs
from service.domain.decision import Act
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind, EntryStatus
from service.domain.moderator import Moderator, Role
from service.domain.site import Site
from service.domain.submission import Arrival, Submission, new_guid
from service.scorer import Scores
from service.storage.store import Store
from service.workflows.add_entry import add_entry
from service.workflows.administer import add_moderator, add_site, set_policy
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.follow_campaign import follow_campaign
from service.workflows.index_new import index_new
from service.workflows.list_campaigns import list_campaigns
from service.workflows.manage_webhooks import add_webhook_of, pause_webhook
from service.workflows.recheck_item import recheck_item
from service.workflows.send_item import send_item
from tests.builders import NOON, PASSWORD

BLOGS = (
    ("https://porto.example/", "Ten days in Porto"),
    ("https://kitchen.example/", "The slow kitchen"),
    ("https://bytes.example/", "Bits and bytes"),
)
# How long each of them keeps texts.
KEPT: tuple[dict[str, int], ...] = ({"kept_days": 30, "kept_spam_days": 14}, {"kept_days": 14}, {})
# Who wrote, with which address, on which page of which blog, what. All of it is invented.
COMMENTS = (
    (
        "Maria K.",
        "https://maria.example/",
        0,
        "ribeira-at-dawn",
        (
            "Great post! I also wrote about the trams and where to buy cheap flights: "
            "https://maria.example/flights"
        ),
    ),
    (
        "best-seo",
        "https://rank-fast.example/",
        2,
        "static-sites",
        (
            "We offer SEO service for your website, first page in 30 days, contact us at "
            "https://rank-fast.example/"
        ),
    ),
    (
        "Jonas",
        "",
        1,
        "sourdough",
        "My starter smells of acetone after two days in the fridge. Do I feed it or throw it away?",
    ),
    (
        "Софья",
        "",
        0,
        "ribeira-at-dawn",
        "Спасибо за прекрасные фотографии! Мы были там в мае, утром на набережной никого не было.",
    ),
    (
        "CasinoKing",
        "https://spin.example/",
        2,
        "sqlite-in-production",
        "Best online casino bonus 200% free spins!!! Visit https://spin.example/ now",
    ),
    (
        "Aylin",
        "https://aylin.example/",
        1,
        "lentil-soup",
        (
            "I made it with red lentils and a little more cumin. Here is my variant: "
            "https://aylin.example/mercimek"
        ),
    ),
    (
        "Peter",
        "",
        2,
        "sqlite-in-production",
        "WAL mode fixed our locking too. Did you try BEGIN IMMEDIATE for the writers?",
    ),
    (
        "Ana-Lúcia",
        "",
        0,
        "francesinha",
        "A melhor francesinha está na Rua de Santo Ildefonso, sem dúvida. Obrigada pelo texto!",
    ),
    (
        "watches online",
        "https://replica-watches.example/",
        0,
        "francesinha",
        (
            "Thank you for this article. Buy replica watches online, luxury quality, cheap price: "
            "https://replica-watches.example/rolex"
        ),
    ),
    ("Lena", "", 1, "sourdough", "Danke für das Rezept, das Brot ist wunderbar geworden."),
    (
        "dr.spell",
        "https://love-spells.example/",
        1,
        "lentil-soup",
        (
            "I was heartbroken until I met Dr. Odu who brought my husband back with a spell. "
            "Whatsapp +1 555 0100"
        ),
    ),
    (
        "Nina",
        "https://nina.example/blog",
        2,
        "static-sites",
        "Nice overview. I compared five generators here: https://nina.example/blog/generators",
    ),
    ("Tom", "", 0, "ribeira-at-dawn", "Is the boat to the Douro valley worth it in October?"),
    (
        "crypto-gains",
        "https://double-coins.example/",
        2,
        "sqlite-in-production",
        (
            "Invest 100$ and earn 5000$ in a week with our trading bot, limited time offer "
            "https://double-coins.example/"
        ),
    ),
)
CAMPAIGN = (
    "Very useful article, thanks! If you need essays written by experts visit "
    "https://essay-{n}.example/ and get {n}0% discount today"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """What was made: the people by name, the Sites, what waits, and one that webhooks hear of.

    *answered* is an answer that was sent to the owner.
    """

    people: dict[str, Moderator]
    sites: list[Site]
    waiting: list[str]
    decided: str
    answered: str


def make_scene(store: Store, *, scorer: Scores, secret: str, now: dt.datetime = NOON) -> Scene:
    """Blogs, people, comments, decisions and rules, all told to have happened before *now*."""
    start = now - dt.timedelta(days=40)
    sites = [
        add_site(blog, name=name, store=store, secret=secret, now=start).site
        for blog, name in BLOGS
    ]
    people = {
        name: add_moderator(name, role=role, password=PASSWORD, store=store, now=start)[0]
        for name, role in (
            ("olga", Role.OWNER),
            ("ana", Role.SENIOR),
            ("ben", Role.MODERATOR),
            ("vera", Role.VIEWER),
        )
    }
    for site, kept in zip(list(sites), KEPT, strict=True):
        # Wider than the model's own, so that more waits than on a real blog.
        cutoffs = Cutoffs(unsure_from=0.15, spam_from=0.985, blatant_from=0.9985)
        chosen = {"cutoffs": cutoffs} | kept
        site_now = set_policy(site.blog, chosen, store=store, now=start)
        sites[sites.index(site)] = site_now
    _rules(store, people["olga"], sites, now)
    _history(store, scorer, sites, people, now)
    campaign = []
    for n in range(1, 8):
        when = now - dt.timedelta(hours=3, minutes=n)
        page, url = "static-sites", f"https://essay-{n}.example/"
        text = CAMPAIGN.format(n=n)
        campaign.append(_check(store, scorer, sites[2], when, f"essay help {n}", url, page, text))
    made = [
        _check(store, scorer, sites[site], now - dt.timedelta(minutes=17 * n + 4), *rest)
        for n, (author, url, site, page, text) in reversed(list(enumerate(COMMENTS)))
        for rest in [(author, url, page, text)]
    ]
    while index_new(store=store, now=now):
        pass
    _webhooks(store, people["olga"], sites, secret, now)
    decided = _decided(store, scorer, sites[0], people["ben"], now)
    answered = _answered(store, scorer, sites[0], people, now)
    while index_new(store=store, now=now):
        pass
    for group in list_campaigns(people["ana"], store=store, now=now).groups[:1]:
        follow_campaign(
            people["ana"],
            group.campaign_id,
            Act.SPAM,
            place="/moderation/",
            reason="advertising",
            store=store,
            now=now,
        )
    # After all that was decided without one.
    sites[2] = set_policy(sites[2].blog, {"needs_reason": True}, store=store, now=now)
    waiting = [one.guid for one in made + campaign if one.outcome.value == "UNSURE"]
    return Scene(people, sites, waiting, decided, answered)


def _check(
    store: Store,
    scorer: Scores,
    site: Site,
    when: dt.datetime,
    author: str,
    url: str,
    page: str,
    text: str,
    **changes: Any,
) -> Submission:
    number = sum(map(ord, author)) % 200 + 10
    first = author.split(maxsplit=1)[0].lower().encode("ascii", "ignore").decode() or "reader"
    comment = Comment(
        text=text,
        author=author,
        author_email=f"{first}@mail.example",
        author_url=url,
        user_ip=f"203.0.113.{number}",
        user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
        permalink=f"{site.blog}{page}/",
        blog=site.blog,
        blog_lang=("en",),
    )
    own = {field.name for field in dataclasses.fields(Arrival)}
    of_arrival = {name: changes.pop(name) for name in [*changes] if name in own}
    comment = dataclasses.replace(comment, **changes)
    arrival = Arrival(comment=comment, blog=site.blog, **of_arrival)
    guid = new_guid()
    return check_comment(arrival, site, store=store, scorer=scorer, now=when, guid=guid)


def _history(
    store: Store,
    scorer: Scores,
    sites: list[Site],
    people: dict[str, Moderator],
    now: dt.datetime,
) -> None:
    """Older comments that people decided: authors become known, rules have something to find."""
    for day in range(12, 0, -1):
        when = now - dt.timedelta(days=day, hours=2)
        for author, url, text, act in (
            ("Maria K.", "https://maria.example/", f"Day {day} was my favourite.", Act.APPROVE),
            ("best-seo", "https://rank-fast.example/", f"SEO service offer {day}", Act.SPAM),
        ):
            one = _check(store, scorer, sites[day % 3], when, author, url, "archive", text)
            who = people["ana" if day % 2 else "ben"]
            decide(who, one.guid, act, seen_version=None, store=store, now=when)


def _webhooks(
    store: Store, owner: Moderator, sites: list[Site], secret: str, now: dt.datetime
) -> None:
    """Two that hear; the second one is paused."""
    for host, site in (("hooks.porto.example", sites[0]), ("desk.example", None)):
        made = add_webhook_of(
            owner,
            f"https://{host}/chaffinch",
            site_id=site.site_id if site else None,
            private_hosts=frozenset({host}),
            store=store,
            secret=secret,
            now=now - dt.timedelta(days=20),
        ).webhook
    when = now - dt.timedelta(hours=5)
    pause_webhook(owner, made.webhook_id, store=store, now=when)


def _decided(store: Store, scorer: Scores, site: Site, who: Moderator, now: dt.datetime) -> str:
    """A comment decided once somebody hears of it."""
    when = now - dt.timedelta(hours=4)
    text = "The last ferry goes at nine, not at ten as you write."
    one = _check(store, scorer, site, when, "Rosa", "", "archive", text)
    decide(who, one.guid, Act.APPROVE, seen_version=None, store=store, now=when)
    return one.guid


def _answered(
    store: Store, scorer: Scores, site: Site, people: dict[str, Moderator], now: dt.datetime
) -> str:
    """An answer to a comment that its blog let check again; sent to the owner with a question."""
    page, when = "ribeira-at-dawn", now - dt.timedelta(hours=2)
    parent = ("Tom", "", page, "Is the boat to the Douro valley worth it in October?")
    _check(store, scorer, site, when, *parent, client_ref="41", recheck_reason="edit")
    text = "It is, Tom! Buy your tickets online here, best price: https://boats.example/douro?ref=9"
    answer = _check(
        *(store, scorer, site, when + dt.timedelta(minutes=20), "Paula", "", page, text),
        parent="41",
        context=("Porto", "travel"),
        recheck_reason="edit",
    )
    owner = people["olga"].moderator_id
    note = "A guest, or somebody who earns by that link?"
    recheck_item(people["ben"], answer.guid, store=store, scorer=scorer, now=now)
    if answer.outcome.value == "UNSURE":
        send_item(people["ana"], answer.guid, owner, note=note, store=store, now=now)
    return answer.guid


def _rules(store: Store, owner: Moderator, sites: list[Site], now: dt.datetime) -> None:
    for draft, days in (
        (
            EntryDraft(
                kind=EntryKind.DOMAIN,
                pattern="rank-fast.example",
                effect=Effect.SPAM,
                why="link seller, asked twice to stop",
                days=90,
            ),
            9,
        ),
        (
            EntryDraft(
                kind=EntryKind.EMAIL,
                pattern="maria@mail.example",
                effect=Effect.ALLOW,
                site_id=sites[0].site_id,
                why="writes here since 2024",
            ),
            6,
        ),
        (
            EntryDraft(
                kind=EntryKind.REGEX,
                pattern=r"\bessays?\b.{0,40}\bdiscount\b",
                effect=Effect.HOLD,
                why="essay campaign",
            ),
            2,
        ),
        (
            EntryDraft(
                kind=EntryKind.IP,
                pattern="203.0.113.0/25",
                effect=Effect.HOLD,
                status=EntryStatus.SHADOW,
                days=30,
            ),
            1,
        ),
    ):
        add_entry(owner, draft, store=store, now=now - dt.timedelta(days=days))
    phrase = EntryDraft(kind=EntryKind.PHRASE, pattern="work from home", effect=Effect.SPAM)
    fallen = add_entry(owner, phrase, store=store, now=now - dt.timedelta(days=20))
    with store.begin() as unit:
        when = now - dt.timedelta(days=1)
        unit.entries.set_held(fallen.entry_id, when, wrong=4, of=9, now=when)
        unit.commit()
