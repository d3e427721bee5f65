"""The lists: what waits, what is spam, what passed, what was removed; search through all."""

from __future__ import annotations

import datetime as dt
from typing import Final

import flask
from flask.typing import ResponseReturnValue

from service.domain.submission import Submission
from service.domain.view import Age, Listing, Sort, View, sorts_of
from service.moderation import addresses, forms, views, words
from service.moderation.beside import Beside, beside, held_line
from service.moderation.blueprint import SEE_OTHER, back, front, moderation, page, wants_json
from service.moderation.first_run import first_run
from service.moderation.sayings import tell
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.review import MOST_BESIDE, MOST_COUNTED, ReviewPage, review
from service.workflows.save_view import save_view
from service.workflows.skip import skip
from service.workflows.watch import watch

# In the browser's own cookie: up to which undo this person has read.
_TOLD: Final = "told"


@front.get("/")
def home() -> ResponseReturnValue:
    """The front door leads to the queue."""
    return flask.redirect(flask.url_for("moderation.queue"), SEE_OTHER)


@moderation.get("/")
def queue() -> ResponseReturnValue:
    """What waits for a person."""
    return _list(Listing.WAITING)


@moderation.get("/spam")
def spam() -> ResponseReturnValue:
    """What is spam, by the machine or by a person."""
    return _list(Listing.SPAM)


@moderation.get("/discarded")
def discarded() -> ResponseReturnValue:
    """What blogs were told to throw away at once; kept here until its text is forgotten."""
    return _list(Listing.DISCARDED)


@moderation.get("/passed")
def passed() -> ResponseReturnValue:
    """What is ham, by the machine or by a person."""
    return _list(Listing.PASSED)


@moderation.get("/removed")
def removed() -> ResponseReturnValue:
    """What a person removed without calling it spam."""
    return _list(Listing.REMOVED)


@moderation.get("/search")
def search() -> ResponseReturnValue:
    """Everything that matches, newest first."""
    return _list(Listing.ANY)


def _list(listing: Listing) -> ResponseReturnValue:
    here, person, now = runtime(), signed_in(), runtime().clock()
    view = addresses.read_view(listing, flask.request.args)
    after = addresses.read_cursor(flask.request.args.get("after"))
    found = review(person, view, after=after, store=here.store, now=now)
    goal = here.settings.goal_hours

    def about(one: Submission) -> Beside:
        who, most = person.moderator_id, dt.timedelta(hours=goal)
        return beside(one, found, listing, moderator_id=who, goal=most, now=now)

    rows = [views.row(one, found.sites, now, about(one)) for one in found.items]
    has_more = found.after is not None
    return page(
        "list.html",
        title=words.SENT_TITLE if view.is_sent else words.TITLES[listing],
        listing=listing.value,
        view=view,
        rows=rows,
        found=found,
        hints=[(what, tell(hint)) for what, hint in found.hints],
        counts=_counts(found),
        matching=_told(found.matching, MOST_COUNTED),
        half_within=views.within(found.half_within) if found.half_within else "",
        oldest=views.ago(found.oldest_at, now) if found.oldest_at else "",
        goal=goal,
        sorts=[(one.value, words.SORTS[one]) for one in _sorts(view, found)],
        ages=[(one.value, words.AGES[one]) for one in Age],
        reasons=_reasons(view, found),
        languages=_languages(view, found),
        taken_back=[one for one in found.taken_back if one[0].decision_id > _told_of()],
        is_later=after is not None,
        first=addresses.write_view(view),
        whole=addresses.write_view(View(listing=listing, sort=sorts_of(listing)[0])),
        sent_place=addresses.write_view(View(is_sent=True)),
        skipped_place=addresses.write_view(view, skipped="" if view.is_skipped else "1"),
        next_place=addresses.write_view(view, after=addresses.write_cursor(found.after))
        if has_more and found.after
        else "",
        by_priority=view.sort in {Sort.PRIORITY, Sort.SITE},
        by_site=view.sort is Sort.SITE,
        start=first_run(here) if _is_bare(view, found) else None,
    )


def _is_bare(view: View, found: ReviewPage) -> bool:
    """Whether there may be nothing at all yet: only then that is asked."""
    is_queue = view.listing is Listing.WAITING and not view.is_narrowed
    return is_queue and not any(found.counts.values())


def _sorts(view: View, found: ReviewPage) -> list[Sort]:
    """The orders to choose from: who sees one Site has nothing to group."""
    is_many = len(found.sites) > 1 or view.sort is Sort.SITE
    return [one for one in sorts_of(view.listing) if one is not Sort.SITE or is_many]


@moderation.post("/told", endpoint="told")
def told() -> ResponseReturnValue:
    """The person has read which of their decisions others took back."""
    read = forms.read_number(flask.request.form.get("read"))
    flask.session[_TOLD] = max(_told_of(), read or 0)
    return flask.redirect(back(), SEE_OTHER)


def _told_of() -> int:
    return int(flask.session.get(_TOLD, 0))


def _told(count: int, most: int) -> str:
    return str(count) if count < most else f"{most:,}+".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _counts(found: ReviewPage) -> dict[str, str]:
    most = {Listing.WAITING: MOST_COUNTED}
    return {
        kind.value: _told(count, most.get(kind, MOST_BESIDE))
        for kind, count in found.counts.items()
    }


def _reasons(view: View, found: ReviewPage) -> list[str]:
    """What can be asked for here: the reasons that this page shows, and the one asked for."""
    shown = {clue.name for one in found.items for clue in views.clues_of(one.scoring)[:3]} | {
        one.scoring.rule for one in found.items if one.scoring and one.scoring.rule
    }
    return sorted(shown | ({view.reason} if view.reason else set()))


def _languages(view: View, found: ReviewPage) -> list[str]:
    shown = {lang for one in found.items for lang in one.arrival.comment.blog_lang}
    return sorted(shown | ({view.language} if view.language else set()))[:40]


@moderation.get("/news")
def news() -> ResponseReturnValue:
    """What a page that is open should know: how many are new, what others did with its rows."""
    here, person, args = runtime(), signed_in(), flask.request.args
    view = addresses.read_place(args.get("place", "")) or View()
    guids = forms.read_guids(args.get("rows", "").split(","))
    newest = forms.read_number(args.get("newest")) or 0
    found = watch(person, view, guids, newest_id=newest, store=here.store, now=here.clock())
    rows = {}
    for one, decision in found.rows:
        told = ""
        if decision is not None:
            who = decision.moderator or str(words.BY_BLOG)
            told = words.ROW_DECIDED.format(who=who, act=words.ACTS[decision.act])
        rows[one.guid] = {
            "version": one.version,
            "told": told,
            "held": held_line(found.claims.get(one.submission_id), person.moderator_id),
        }
    return flask.jsonify(fresh=found.fresh, rows=rows)


@moderation.post("/item/<guid>/skip", endpoint="skip")
def skip_form(guid: str) -> ResponseReturnValue:
    """To the end of the queue, for this person alone; or back again."""
    skip(signed_in(), guid, back=flask.request.form.get("to") == "back", store=runtime().store)
    if wants_json():
        return flask.jsonify(said=str(words.SKIPPED))
    return flask.redirect(back(), SEE_OTHER)


@moderation.post("/views", endpoint="views")
def views_form() -> ResponseReturnValue:
    """Give this list a name, or forget one."""
    here, form = runtime(), flask.request.form
    save_view(
        signed_in(),
        name=form.get("name", ""),
        place=back(),
        is_shared=form.get("shared") == "1",
        forget_id=forms.read_number(form.get("forget")),
        store=here.store,
        now=here.clock(),
    )
    return flask.redirect(back(), SEE_OTHER)
