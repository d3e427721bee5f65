"""Comments every model proves itself on when it is loaded: of our own making, of every kind."""

from __future__ import annotations

from typing import Final

from models.comment import Comment

GOLDEN: Final = (
    Comment(text=""),
    Comment(text="test", user_ip="203.0.113.9"),
    Comment(text="Thanks for the helpful article, it solved my problem.", author="Maria Keller"),
    Comment(
        text="Great post! I have bookmarked your site and will check back soon.",
        author="cheap replica watches",
        author_url="http://best-replica-watches.example/",
        author_email="abc123@gmail.com",
    ),
    Comment(
        text='<a href="http://casino-bonus.example/win">casino bonus</a> viagra cialis poker',
        author="casino",
        author_url="http://casino-bonus.example/",
    ),
    Comment(text="Ｖｉаgrа &amp; ca\u200bsino 𝐛𝐨𝐧𝐮𝐬", author="Вася"),
    Comment(text="Contact me on WhatsApp +1 555 010 9999, she traded my bitcoin, profit $5000"),
    Comment(text="这篇文章写得很好，谢谢分享。", author="小明", blog_lang=("zh",)),
    Comment(
        text="I disagree with the second point: Porto's trams run until one at night.",
        author="J. Silva",
        permalink="https://blog.example.org/2026/ten-days-in-porto/",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    ),
    Comment(text="[url=http://pills.example]buy pills[/url] " * 20, author="pills online"),
)

# What nobody can mistake: (Comment, is it spam). A candidate that does may not become live.
PLAIN_CASES: Final = (
    (Comment(text="Thank you!", author="Ana"), False),
    (Comment(text="Danke für die Anleitung, hat geklappt.", author="Jürgen Weber"), False),
    (
        Comment(
            text="The second screenshot is missing for me. Could you upload it again?",
            author="Maria Keller",
            author_email="maria.keller@gmail.com",
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        ),
        False,
    ),
    (
        Comment(
            text="I wrote about the same bug here: https://notes.example.org/2026/off-by-one/",
            author="Tom Novak",
            author_url="https://notes.example.org/",
        ),
        False,
    ),
    (
        Comment(
            text="Cheap viagra cialis online casino poker http://pills-casino.example/buy-viagra "
            "buy cheap replica watches http://replica.example/ free bonus",
            author="buy viagra online",
            author_url="http://pills-casino.example/buy-viagra-online",
        ),
        True,
    ),
    (
        Comment(
            text='<a href="http://casino-bonus.example/win">online casino bonus</a> '
            '<a href="http://casino-bonus.example/slots">slots</a> viagra cialis poker loans',
            author="online casino",
            author_url="http://casino-bonus.example/",
        ),
        True,
    ),
)
