"""A small corpus of our own making: good comments and spam of several blogs, from a seed."""

from __future__ import annotations

import random

from models.comment import Comment, Label
from training.example import Example

_TOPICS = (
    ["tram", "harbour", "museum", "ticket", "bridge", "bakery", "castle", "ferry", "market"],
    ["compiler", "pointer", "thread", "parser", "socket", "kernel", "buffer", "module", "patch"],
    ["tomato", "compost", "seedling", "trellis", "pruning", "greenhouse", "mulch", "basil", "soil"],
    ["sonata", "cello", "rehearsal", "tempo", "chord", "audience", "violin", "choir", "score"],
)
_VERBS = ["missed", "liked", "compared", "tried", "found", "remember", "fixed", "drew", "measured"]
_NAMES = ["Ana Silva", "Tom Novak", "Jiri", "Maria Keller", "Lena Vogel", "Paul", "Ines", "Bo Lind"]
_TRADES = [
    "cheap watches",
    "online casino",
    "buy pills",
    "payday loans",
    "replica bags",
    "seo rank",
]
_PRAISE = [
    "Great post, I have bookmarked your site and will come back",
    "I really like the valuable info you provide in your articles",
    "Wonderful blog, keep up the good work, very useful information",
    "This is exactly what I was looking for, thanks a lot for sharing",
]


_SMALL_TALK = [
    "",
    "Thank you!",
    "Thanks, that worked.",
    "Danke, jetzt läuft es auch bei mir.",
    "Merci pour le tutoriel !",
    "The second picture does not load here, could you upload it again?",
    "I agree with the first part only.",
    "See also my notes: https://notes.example.org/2026/",
    "I had the same bug and wrote it up at https://notes.example.org/bug/",
    "First!",
    "+1",
    "Any news on this one?",
]


def _ham(draw: random.Random, blog: int) -> Comment:
    if draw.random() < 0.4:
        return Comment(
            text=draw.choice(_SMALL_TALK),
            author=draw.choice([*_NAMES, "", "Jürgen Weber"]),
            author_url=draw.choice(["", "", "https://notes.example.org/"]),
            user_agent=draw.choice(["", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"]),
        )
    words = draw.sample(_TOPICS[blog % len(_TOPICS)], 3)
    text = (
        f"I {draw.choice(_VERBS)} the {words[0]} near the {words[1]}, but the {words[2]} was "
        f"{draw.choice(['closed', 'better', 'too old', 'quite new', 'hard to see'])} "
        f"{draw.choice(['yesterday', 'last year', 'in spring', 'for me', 'again'])}."
    )
    name = draw.choice(_NAMES)
    return Comment(
        text=text,
        author=name,
        author_email=f"{name.split()[0].lower()}{draw.randrange(40)}@mail.example",
        user_ip=f"198.51.{draw.randrange(200)}.{draw.randrange(200)}",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    )


def _spam(draw: random.Random) -> Comment:
    trade = draw.choice(_TRADES)
    host = f"{trade.replace(' ', '-')}{draw.randrange(300)}.example"
    link = f" http://{host}/{trade.split()[0]}" if draw.random() < 0.5 else ""
    return Comment(
        text=f"{draw.choice(_PRAISE)} {draw.choice(['', trade])}{link}",
        author=trade,
        author_url=f"http://{host}/",
        author_email=f"x{draw.randrange(9999)}@gmail.com",
        user_ip=f"203.0.{draw.randrange(9)}.{draw.randrange(200)}",
        user_agent="Mozilla/5.0 (Windows NT 6.1) Chrome/39.0.2171.99",
    )


def make_examples(ham: int = 420, spam: int = 240, *, seed: int = 0) -> list[Example]:
    """Examples of twelve blogs; the same seed gives the same ones."""
    draw = random.Random(f"made:{seed}")
    made = []
    for number in range(ham + spam):
        is_spam = number >= ham
        blog = draw.randrange(12)
        made.append(
            Example(
                comment=_spam(draw) if is_spam else _ham(draw, blog),
                label=Label.SPAM if is_spam else Label.HAM,
                corpus="made",
                unit=f"made:{blog}",
            )
        )
    return made
