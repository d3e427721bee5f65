"""Small word lists that features look things up in. Our own choice of words; no list is copied."""

from __future__ import annotations

import re
from typing import Final

# What comment spam sells, by stem; found in names, hosts and addresses rather than in prose.
TRADE: Final = re.compile(
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
    re.IGNORECASE,
)
# Praise that fits under any post (SpamBayes' authors called it the hardest spam of all).
PRAISE: Final = re.compile(
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
    re.IGNORECASE,
)
CONTACT: Final = re.compile(
    r"whats\s?app|telegram|\bt\.me\b|wa\.me|viber|wechat|\bicq\b|skype|signal\s+app|@gmail|"
    r"\bcall\s+(?:me|us|now)|dm\s+me|inbox\s+me|contact\s+(?:me|us|him|her)|text\s+(?:me|him|her)"
    r"|reach\s+(?:me|out|him|her)|hubungi|рабочий\s+телеграм|пишите",
    re.IGNORECASE,
)
MONEY: Final = re.compile(
    r"[$€£¥₹₽₿]\s?\d|\d\s?(?:[$€£¥₹₽₿]|usd|eur|btc|dollars?|euros?|rubl|руб)|\d+\s?%\s?(?:off|bonus)"
    r"|earn(?:ing|ed)?\s|profit|income|per\s+(?:day|week|month|hour)|cash|withdraw|bonus|guarantee",
    re.IGNORECASE,
)
PHONE: Final = re.compile(r"(?<![\d.])\+?\d[\d\s().-]{7,16}\d(?![\d.])")
BBCODE: Final = re.compile(r"\[(?:url|link|img|b|color|size)(?:=[^\]]{0,300})?\]", re.IGNORECASE)
FREE_MAIL: Final = frozenset(
    "gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com aol.com icloud.com "
    "msn.com mail.ru yandex.ru rambler.ru bk.ru inbox.ru list.ru gmx.de gmx.net gmx.com web.de "
    "t-online.de qq.com 163.com 126.com sina.com seznam.cz centrum.cz email.cz volny.cz proton.me "
    "protonmail.com "
    "free.fr orange.fr wanadoo.fr laposte.net libero.it virgilio.it wp.pl o2.pl onet.pl interia.pl "
    "yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.fr yahoo.de hotmail.fr hotmail.co.uk ymail.com "
    "comcast.net verizon.net att.net me.com mac.com zoho.com fastmail.com".split(),
)
DISPOSABLE: Final = re.compile(
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
