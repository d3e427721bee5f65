"""What a Site may see of its own: its comments, its Decisions, the Sites of its network."""

from __future__ import annotations

from service.domain.decision import Decision, Outcome
from service.domain.site import Site
from service.domain.submission import Submission
from service.storage.store import Store
from service.storage.submissions import PageAsk
from service.storage.unit import Unit


def list_own_sites(
    owner: Site, *, after: int | None, limit: int, store: Store
) -> tuple[list[Site], int | None]:
    """One page of a key's Site and the children of a network, oldest first; where the next begins.

    Fast I/O.
    """
    with store.read() as unit:
        own = sorted(_sites_of(unit, owner), key=lambda site: site.site_id)
    found = [site for site in own if after is None or site.site_id > after]
    items = found[:limit]
    return items, items[-1].site_id if len(found) > limit else None


def list_own_comments(
    owner: Site, outcome: Outcome, *, before: int | None, limit: int, store: Store
) -> tuple[list[Submission], int | None]:
    """One page of comments with this Outcome, newest first, and where the next one begins."""
    with store.read() as unit:
        ids = tuple(site.site_id for site in _sites_of(unit, owner))
        found = unit.submissions.page(
            PageAsk(outcome=outcome, site_ids=ids, before=before, limit=limit + 1)
        )
    items = found[:limit]
    return items, items[-1].submission_id if len(found) > limit else None


def find_own_comment(owner: Site, guid: str, *, store: Store) -> Submission:
    """One comment of a Site's own. Raises NotFound, as for one that is another's."""
    with store.read() as unit:
        ids = tuple(site.site_id for site in _sites_of(unit, owner))
        return unit.submissions.get(guid, site_ids=ids)


def list_own_decisions(
    owner: Site, *, before: int | None, after: int | None, limit: int, store: Store
) -> tuple[list[tuple[Decision, str]], int | None]:
    """One page of Decisions with their guids, and where the next one begins.

    Newest first; oldest first with *after*, which is how a blog follows what is new.
    """
    with store.read() as unit:
        ids = [site.site_id for site in _sites_of(unit, owner)]
        found = unit.decisions.page_of(ids, before=before, after=after, limit=limit + 1)
    items = found[:limit]
    return items, items[-1][0].decision_id if len(found) > limit else None


def find_own_decision(owner: Site, decision_id: int, *, store: Store) -> str:
    """The guid that a Decision about a Site's own comment speaks of. Raises NotFound."""
    with store.read() as unit:
        decision = unit.decisions.get(decision_id)
        ids = tuple(site.site_id for site in _sites_of(unit, owner))
        return unit.submissions.get(
            unit.decisions.find_guid(decision.submission_id), site_ids=ids
        ).guid


def _sites_of(unit: Unit, owner: Site) -> list[Site]:
    return [owner, *unit.sites.list_children(owner)] if owner.is_network else [owner]
