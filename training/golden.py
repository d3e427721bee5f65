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
