"""What can be asked of ratings. An officer learns what was said of the office, never by whom, in which case, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.notices import queries as notices
from xiang.foundation.notices.models import Category
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party
from xiang.oversight.ratings.models import BAD, Invitation, Level, Rating, RatingFollowUp

MANY = 5
"""Words are shown to an office only beside at least so many ratings: a single one would point at a person."""


def may_be_asked(case: Case, rater: Party) -> bool:
    """Whether somebody may be asked to rate a matter: not where a death stands in it, nor where it must not be said."""
    about = str(case.id)
    silenced = (
        notices.is_suppressed(rater.id, kind, Category.RATING, about) for kind in ("rating.invited", "rating_request")
    )
    return not case.facts.get("solemn") and not any(silenced)


def invitations(actor: Actor) -> QuerySet[Invitation]:
    """The invitations of the person, or of whom they act for; the newest first. An officer has none."""
    if actor.subject_id is None or actor.is_staff:
        return Invitation.objects.none()
    return Invitation.objects.filter(rater_id=actor.subject_id).select_related("case", "rater").order_by("-id")


def open_invitations(actor: Actor) -> QuerySet[Invitation]:
    """What the person may still rate today."""
    rows = invitations(actor).filter(state=Invitation.State.OPEN, closes_on__gte=instant.today())
    return rows.defer("case__answers")


def invitation_for(actor: Actor, case_number: str) -> Invitation:
    """The person's invitation to rate a matter, or one of its parts; ``Absent`` when there is none."""
    parts = Prefetch("case__children", Case.objects.select_related("unit__body").defer("answers"))
    wanted = Q(case__number=case_number) | Q(case__children__number=case_number)
    found = invitations(actor).filter(wanted).prefetch_related(parts).first()
    if found is None:
        raise Absent
    return found


def parts_of(whole: Case) -> list[Case]:
    """The parts of a life event that can be rated: those that a body handled to an end."""
    rows = sorted(whole.children.all(), key=lambda case: case.id)
    return [case for case in rows if not case.open and case.outcome not in ("dropped", "withdrawn")]


def place_of(whole: Case) -> str:
    """Where a life event is counted: at the place of its first part."""
    first = whole.children.exclude(division_path="").order_by("id").values_list("division_path", flat=True).first()
    return first or ""


def given(invitation: Invitation) -> list[Rating]:
    """What the person said of this matter, the whole first."""
    rows = Rating.objects.filter(
        Q(case=invitation.case_id) | Q(case__parent=invitation.case_id), rater=invitation.rater_id
    )
    return list(rows.order_by("-whole", "id"))


@dataclass(frozen=True, slots=True)
class Said:
    """Words about an office, with nothing that points at who said them: the level, the item, the month."""

    level: str
    text: str
    item: str
    month: date


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How an office is rated: how many of each level, and what was said (only beside at least ``MANY`` ratings)."""

    unit_id: UUID
    name: str
    counts: Sequence[tuple[str, int]]
    words: Sequence[Said]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    @property
    def good(self) -> int:
        return sum(count for level, count in self.counts if level not in BAD)


def of_offices(actor: Actor) -> list[Aggregate]:
    """The ratings of the offices in which the officer holds a role, or that lie in a supervisor's division."""
    if not actor.is_staff:
        raise Absent
    rows = Rating.objects.filter(unit__isnull=False).filter(
        Q(unit_id__in=actor.unit_ids) | parties.within(actor.division_paths)
    )
    counted: dict[tuple[UUID, str], dict[str, int]] = {}
    for row in rows.values("unit_id", "unit__name", "level").annotate(n=Count("id")).order_by("unit__name"):
        counted.setdefault((row["unit_id"], row["unit__name"]), {})[row["level"]] = row["n"]
    return [
        Aggregate(
            unit, name, [(level, counts.get(level, 0)) for level in Level.values], _words(unit, sum(counts.values()))
        )
        for (unit, name), counts in counted.items()
    ]


def _words(unit: UUID, total: int) -> list[Said]:
    if total < MANY:
        return []
    rows = Rating.objects.filter(unit=unit).exclude(text="").order_by("level", "item_key", "text")[:50]
    return [Said(r.level, r.text, r.item_title, instant.legal_date(r.created_at).replace(day=1)) for r in rows]


def follow_ups(actor: Actor) -> QuerySet[RatingFollowUp]:
    """Bad ratings being followed up, for the supervisors of the division; the most urgent first."""
    rows = RatingFollowUp.objects.select_related("rating__case", "rating__unit", "rating__rater")
    rows = rows.defer("rating__case__answers").order_by("state", "contact_due", "id")
    return rows if actor.is_system else rows.filter(parties.within(actor.division_paths))


def follow_up_for(actor: Actor, follow_up_id: UUID) -> RatingFollowUp:
    """One of them; ``Absent`` when it is not the actor's to see."""
    found = follow_ups(actor).filter(id=follow_up_id).first()
    if found is None:
        raise Absent
    return found


def phone_of(found: RatingFollowUp) -> str:
    """The phone number of who rated; asked by the operation that writes down who looked."""
    return parties.contact_value(found.rating.rater_id) or ""
