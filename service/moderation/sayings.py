"""Sentences that come from below the pages: refusals, rules, clues of the model; and `tell`.

The layers below speak English and know no reader. What they say to people is listed here, so that
it can be translated; `{…}` stands for what differs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from flask import has_request_context, request
from flask_babel import gettext

from service.moderation.counted import COUNTED
from service.moderation.desk_sayings import DESK, N_

REFUSALS: Final = (
    N_("This did not work."),
    N_("The request cannot be read."),
    N_("The file cannot be imported."),
    N_("The request is larger than 2 MiB."),
    N_("This is not allowed."),
    N_("Please sign in."),
    N_("Name or password is wrong."),
    N_("Your role does not allow this."),
    N_("This form is too old or was not sent from here. Go back, reload and try again."),
    N_("There is nothing here."),
    N_("Something changed meanwhile."),
    N_("Too many tries. Please wait a moment."),
    N_("The service is unavailable for a moment."),
    N_("No model is loaded."),
    N_("The database is unavailable."),
    N_("Too much is asked at once. Please try again in a moment."),
    N_("This address does not answer that method."),
    N_("Something went wrong here (reference {number})."),
    N_("Missing required field: {field}."),
    N_("Choose approve, spam or remove."),
    N_("The form does not say which version it showed."),
    N_("The key is missing, unknown or revoked."),
    N_("This key is suspended: hold what you would have asked about, and ask again later."),
    N_("This was one of many: take all of them back."),
    N_("There is no such comment."),
    N_("There is no such decision."),
    N_("There is no such moderator."),
    N_("There is no such entry."),
    N_("There is no such site."),
    N_("There is no moderator {name}."),
    N_("There is nothing of yours to undo."),
    N_("This decision was taken back already."),
    N_("An undo cannot be undone; decide again instead."),
    N_("Only a senior moderator takes back the decision of another."),
    N_("This changed while you looked: a decision was taken back."),
    N_("{who} approved this {ago} ago."),
    N_("{who} marked this as spam {ago} ago."),
    N_("{who} removed this {ago} ago."),
    N_("A name is 2 to 80 letters, digits or . @ + - _ characters."),
    N_("A password has 12 to 500 characters."),
    N_("The two passwords are not the same."),
    N_("Your password is wrong."),
    N_("An e-mail address looks like name@example.org."),
    N_("This code is wrong or was used already."),
    N_("This is not the code of now. Is the phone's clock right?"),
    N_("There is a second factor already; end that one first."),
    N_("There is nothing to confirm."),
    N_("This link was used already, or its time is over. Ask for a new one."),
    N_("There is a moderator {name} already."),
    N_("Only somebody with a higher role changes this person."),
    N_("Nobody gives away more than they have."),
    N_("Somebody must stay owner of everything."),
    N_("Choose a site, or every site."),
    N_("This is none of the choices."),
    N_("An hour of the day is 0 to 23."),
    N_("A key of your own is one letter, digit or sign."),
    N_("Two actions cannot have the same key: {key}"),
    N_("This is not a file of keys from Chaffinch."),
    N_("There is a site for {blog} already."),
    N_("A blog address looks like https://blog.example.org/."),
    N_("A key is exactly 12 characters of 0-9 and a-f."),
    N_("This key is taken; bring another or let us make one."),
    N_("This key is revoked or being replaced already."),
    N_("This key is revoked: nothing brings it back."),
    N_("Both keys work for 0 to 720 hours."),
    N_("Only who works on every site adds another."),
    N_("Only who works on every site decides for every site."),
    N_("A pattern is 1 to 500 letters on one line."),
    N_("An address looks like 203.0.113.9 or 203.0.113.0/24."),
    N_("A net this wide would hold half of the internet."),
    N_("A domain looks like example.org."),
    N_("A phrase has three letters at least."),
    N_("We tell languages by their script. Known are: {known}."),
    N_("This expression cannot be used: {why}."),
    N_("This expression matches everything."),
    N_("An entry lasts for 1 to 3650 days, or until it is ended."),
    N_("No site of yours has this in its name or address."),
    N_("There is no moderator of this name."),
    N_("There is no such bulk."),
    N_("Type the number {number} to go on."),
    N_("Give a reason."),
    N_("This site wants a reason: choose one, or write a note."),
    N_("This is no e-mail address."),
    N_("This is neither an e-mail address nor an IP address."),
    N_("There is no such erasure."),
    N_("The key of the pseudonyms is not there: try again in a minute."),
    N_("A running server still holds comments for the database: try again in a few seconds."),
    N_("Nothing is chosen."),
    N_("Nothing is left to do."),
    N_("This was taken back already."),
    N_("This list cannot be decided as a whole."),
    N_("The note is empty."),
    N_("Say why you take back the decision of another."),
    N_("{who} has claimed this."),
    N_("A name has 1 to 80 characters."),
    N_("Did you mean {operator}: ?"),
    N_("This is not an operator."),
    N_("{operator}: needs something after it."),
    N_("{operator}: takes a day such as 2026-01-31"),
    N_("is: takes waiting, spam, approved, passed, removed, discarded, decided"),
    N_("The other server does not answer."),
    N_("The other server did not vouch for you."),
    N_("Somebody else is connected to this sign-in."),
    N_(
        "Nobody here is known by this sign-in. Sign in with your password first, and connect it in "
        "your profile."
    ),
    N_(
        "Somebody here has this name already. Sign in with your password first, and connect this "
        "sign-in in your profile."
    ),
)
RULES: Final = (
    N_("a test call asked to see a discard"),
    N_("Akismet's documented test value for spam"),
    N_("written by an administrator of the blog"),
    N_("a field that people cannot see was filled in"),
    N_("on the list of rules (number {number})"),
    N_("not enough examples in {script} script ({count})"),
)
CLUES: Final = (
    N_("word in the text"),
    N_("words in the text"),
    N_("praise that fits any post"),
    N_("praise together with a link"),
    N_("asks to be contacted elsewhere"),
    N_("speaks of money"),
    N_("holds a phone number"),
    N_("holds forum codes"),
    N_("words of trade"),
    N_("text that readers cannot see"),
    N_("words in disguise"),
    N_("sent without loading the page"),
    N_("length of the text"),
    N_("written in capitals"),
    N_("exclamation and question marks"),
    N_("many digits"),
    N_("pictures and signs"),
    N_("broken into lines"),
    N_("repeats itself"),
    N_("odd spaces around commas and stops"),
    N_("begins with a small letter"),
    N_("speaks of what the page is about"),
    N_("another script than the blog's language"),
    N_("many links in the text"),
    N_("{count} links in the text"),
    N_("links for so few words"),
    N_("links to this very blog"),
    N_("links to the author's own site"),
    N_("link hides behind words"),
    N_("link's words read like an advertisement"),
    N_("link shows another address than it leads to"),
    N_("word in the author's name"),
    N_("author's name has {count} words"),
    N_("author's name is written like a person's"),
    N_("author's name is all in small letters"),
    N_("author's name reads like an advertisement"),
    N_("author's name holds digits"),
    N_("author's name is an address"),
    N_("author's name is very long"),
    N_("author's name is random letters"),
    N_("author's name is disguised"),
    N_("author's name is the link's name"),
    N_("author's name is part of the link"),
    N_("author's link repeats the name's words"),
    N_("author's link carries a query"),
    N_("author's link is this blog"),
    N_("e-mail at a domain of its own"),
    N_("e-mail is throw-away"),
    N_("e-mail at a free provider"),
    N_("e-mail domain ends in"),
    N_("e-mail belongs to the author's link"),
    N_("e-mail domain reads like an advertisement"),
    N_("browser"),
    N_("system"),
    N_("no browser wrote this"),
    N_("{count} digits in the e-mail"),
    N_("a name that ends in digits"),
    N_("a name with digits, in disguise"),
    N_("author's link has another name"),
    N_("author's link holds digits"),
    N_("author's link leads to a page that reads like an advertisement"),
    N_("author's link leads to a single page"),
    N_("author's name holds marks that names lack"),
    N_("author's name is a phrase"),
    N_("author's name is all in capitals"),
    N_("author's name is in {script} script"),
    N_("author's name is the address itself"),
    N_("e-mail of a school or office"),
    N_("hardly more than praise"),
    N_("how the e-mail is built"),
    N_("length of the e-mail's name"),
    N_("letters in the e-mail domain"),
    N_("link to holds digits"),
    N_("link to leads to a page that reads like an advertisement"),
    N_("link to leads to a single page"),
    N_("loudest of so many parts"),
    N_("names goods that spam sells"),
    N_("offers better ranking or links"),
    N_("page behind the link is called like the author"),
    N_("praise together with the author's link"),
    N_("praises a named helper"),
    N_("promotes its own channel or page"),
    N_("several signs of an offer at once"),
    N_("speaks of betting"),
    N_("speaks of pills"),
    N_("speaks of sex"),
    N_("speaks of trading and investing"),
    N_("talks about blogging instead of the post"),
    N_("the text repeats the author's name"),
    N_("what this website's comments usually are"),
    N_("this author was decided here before"),
    N_("this name was decided here before"),
    N_("this link was decided here before"),
    N_("this network was decided here before"),
    N_("nearly the same text was decided here before"),
    # What is said of both kinds of link.
    N_("link to ends in"),
    N_("word in link to"),
    N_("letters in link to"),
    N_("link to leads to a front page"),
    N_("link to leads one step deep"),
    N_("link to leads two steps deep"),
    N_("link to leads deep into a site"),
    N_("link to reads like an advertisement"),
    N_("page behind link to reads like an advertisement"),
    N_("link to has many dashes"),
    N_("link to is shortened"),
    N_("link to is a well-known home of people's pages"),
    N_("link to is very long"),
    N_("author's link ends in"),
    N_("word in author's link"),
    N_("letters in author's link"),
    N_("author's link leads to a front page"),
    N_("author's link leads one step deep"),
    N_("author's link leads two steps deep"),
    N_("author's link leads deep into a site"),
    N_("author's link reads like an advertisement"),
    N_("page behind author's link reads like an advertisement"),
    N_("author's link has many dashes"),
    N_("author's link is shortened"),
    N_("author's link is a well-known home of people's pages"),
    N_("author's link is very long"),
)
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
_TEMPLATES: Final = tuple(
    (re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(text)), re.DOTALL), text)
    for text in (*REFUSALS, *DESK, *RULES, *CLUES)
    if "{" in text
)
_KNOWN: Final = frozenset((*REFUSALS, *DESK, *RULES, *CLUES, *COUNTED.values()))


def tell(sentence: object) -> str:
    """*sentence* of a layer below in the reader's language; as it is when nobody translated it."""
    text = str(sentence)
    if not text:
        # gettext answers nothing with its own header.
        return ""
    template, values = _taken_apart(text)
    # A page says the same few things in every row: looked up once while it is made.
    known: dict[str, str] = (
        request.environ.setdefault("chaffinch.told", {}) if has_request_context() else {}
    )
    told = known.get(template)
    if told is None:
        told = known[template] = str(gettext(template))
    return told.format(**dict(values)) if values else told


@lru_cache(maxsize=2_000)
def _taken_apart(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    if text in _KNOWN:
        return text, ()
    for pattern, template in _TEMPLATES:
        found = pattern.fullmatch(text)
        if found:
            values = found.groupdict()
            one = COUNTED.get((template, values.get("count", "")))
            return (one, ()) if one else (template, tuple(values.items()))
    return text, ()
