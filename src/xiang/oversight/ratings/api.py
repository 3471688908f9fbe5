"""Ratings over REST: what I may still rate, and rating it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.once import once
from xiang.foundation.parties.rest.shapes import CaseNumber, Given, Paging, Shown, rows_of
from xiang.oversight.ratings import operations, queries
from xiang.oversight.ratings.models import Invitation
from xiang.oversight.ratings.operations import LONGEST_TEXT, Word

router = Router(tags=["ratings"])

LevelKey = Literal["very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"]


class InvitationShown(Shown):
    """A matter that I may rate until a day, or have rated."""

    case: str
    title: str
    state: str
    opened_on: date
    closes_on: date


class InvitationPage(Shown):
    """One page of invitations."""

    items: list[InvitationShown]
    next: str | None


class WordGiven(Given):
    """A level for one part, and words if one likes."""

    level: LevelKey
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class RatingGiven(WordGiven):
    """A level for the whole, and for its parts by case number as one likes."""

    parts: dict[Annotated[str, Field(max_length=32)], WordGiven] = Field(default_factory=dict, max_length=50)


def _shown(row: Invitation) -> InvitationShown:
    return InvitationShown(
        case=row.case.number, title=row.case.title, state=row.state, opened_on=row.opened_on, closes_on=row.closes_on
    )


def _rated(request: HttpRequest, invitation_id: UUID) -> InvitationShown:
    return _shown(queries.invitations(actor_of(request)).get(id=invitation_id))


@router.get("/ratings", response=InvitationPage, auth=needs("ratings:write"), summary="可以评价的办件")
def list_invitations(request: HttpRequest, asked: Query[Paging]) -> Any:
    """What I was invited to rate; the newest first. Nobody is pressed, and nothing is preset."""
    rows = queries.invitations(actor_of(request)).defer("case__answers")
    return rows_of(rows, ("-id",), asked, _shown)


@router.post("/cases/{number}/rating", response={201: InvitationShown}, auth=needs("ratings:write"), summary="评价")
@once(_rated, whole=True)
def rate_case(request: HttpRequest, number: CaseNumber, given: RatingGiven) -> UUID:
    """Rate a matter, once. The office learns what was said, never by whom."""
    actor = actor_of(request)
    invitation = queries.invitation_for(actor, number)
    said = {part: Word(word.level, word.text) for part, word in given.parts.items()}
    operations.rate(invitation.case.number, actor, said | {invitation.case.number: Word(given.level, given.text)})
    return invitation.id
