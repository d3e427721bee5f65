"""What the API is told, as pydantic reads it.

Compiled code keeps the check path fast, and its JSON Schema is OpenAPI 3.1's own dialect. Unknown
names are refused: a typo must not mean the default.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

MOST_ITEMS: Final = 1000
_SHORT: Final = 1000
_ADDRESS: Final = 2000


def _cut(most: int) -> BeforeValidator:
    # Cut, not refused: a commenter must not be able to make a blog's check fail.
    return BeforeValidator(lambda value: value[:most] if isinstance(value, str) else value)


def _utc(moment: dt.datetime) -> dt.datetime | None:
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None


Short = Annotated[str, _cut(_SHORT)]
Address = Annotated[str, _cut(_ADDRESS)]
Words = Annotated[list[Annotated[str, _cut(200)]], Field(max_length=50)]
Moment = Annotated[dt.datetime, AfterValidator(_utc)]
ScopeWord = Literal["check", "feedback", "read", "decide", "admin"]
Guid = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="Public id of a check.")]


class Shape(BaseModel):
    """Every body of a request."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CommentIn(Shape):
    """A comment as the blog got it. Send what is known: text, user_ip and author help most."""

    text: str = Field(default="", description="The comment, with its markup.")
    author: Short = ""
    author_email: Short = ""
    author_url: Address = ""
    user_ip: Annotated[str, _cut(100)] = ""
    user_agent: Short = ""
    referrer: Address = ""
    permalink: Address = Field(default="", description="The page commented on.")
    comment_type: Annotated[str, _cut(100)] = Field(default="comment", description="Or reply.")
    written_at: Moment | None = None
    post_modified_at: Moment | None = None
    blog_lang: Words = Field(default_factory=list)
    user_role: Words = Field(default_factory=list, description="`administrator` is never spam.")
    context: Words = Field(default_factory=list, description="What the page is about.")
    parent: Annotated[str, _cut(100)] = ""
    honeypot: Annotated[str, _cut(200)] = Field(
        default="", description="What stood in a form field that people cannot see."
    )


class CheckAsk(Shape):
    """One comment to be judged."""

    comment: CommentIn
    blog: Address = Field(default="", description="Needed by the key of a network only.")
    comment_id: Annotated[str, _cut(100)] = Field(default="", description="Its number with you.")
    is_test: bool = Field(default=False, description="Not counted, never learned from.")


class BatchAsk(Shape):
    """Up to 1 000 comments; each is judged, or refused, on its own."""

    items: Annotated[list[CheckAsk], Field(min_length=1, max_length=MOST_ITEMS)]
    blog: Address = ""


class RawBatch(Shape):
    """A BatchAsk whose items are not looked at yet, so that one bad one spoils no other."""

    items: Annotated[list[Any], Field(min_length=1, max_length=MOST_ITEMS)]
    blog: Address = ""


class FeedbackAsk(Shape):
    """What your people say about a comment: name it by the guid of its check, or send it."""

    label: Literal["ham", "spam"]
    guid: Guid | None = None
    comment: CommentIn | None = None
    blog: Address = ""
    reporter: Annotated[str, _cut(200)] = Field(default="", description="Who says so.")
    is_test: bool = False


class DecisionAsk(Shape):
    """A moderator's answer. `seen_version` refuses it when somebody decided meanwhile."""

    guid: Guid | None = Field(default=None, description="What is decided; not for `undo`.")
    act: Literal["approve", "spam", "remove", "undo"]
    undoes: int | None = Field(default=None, ge=1, le=2**53, description="The decision taken back.")
    seen_version: int | None = Field(default=None, ge=0, le=2**31 - 1)
    note: Annotated[str, _cut(2000)] = ""
    reason: Annotated[str, _cut(60)] = Field(
        default="",
        description="Why, in a word. `spam` and `remove` need it, or a note, if the site says so.",
    )


class CutoffsShape(Shape):
    """Three rising numbers: unsure_from <= spam_from <= blatant_from."""

    unsure_from: float = Field(ge=0, le=1, allow_inf_nan=False)
    spam_from: float = Field(ge=0, le=1, allow_inf_nan=False)
    blatant_from: float = Field(ge=0, le=2, allow_inf_nan=False)


class SiteAsk(Shape):
    """A website to add."""

    blog: Annotated[str, Field(min_length=8, max_length=500)]
    name: Annotated[str, _cut(200)] = ""
    is_network: bool = False


class PolicyAsk(Shape):
    """What to change of a site's choices; the rest stays. `cutoffs: null` means the model's own."""

    unsure: Literal["hold", "spam", "ham"] | None = None
    recheck_after_s: int | None = Field(default=None, ge=60, le=31_536_000)
    kept_days: int | None = Field(default=None, ge=1, le=36_500)
    kept_spam_days: int | None = Field(default=None, ge=1, le=36_500)
    needs_reason: bool | None = Field(
        default=None, description="A moderator says why something is spam or removed."
    )
    cutoffs: CutoffsShape | None = None


class KeyAsk(Shape):
    """A key to issue. One that may decide or administer acts for a moderator."""

    blog: Annotated[str, Field(min_length=8, max_length=500)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: list[ScopeWord] = Field(
        default=["check", "feedback", "read"], min_length=1, max_length=5
    )
    acts_for: Annotated[str, _cut(80)] = ""
