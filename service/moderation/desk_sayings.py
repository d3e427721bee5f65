"""Refusals of the pages around the queue, for `tell` to translate; see sayings.py."""

from __future__ import annotations

from typing import Final


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """*text* as it is; the extraction of messages finds it here."""
    return text


DESK: Final = (
    N_("There is no webhook {number}."),
    N_("An address looks like https://blog.example.org/hook."),
    N_("An address has at most {most} characters."),
    N_("{host} is inside a private network. Who runs this server can allow it there."),
    N_("Only who works on every site adds a webhook for all of them."),
    N_("There is no such campaign."),
    N_("Three numbers that rise, or none of them."),
    N_("What comes later can be spam or be removed, never be approved."),
    N_("Its text was forgotten: there is nothing to check."),
    N_("This does not wait any more."),
    N_("Choose a colleague who decides on this site."),
    N_("There is no such event, or it was not given up."),
)
