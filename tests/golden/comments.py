"""A hundred comments, invented here: plain, angry, short, foreign, selling, disguised, hostile.

Not taken from any corpus. What the shipped model says of each is kept in `answers.json`.
"""

from models.comment import Comment

BLOG = "https://blog.example.org/"
POST = f"{BLOG}2026/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def made(name, text, **fields):
    shown = {"user_ip": "203.0.113.9", "user_agent": FIREFOX, "blog": BLOG}
    shown |= {"blog_lang": ("en",), "permalink": f"{POST}ten-days-in-porto/"}
    return name, Comment(text=text, **(shown | fields))


PEOPLE = {
    "thanks": "Thank you, the second example solved it for me.",
    "question": "Does this also work with the older lens, or do I need the adapter?",
    "correction": "Small correction: the tram number is 28, not 18. Lovely photos otherwise.",
    "disagrees": "I think you are wrong about the budget figures, the report says 4.2 million.",
    "angry": "This is the worst advice I have read all year. My sourdough was a brick. A brick!",
    "swears": "Damn, that took me three bloody hours to find. Thanks, I guess.",
    "one word": "Beautiful!",
    "plus one": "+1",
    "emoji": "😍😍😍",
    "long story": "We went there in April with two small children and it rained the whole week. "
    "Still, the aquarium was worth every cent, and the woman at the bakery on the corner gave the "
    "kids a pastry each because they were singing. If you go, take the early tram: after ten it "
    "is full. I would not rent a car again, parking was a nightmare.",
    "link to docs": "It is documented: https://docs.python.org/3/library/sqlite3.html, see the "
    "paragraph about isolation levels.",
    "two links": "Compare https://en.wikipedia.org/wiki/Chaffinch with "
    "https://en.wikipedia.org/wiki/Brambling, the bars on the wing differ.",
    "code": "Try this: `for row in rows: print(row['id'])`. Line 3 is the culprit.",
    "quote": "<blockquote>the oven must be at 230</blockquote> Is that with or without the fan?",
    "medical": "My mother takes viagra's active substance for her lungs, so please do not joke "
    "about it. Pulmonary hypertension is a serious illness.",
    "about casinos": "The chapter on the casino architecture of Monte Carlo was my favourite.",
    "about loans": "Our bank refused the loan twice before the third branch said yes. Keep trying.",
    "about spam": "I get forty comments a day about replica watches. How do you keep them away?",
    "price": "The ticket is 12 euro now, not 9. Still cheap for what you get.",
    "phone": "Their office answers on weekday mornings only; it took me five tries.",
    "caps": "WHY IS NOBODY TALKING ABOUT THE SECOND VERSE",
    "typos": "teh best recipie i hav tryed, my kidds love it realy",
    "numbers": "17:45 → 18:20, platform 4, change at Entroncamento.",
    "reply": "@Maria K.: yes, same here, with the 2019 model too.",
    "polite no": "Not for me, I am afraid, but I am glad it works for you.",
    "german": "Vielen Dank für die Anleitung! Bei mir fehlte nur der zweite Schritt.",
    "german question": "Gibt es das Rezept auch ohne Nüsse? Mein Sohn verträgt sie nicht.",
    "french": "Merci pour cet article, j'ai enfin compris la différence entre les deux.",
    "spanish": "Muchas gracias, me ha servido mucho. ¿Se puede hacer con harina integral?",
    "portuguese": "Adorei as fotos! Moro no Porto e nunca tinha visto essa rua assim.",
    "italian": "Complimenti, spiegato benissimo. Una domanda: quanto sale?",
    "dutch": "Dank je wel, dit was precies wat ik zocht.",
    "polish": "Dziękuję, wszystko działa. Szkoda, że nie znalazłem tego wcześniej.",
    "russian": "Спасибо, очень полезная статья. А есть ли версия для Linux?",
    "ukrainian": "Дякую, дуже корисно. Чекаю на продовження.",
    "greek": "Ευχαριστώ πολύ, πολύ χρήσιμο άρθρο.",
    "turkish": "Çok teşekkürler, sonunda çalıştı.",
    "arabic": "شكرا جزيلا، مقال مفيد جدا.",
    "hebrew": "תודה רבה, עזר לי מאוד.",
    "chinese": "谢谢分享,第二个方法解决了我的问题。",
    "japanese": "とても参考になりました。ありがとうございます。",
    "korean": "좋은 글 감사합니다. 덕분에 해결했어요.",
    "hindi": "बहुत बढ़िया लेख, धन्यवाद।",
    "thai": "ขอบคุณมากครับ บทความดีมาก",
}
SELLERS = {
    "replica": "Great post! Buy cheap replica watches at http://best-replica-watches.example/ now!",
    "pharmacy": "Cheap viagra cialis online without prescription, best price, visit "
    "http://cheap-pills-online.example/ order today",
    "casino": "Play the best online casino slots and win big!!! 200% bonus "
    "http://lucky-casino-slots.example/?ref=77",
    "loans": "Need a loan fast? No credit check payday loans approved in minutes: "
    "http://payday-loans-now.example/",
    "seo": "Hi, I was looking at your website and noticed it is not ranking on Google. Our SEO "
    "experts guarantee first page results. Contact us at rank@seo-experts.example",
    "links only": "http://a.example/x http://b.example/y http://c.example/z http://d.example/w "
    "http://e.example/v http://f.example/u",
    "bbcode": "[url=http://cheap-nike-shoes.example]cheap nike shoes[/url] "
    "[url=http://cheap-jordans.example]cheap jordans[/url]",
    "anchors": "<a href='http://essay-writers.example/'>buy essay online</a> <a "
    "href='http://essay-writers.example/cheap'>cheap essay writing service</a>",
    "flattery": "Hey there! This is my first visit to your blog! We are a team of volunteers and "
    "starting a new initiative in a community in the same niche. Your blog provided us useful "
    "information to work on. You have done a wonderful job! http://weight-loss-fast.example/",
    "crypto": "I made $15,000 in one week with this bitcoin trading expert, contact her on "
    "WhatsApp +1 555 0100, thank me later",
    "testimony": "I want to thank Dr. Osas the great spell caster who brought back my husband in "
    "48 hours. Email him at spellcaster@love-spells.example",
    "hacker": "Do you need a hacker to spy on your spouse phone or fix your credit score? Contact "
    "hackgenius at hackgenius@mail.example for fast service",
    "adult": "Hot girls waiting for you tonight, free sex chat, no registration "
    "http://hot-adult-cams.example/",
    "youtube": "SUB 4 SUB!!! Check out my channel I post new videos every day plz subscribe",
    "shortener": "omg you have to see this http://bit.ly/2aBcDeF free gift card",
    "moncler": "moncler outlet moncler jackets sale louis vuitton outlet cheap ugg boots uk "
    "michael kors handbags outlet",
    "mixed": "Nice article about Porto. By the way, cheap flights here: "
    "http://cheapest-flights-deals.example/porto?aff=123",
    "disguised": "Buy v1agra and c\u0456al\u0456s 0nline n\u043ew http://p1lls.example/",
    "zero width": "Buy cheap via\u200bgra onl\u200bine at http://pills\u200b.example/ today",
    "full width": "Ｂｕｙ ｃｈｅａｐ ｖｉａｇｒａ ｏｎｌｉｎｅ http://pills.example/",
    "hidden": "Nice!<div style='display:none'><a href='http://casino.example/'>online casino "
    "</a><a href='http://poker.example/'>poker</a></div>",
    "russian seller": "Купить дешево диплом без предоплаты, гарантия, доставка "
    "http://diplom-kupit.example/",
    "chinese seller": "加微信领取优惠,最便宜的奢侈品包包,一比一高仿手表 http://fake-bags.example/",
    "german seller": "Online Casino Bonus ohne Einzahlung, jetzt 100 Freispiele sichern: "
    "http://casino-bonus.example/",
    "japanese seller": "ブランドコピー専門店 激安通販 http://copy-brand.example/",
}
SHILL = {"author": "cheap replica watches", "author_url": "http://best-replica-watches.example/"}
MARIA = {"author": "Maria K.", "author_email": "maria@example.net"}
ODD = (
    made("empty", ""),
    made("spaces", " \n\t "),
    made("nul", "Thank\0you"),
    made("lone surrogate", "Thank you \ud83d"),
    made("very long", "The tram was full again this morning. " * 800),
    made("one long word", "a" * 5000),
    made("many marks", "e" + "\u0301" * 3000),
    made("deep markup", "<div>" * 400 + "hello" + "</div>" * 400),
    made("script", "<script>alert(1)</script> nice"),
    made("right to left", "\u202eevil gnp.exe\u202c"),
    made("template", "{{ 7*7 }} {% for x in y %}"),
    made("entities", "&lt;a href=&quot;http://casino.example/&quot;&gt;casino&lt;/a&gt;"),
    made("seller's name, kind words", "Thank you, the second example helped.", **SHILL),
    made("seller's name, nothing", "", **SHILL),
    made("seller of no words", "Nice post!", **SHILL),
    made("kind words, link of one's own", PEOPLE["thanks"], author_url="https://maria.example/"),
    made("pingback", "[...] as described there [...]", comment_type="pingback"),
    made("trackback seller", SELLERS["pharmacy"], comment_type="trackback"),
    made("contact form", "Could you send me the invoice again?", comment_type="contact-form"),
    made("sign-up", "", comment_type="signup", author="maria"),
    made("no agent", PEOPLE["thanks"], user_agent=""),
    made("robot agent", PEOPLE["question"], user_agent="python-requests/2.32"),
    made("no address", PEOPLE["question"], user_ip=""),
    made("in one second", PEOPLE["thanks"], behaviour=(("ak_bib", ""), ("nonce", "failed"))),
    made("on topic", PEOPLE["correction"], context=("travel", "porto", "tram")),
    made("off topic", SELLERS["loans"], context=("travel", "porto", "tram")),
    made("on a German blog", PEOPLE["thanks"], blog_lang=("de",)),
    made("editor", PEOPLE["caps"], user_role=("editor",)),
    made("text without anything else", PEOPLE["thanks"], user_ip="", user_agent="", permalink=""),
    made("seller without anything else", SELLERS["casino"], user_ip="", user_agent="", blog=""),
)
COMMENTS = dict(
    (
        *(made(name, text, **MARIA) for name, text in PEOPLE.items()),
        *(made(name, text, **SHILL) for name, text in SELLERS.items()),
        *ODD,
    )
)
