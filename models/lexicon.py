"""Small word lists that features look things up in. Our own choice of words; no list is copied."""

from __future__ import annotations

import re
from typing import Any, Final, cast

import re2

from models.phrases import Phrases

# What comment spam sells, by stem; found in names, hosts and addresses rather than in prose.
TRADE: Final = Phrases(
    r"casino|poker|slot|gacor|togel|judi|betting|sportsbook|jackpot|roulette|lotter|viagra|cialis"
    r"|levitra|pharma|pills?\b|drug|steroid|kamagra|tramadol|xanax|weight.?loss|diet|keto|garcinia"
    r"|replica|louis.?vuitton|gucci|chanel|michael.?kors|jordan|jersey|sneaker|outlet|wholesale"
    r"|handbag|rolex|watches|ugg|nike|seo\b|backlink|rank(?:ing|er)|traffic|web.?design|hosting"
    r"|marketing|agency|loan|payday|mortgage|insurance|credit|forex|bitcoin|crypto|invest|broker"
    r"|escort|porn|xxx|sex|nude|dating|cam(?:girl|s)|plumb|roof|locksmith|carpet|clean(?:ing|er)"
    r"|repair|movers|moving|towing|dentist|lawyer|attorney|injury|rental|hotel|resort|villa|travel"
    r"|essay|assignment|dissertation|homework|download|torrent|crack|keygen|hack|cheat|coins"
    r"|followers|likes|buy|cheap|discount|coupon|best|free|online|review|service|supplier"
    r"|solution|price|sale|shop|store|near.?me|company",
)
# Praise that fits under any post (SpamBayes' authors called it the hardest spam of all).
PRAISE: Final = Phrases(
    r"(?:great|nice|good|awesome|amazing|excellent|fantastic|wonderful|informative|helpful|useful"
    r"|valuable|interesting|brilliant|superb|impressive|perfect|very\s+\w+)\s+(?:\w+\s+)?"
    r"(?:post|blog|article|site|website|web\s?site|web\s?page|page|info|information|content|work|job"
    r"|read|piece|write.?up|weblog|share|sharing|stuff|tips|points?)"
    r"|thanks?\s+(?:you\s+)?(?:a\s+lot\s+|so\s+much\s+|very\s+much\s+)?for\s+(?:the\s+|this\s+|your\s+"
    r"|such\s+)?(?:\w+\s+){0,3}(?:sharing|posting|post|article|blog|information|info|content)"
    r"|keep\s+(?:it\s+up|up\s+the|writing|posting)|book.?mark|subscrib|(?:your|this)\s+(?:web.?)?"
    r"(?:site|blog|page|post|article)\s+(?:is|was|has)|i\s+(?:really\s+)?(?:like|love|enjoy(?:ed)?)\s+"
    r"(?:your|reading|this|what)|(?:came|stumbled|found|happened)\s+(?:across|upon|on|to)\s+"
    r"(?:\w+\s+)?(?:your|this)|visit\s+(?:my|our)|check\s+(?:out\s+)?(?:my|our|this)|feel\s+free\s+to"
    r"|here\s+is\s+my|my\s+(?:web.?)?(?:site|page|blog|homepage)|look\s+into\s+my|take\s+a\s+look\s+at"
    r"|rss|internet\s+browser|hosting\s+company|wordpress|captcha|loading\s+speed|superbly"
    r"|a\s+lot\s+of\s+(?:information|knowledge)|this\s+subject|this\s+topic|pretty\s+worth"
    r"|appreciate\s+(?:you|your)|well\s+written|hello\s+there|howdy|hey\s+there|magnificent",
)
FUNCTION_WORDS: Final = Phrases(
    r"\b(?:for|in|of|to|the|on|with|how|what|your|near|and|at|from|by|de|para|en|pour|per|di)\b"
)
# A brand of one long word and two or three digits: how gambling sites are called.
BRAND: Final = Phrases(r"\b[a-z]{3,12}(?:[\s`'._-]?\d){2,3}\b")


# What a comment offers or asks for: key, the reason a person reads, and the pattern.
OFFERS: Final = (
    (
        "contact",
        "asks to be contacted elsewhere",
        Phrases(
            r"whats\s?a+pp?|wassap|telegram|\bt\.me\b|wa\.me|viber|wechat|\bicq\b|skype|signal app",
            r"@(?:gmail|yahoo|outlook|hotmail|proton)|gmail\s*\.?\s*com|\bcall (?:me|us|now)|\bdms?\b",
            r"inbox (?:me|him|her)|contact (?:me|us|him|her|them)|text (?:me|him|her)\b",
            r"(?:reach|write|message|email|e-mail) (?:me|out to|him|her|us|to him|to her)\b|hubungi",
            r"телеграм|пишите|напиши|в лс(?:[^\p{L}]|$)|в личк",
        ),
    ),
    (
        "money",
        "speaks of money",
        Phrases(
            r"[$€£¥₹₽₿]\s?\d|\d\s?(?:[$€£¥₹₽₿]|usd|eur|btc|dollars?|euros?|rubl|руб)",
            r"\d+\s?% ?(?:off|bonus|profit|return)|\bearn(?:ing|ed|s)?\b|\bprofits?\b|\bincome\b",
            r"\b(?:per|a|every|each) (?:day|week|month|hour)\b|\bcash\b|withdraw|\bbonus|guarantee",
            r"заработ|доход|прибыл",
        ),
    ),
    (
        "invest",
        "speaks of trading and investing",
        Phrases(
            r"bitcoin|\bbtc\b|crypto|\bforex\b|\bnfts?\b|\busdt\b|\beth\b|binary option|trading|\btrader",
            r"invest(?:ed|ing|ment|or)|portfolio|financial advi[sz]or|\bbroker|\bmentor|airdrop|wallet",
            r"account manager|\bsignals\b|крипт|инвест",
        ),
    ),
    (
        "person",
        "praises a named helper",
        Phrases(
            r"(?:thanks to|thank|contact|met|with|by|recommend(?:ed)?|through) (?:mrs?|ms|sir|madam|dr|"
            r"doctor|expert|coach|prof(?:essor)?|lord|chief|priest|hacker)\b\.?",
            r"\b(?:mrs?|ms)\.? \w+ .{0,60}(?:strateg|method|platform|trad|legit|help)",
            r"spell ?cast|love spell|herbal (?:cure|medic|doctor|remed)|recovery (?:expert|agent|hack)",
            r"cured? (?:me|my|of|from)|\bhiv\b|herpes|lottery",
        ),
    ),
    (
        "self",
        "promotes its own channel or page",
        Phrases(
            r"subscri|\bsubs?\b|my (?:youtube |new |own |latest |first |music )?(?:channel|video|song|"
            r"music|page|profile|cover|account|blog|vlog|album|mixtape|beats|site|website|web site)",
            r"check (?:out )?(?:this|my|our|me|it)|check (?:me|us|my)|out my\b|sub ?4 ?sub|follow (?:me|my|us|@)",
            r"\blike (?:my|our|this page)|visit (?:my|our|us|this)|look (?:at|into) my|watch my|listen to my",
            r"give (?:me|us|it|my) a (?:chance|listen|try|follow)|thumbs? up|add me|my name is|please (?:like|sub|check|visit|share|support|watch|help|vote)",
            r"vote for|help me (?:get|reach|out)|share this|giveaway|\bkick ?starter|crowdfund|go ?fund",
            r"подпи(?:ш|с)|mampir|channel (?:ku|saya|aku)|kunjungi|sign up|\bjoin (?:us|now|here|my)",
        ),
    ),
    (
        "gamble",
        "speaks of betting",
        Phrases(
            r"casino|poker|\bslots?\b|gacor|maxwin|jackpot|\bjp\b|togel|\bjudi|betting|\bbet\b|sportsbook",
            r"roulette|depo(?:sit)?\b|\bwd\b|scatter|\brtp\b|pragmatic|\bzeus\b|olympus|mahjong|bandar|cuan",
            r"казино|ставк|カジノ|кэшбек",
        ),
    ),
    (
        "pharma",
        "speaks of pills",
        Phrases(
            r"viagra|cialis|levitra|kamagra|tramadol|xanax|pharmac|\bpills?\b|weight loss|\bketo\b|\bdiet\b",
            r"garcinia|steroid|erectile|testosterone|supplement|\bcbd\b|prescription|antibiotic",
        ),
    ),
    (
        "seo",
        "offers better ranking or links",
        Phrases(
            r"\bseo\b|back ?links?|search engine|google rank|rank(?:ing|ed|s)?\b|page one|first page|web ?traffic",
            r"keyword|guest post|plugin|monetiz|affiliate|web ?host|duplicate content|adsense",
        ),
    ),
    (
        "blogger",
        "talks about blogging instead of the post",
        Phrases(
            r"(?:your|this|the) (?:blog|web ?site|site|web ?page|weblog|article|post|content)\b",
            r"blog(?:ging|ger|s)?\b|book ?mark|rss|my friends?|social|facebook|twitter|browser",
        ),
    ),
    (
        "adult",
        "speaks of sex",
        Phrases(
            r"\bporn|\bxxx\b|\bsex|\bnudes?\b|escort|dating|hookup|cam ?girl|onlyfans|\bmilf|порн|секс"
        ),
    ),
    (
        "goods",
        "names goods that spam sells",
        Phrases(
            r"louis.?vuitton|gucci|chanel|michael.?kors|jordans?\b|jerseys?\b|sneakers?|outlet|wholesale",
            r"hand ?bags?|rolex|replica|\buggs?\b|\bnike|\bshoes\b|\bcheap|discount|free shipping|for sale",
            r"promo ?code|coupon|buy now|order now|best price|essay",
        ),
    ),
    ("phone", "holds a phone number", re.compile(r"(?<![\d.])\+?\d[\d\s().-]{7,16}\d(?![\d.])")),
    (
        "bbcode",
        "holds forum codes",
        re.compile(r"\[(?:url|link|img|b|color|size)(?:=[^\]]{0,300})?\]", re.IGNORECASE),
    ),
)
# The same set of patterns in one pass over a text. Where a pattern looks behind or ahead, which
# RE2 does not, something wider stands here: what is found is asked for again by its own pattern.
_WIDER: Final = {
    "phone": r"\p{N}[^\p{L}]{7,16}\p{N}",
    "bbcode": r"(?i)\[(?:url|link|img|b|color|size)",
}
_SIGNS: Final = ("praise", "trade", "brand", *(key for key, _, _ in OFFERS))


def _all_at_once() -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    # Room for the states of all patterns together: with less it forgets and begins anew.
    options.max_mem = 64 << 20
    every = re2.Set.SearchSet(options)
    for pattern in (PRAISE, TRADE, BRAND):
        every.Add(pattern.pattern)
    for key, _, sign in OFFERS:
        every.Add(_WIDER.get(key) or sign.pattern)
    every.Compile()
    return every


_AT_ONCE: Final = _all_at_once()


def signs(text: str) -> frozenset[str]:
    """Which of "praise", "trade", "brand" and the keys of OFFERS *text* may hold; no others.

    Costs some microseconds for 300 characters, where asking one by one costs a hundred.
    """
    return frozenset(_SIGNS[hit] for hit in cast("list[int]", _AT_ONCE.Match(text) or ()))


FREE_MAIL: Final = frozenset(
    "gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com aol.com icloud.com "
    "msn.com mail.ru yandex.ru rambler.ru bk.ru inbox.ru list.ru gmx.de gmx.net gmx.com web.de "
    "t-online.de qq.com 163.com 126.com sina.com seznam.cz centrum.cz email.cz volny.cz proton.me "
    "protonmail.com "
    "free.fr orange.fr wanadoo.fr laposte.net libero.it virgilio.it wp.pl o2.pl onet.pl interia.pl "
    "yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.fr yahoo.de hotmail.fr hotmail.co.uk ymail.com "
    "comcast.net verizon.net att.net me.com mac.com zoho.com fastmail.com".split(),
)
DISPOSABLE: Final = Phrases(
    r"mailinator|guerrilla|10minute|temp.?mail|trash.?mail|throwaway|yopmail|sharklasers|discard"
    r"|maildrop|getnada|fakeinbox|mohmal|dispos|spam4|mintemail|emailondeck|moakt|tempr|mailnesia",
)
SHORTENERS: Final = frozenset(
    "bit.ly goo.gl tinyurl.com t.co ow.ly is.gd buff.ly adf.ly cutt.ly rebrand.ly shorturl.at "
    "tiny.cc rb.gy s.id v.gd clck.ru bitly.com t.ly lnkd.in soo.gd shorte.st bc.vc ouo.io "
    "linktr.ee heylink.me".split(),
)
# Where a good commenter's own page often lives.
HOMES: Final = frozenset(
    "wordpress.com blogspot.com github.com github.io gitlab.com twitter.com x.com facebook.com "
    "linkedin.com medium.com mastodon.social tumblr.com livejournal.com youtube.com flickr.com "
    "stackoverflow.com wikipedia.org about.me typepad.com substack.com".split(),
)
