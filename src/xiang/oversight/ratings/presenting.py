"""Ratings as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError
from xiang.foundation.pages.components import Kind, StatusView
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import Limit, due
from xiang.oversight.ratings import queries
from xiang.oversight.ratings.models import Invitation, Level, Rating, RatingFollowUp

_ICONS = {
    Level.VERY_SATISFIED: "mood-happy",
    Level.SATISFIED: "mood-smile",
    Level.FAIRLY_SATISFIED: "mood-neutral",
    Level.DISSATISFIED: "mood-sad",
    Level.VERY_DISSATISFIED: "mood-cry",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One level as a big button; ``first`` and ``rest`` break its words in two lines."""

    value: str
    icon: str
    first: str
    rest: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that can be rated: the whole, or a part with its office."""

    number: str
    title: str
    office: str
    choices: Sequence[Choice]
    text: str = ""
    error: str = ""
    text_error: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What was said, in words."""

    title: str
    level: str
    icon: str
    text: str


def choices(chosen: str = "") -> list[Choice]:
    """The five levels, none of them chosen beforehand."""
    return [Choice(level, _ICONS[level], *_broken(level.label), level == chosen) for level in Level]


def _broken(label: str) -> tuple[str, str]:
    return (label[:2], label[2:]) if len(label) > 3 else (label, "")


def given(invitation: Invitation) -> list[Given]:
    """What the person said of the matter, the whole first."""
    return [
        Given("总体" if r.whole else r.item_title, Level(r.level).label, _ICONS[Level(r.level)], r.text)
        for r in queries.given(invitation)
    ]


def page_of(
    invitation: Invitation, said: Mapping[str, Any] | None = None, errors: Sequence[FieldError] = ()
) -> dict[str, Any]:
    """The context of the form: what can still be said, what was said, or why it is closed."""
    case, said = invitation.case, said or {}
    wrong = {error.pointer: error.detail for error in errors}
    rated = invitation.state == Invitation.State.RATED
    closed = not rated and invitation.closes_on < instant.today()
    parts = [] if rated or closed else queries.parts_of(case)
    return {
        "invitation": invitation,
        "case": case,
        "rated": rated,
        "closed": closed,
        "given": given(invitation) if rated else (),
        "whole": _part(case.number, "总体", "", said, wrong, ""),
        "parts": [
            _part(p.number, p.item_title, p.unit.name if p.unit else "", said, wrong, f"/{p.number}") for p in parts
        ],
        "errors": errors,
        "open_parts": any(p.number in said and said[p.number].level for p in parts) or any("/" in k[1:] for k in wrong),
    }


def _part(number: str, title: str, office: str, said: Mapping[str, Any], wrong: Mapping[str, str], at: str) -> Part:
    word = said.get(number)
    return Part(
        number, title, office, choices(word.level if word else ""), word.text if word else "",
        wrong.get(f"{at}/level", ""), wrong.get(f"{at}/text", ""),
    )  # fmt: skip


# --- supervisors -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """A bad rating on the supervisor's list."""

    id: Any
    item: str
    office: str
    level: str
    text: str
    number: str
    status: StatusView
    due: str


def follow_up_row(found: RatingFollowUp) -> FollowUpRow:
    """One follow-up with where it stands and until when the next step is due."""
    rating: Rating = found.rating
    return FollowUpRow(
        found.id,
        rating.item_title,
        rating.unit.name if rating.unit else "整件事",
        Level(rating.level).label,
        rating.text,
        rating.case.number,
        _standing(found),
        "" if found.state == RatingFollowUp.State.CLOSED else legal_day(_next_due(found)),
    )


def _next_due(found: RatingFollowUp) -> Any:
    return found.contact_due if found.state == RatingFollowUp.State.OPEN else found.mend_due


def _standing(found: RatingFollowUp) -> StatusView:
    label = RatingFollowUp.State(found.state).label
    if found.state == RatingFollowUp.State.CLOSED:
        return StatusView("done", label)
    last, today = _next_due(found), instant.today()
    if today > last:
        return StatusView("late", f"{label}，晚了 {(today - last).days} 天")
    soon = due(today, Limit(1, "wd"), statutes.calendar()).date
    kind: Kind = "soon" if soon is None or last <= soon else "run"
    return StatusView(kind, label)
