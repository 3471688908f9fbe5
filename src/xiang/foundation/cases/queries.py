"""What can be asked of cases, with row rights in every queryset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from xiang.foundation.cases import procedures
from xiang.foundation.cases.counting import COUNT_CAP, COUNTED_MOST, Tally, capped_counts, scalars, tallied
from xiang.foundation.cases.inboxes import (
    DUES,
    INBOX_ORDER,
    InboxFilter,
    due_within,
    in_view,
    narrowed,
    next_working_day,
    order_of,
)
from xiang.foundation.cases.models import (
    Case,
    CaseEvent,
    CaseLink,
    CaseMark,
    CaseParty,
    CaseReading,
    CaseSpan,
    CaseTimer,
    OpinionPhrase,
)
from xiang.foundation.cases.operations.settling import settle, settle_overdue
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.cases.rights import AGENT, Past, Refusal, past_of, who_may
from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import Compiled, kept
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.paging import Page, from_cursor, merged
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor

SOUGHT_APART = 3
"""Officers of more offices have their lists sought together: sorting costs less than that many statements."""

__all__ = [
    "COUNTED_MOST", "COUNT_CAP", "INBOX_ORDER", "InboxFilter", "actions", "by_id", "case_for", "children", "counters", "events",
    "events_of", "family_for", "inbox", "inbox_rows", "mine", "needs", "next_working_day", "of_units", "opened_by", "phrases",
    "place_in", "settle_lapsed", "state_title", "supervised", "visible_to", "waiting_for_me",
]  # fmt: skip


def mine(actor: Actor) -> QuerySet[Case]:
    """Cases that the person applied for (or for whom they act), or in which they have a role; newest first. Who acts
    under a delegation sees those of its items alone."""
    who = actor.subject_id
    if who is None:
        return Case.objects.none()
    party = Exists(CaseParty.objects.filter(case=OuterRef("id"), party_id=who).exclude(role=AGENT))
    rows = Case.objects.filter(Q(applicant_id=who) | party)
    if actor.items is not None and "*" not in actor.items:
        # A life event (a case without a unit) is entrusted whole, with its sub-cases.
        event = Q(unit=None, item_key__in=actor.events) | Q(parent__item_key__in=actor.events)
        rows = rows.filter(Q(unit__isnull=False, item_key__in=actor.items) | event)
    return rows.order_by("-id")


def waiting_for_me(actor: Actor) -> int:
    """How many matters wait for something that the person must do."""
    if actor.staff_id is not None or actor.subject_id is None:
        return 0
    return capped_counts({"waiting": mine(actor).filter(open=True, waiting_for="applicant")})["waiting"]


def of_units(actor: Actor) -> QuerySet[Case]:
    """Cases handled by the units in which the officer holds a role, without those from which they stepped back."""
    units = actor.unit_ids
    if not units:
        return Case.objects.none()
    rows = Case.objects.filter(unit_id=next(iter(units))) if len(units) == 1 else Case.objects.filter(unit_id__in=units)
    return rows.exclude(_recused(actor.staff_id)) if actor.staff_id else rows


def supervised(actor: Actor) -> QuerySet[Case]:
    """Cases of every unit in or below a division that the actor supervises."""
    return Case.objects.filter(parties.within(actor.division_paths)) if actor.division_paths else Case.objects.none()


def _recused(staff_id: UUID) -> Q:
    # Not Exists: an officer has few marks, which a database gathers once instead of looking for one at every case.
    marks = CaseMark.objects.filter(staff_id=staff_id, kind=CaseMark.Kind.RECUSED)
    return Q(id__in=marks.values("case_id"))


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Everything the actor may see: as applicant or party, as officer of the unit, as supervisor of the division."""
    if actor.staff_id is None:
        return mine(actor)
    found = of_units(actor)
    return found | supervised(actor) if actor.division_paths else found


def case_for(actor: Actor, number: str) -> Case:
    """One case by its number, settled; ``Absent`` when there is none or it is not the actor's to see."""
    return _found(actor, number, _whole())


@dataclass(frozen=True, slots=True)
class Opened:
    """A case on an officer's desk: what they have to do with it already."""

    case: Case
    read_today: bool
    followed: bool


def opened_by(actor: Actor, number: str) -> Opened:
    """One case for an officer, with their own marks on it; rights as for :func:`case_for`."""
    if actor.staff_id is None:
        raise Absent
    own = {"case": OuterRef("id"), "staff_id": actor.staff_id}
    rows = _whole().annotate(
        read_today=Exists(CaseReading.objects.filter(**own, on=instant.today())),
        followed=Exists(CaseMark.objects.filter(**own, kind=CaseMark.Kind.FOLLOWED)),
    )
    case = _found(actor, number, rows)
    return Opened(case, bool(vars(case)["read_today"]), bool(vars(case)["followed"]))


def _found(actor: Actor, number: str, rows: QuerySet[Case]) -> Case:
    lapsed = CaseTimer.objects.filter(case=OuterRef("id"), pending=True, due__lt=instant.today())
    seen = visible_to(actor).filter(number=number).order_by().values("id")
    rows = rows.filter(number=number, id__in=seen).annotate(lapsed=Exists(lapsed))
    case = rows.first()
    if case is None:
        raise Absent
    if case.open and vars(case)["lapsed"]:
        settle(case.id)
        return rows.get()
    return case


def family_for(actor: Actor, number: str) -> tuple[Case, Sequence[Case]]:
    """One case and its sub-cases in the order in which they were opened, all settled; rights as for :func:`case_for`:
    who may see a life event may see what it is made of."""
    lapsed = CaseTimer.objects.filter(case=OuterRef("id"), pending=True, due__lt=instant.today())
    seen = visible_to(actor).filter(number=number).order_by().values("id")
    spans = CaseSpan.objects.filter(case=OuterRef("id"))
    rows = _whole().filter(Q(id__in=seen) | Q(parent_id__in=seen)).order_by("id")
    rows = rows.annotate(lapsed=Exists(lapsed), spanned=Exists(spans))
    family = list(rows)
    late = [case.id for case in family if case.open and vars(case)["lapsed"]]
    if late:
        for case_id in late:
            settle(case_id)
        family = list(rows.all())
    case = next((one for one in family if one.number == number), None)
    if case is None:
        raise Absent
    return case, [one for one in family if one.id != case.id]


def _whole() -> QuerySet[Case]:
    return Case.objects.select_related("unit__division", "unit__body", "assignee__party", "applicant", "parent")


def inbox_rows(actor: Actor, wanted: InboxFilter, tomorrow: date | None = None) -> QuerySet[Case]:
    """The rows of an inbox: those of the officer's units (or supervised ones) that the filter keeps. ``tomorrow`` is
    the next working day, when the caller knows it."""
    rows = supervised(actor) if wanted.view == "all" else of_units(actor)
    return narrowed(rows, actor, wanted, tomorrow)


def inbox(actor: Actor, wanted: InboxFilter, cursor: str | None = None, size: int = 50) -> Page[Case]:
    """One page of the inbox, the most urgent first (what is closed: the newest first). Overdue timers of the officer's
    units are settled before. The rows say besides whether their clock was ever stopped or extended (``spanned``) and
    whether the applicant reminded the office (``urged``)."""
    settle_overdue(unit_ids=actor.unit_ids or None)
    order = order_of(wanted)

    def sought(one: Actor) -> QuerySet[Case, tuple[Any, ...]]:
        # Which cases they are is settled first: what else a list shows is read of these alone, not of all sorted.
        found = from_cursor(inbox_rows(one, wanted), order, cursor, size)
        return found.values_list(*(name.lstrip("-") for name in order))

    parts = _by_unit(actor, wanted)
    if cursor or wanted.text:  # asked by few, once: not kept
        found = [list(sought(one)) for one in parts]
    else:
        keys = [("inbox", one, wanted, size, instant.today(), procedures.known_keys()) for one in parts]
        found = [kept(key, partial(sought, one)) for key, one in zip(keys, parts, strict=True)]
    places, following = merged(found, order, size)
    shown = {case.id: case for case in _listed(tuple(place[-1] for place in places))}
    units = parties.offices({case.unit_id for case in shown.values() if case.unit_id})
    officers = parties.officers({case.assignee_id for case in shown.values() if case.assignee_id})
    for case in shown.values():
        case.unit = units[case.unit_id] if case.unit_id else None
        case.assignee = officers[case.assignee_id] if case.assignee_id else None
    return Page([shown[place[-1]] for place in places if place[-1] in shown], following)


LISTED = (
    "number", "procedure", "procedure_version", "item_key", "item_title", "title", "state", "waiting_for", "open",
    "outcome", "version", "clock", "clock_started", "clock_ended", "due", "due_provisional", "overdue", "act_by", "kept_rules",
    "submitted_at", "received_on", "decided_on", "concluded_at", "unit_id", "assignee_id", "parent__number",
)  # fmt: skip
"""What a list shows of a case."""


def _showing(ids: tuple[UUID, ...] = ()) -> QuerySet[Case]:
    # Not Exists: PostgreSQL may answer that for all cases at once, where fifty are asked about.
    spans = CaseSpan.objects.filter(case=OuterRef("id")).order_by().values("id")[:1]
    urged = CaseEvent.objects.filter(case=OuterRef("id"), transition="urge").order_by().values("id")[:1]
    rows = Case.objects.filter(pk__among=ids).annotate(spanned=Subquery(spans), urged=Subquery(urged))
    return rows.select_related("parent").only(*LISTED).order_by()


_listed = Compiled(_showing)


def _by_unit(actor: Actor, wanted: InboxFilter) -> list[Actor]:
    """The actor in each of their units, when there are two or three: the index orders the cases of one unit."""
    if wanted.view == "all" or not 1 < len(actor.unit_ids) <= SOUGHT_APART:
        return [actor]
    return [
        replace(actor, grants=frozenset(g for g in actor.grants if g[0] == unit)) for unit in sorted(actor.unit_ids)
    ]


def counters(actor: Actor, wanted: InboxFilter | None = None, views: Sequence[InboxFilter] = ()) -> Mapping[str, int]:
    """How many open cases are late, due today, due tomorrow, stopped, waiting for the applicant, none of these, and
    all; within a filter or the officer's units. With those of other lists (``view-<name>``) besides, in one statement.
    Counted among the first ``COUNTED_MOST``: when there are more, each count is at least that many."""
    wanted = wanted or InboxFilter()
    today = instant.today()
    tomorrow = next_working_day(today)

    def tallies() -> list[Tally]:
        kinds = {key or "all": due_within(key, tomorrow) for key in ("", *DUES)}
        found = [Tally(inbox_rows(actor, wanted.due_only("")), kinds)]
        if views:
            lists = {f"view-{one.view}": in_view(actor, one.view) for one in views}
            found.append(Tally(of_units(actor).filter(open=True), lists))
        return found

    # What somebody looked for is theirs, and seldom looked for again: it is not kept.
    key = (actor, wanted, tuple(views), today, tomorrow, procedures.known_keys())
    return tallied(None if wanted.text else key, tallies)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in a list: the numbers beside it, its place (0: not in it), how many there are (capped)."""

    before: str = ""
    after: str = ""
    at: int = 0
    of: int = 0


def place_in(actor: Actor, wanted: InboxFilter, case: Case, **more: QuerySet[Any]) -> tuple[Place, dict[str, int]]:
    """Where a case stands in a list, and how many rows each of ``more`` has; one statement."""
    rows, order = inbox_rows(actor, wanted), order_of(wanted)
    earlier, later = _beside(case, "lt"), _beside(case, "gt")
    if order[0].startswith("-"):
        earlier, later = later, earlier
    back = [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order]
    said = scalars(
        first={
            "before": rows.filter(earlier).order_by(*back).values("number"),
            "after": rows.filter(later).order_by(*order).values("number"),
        },
        counts={"earlier": rows.filter(earlier), "held": rows.filter(id=case.id), "of": rows, **more},
    )
    at = said["earlier"] + 1 if said["held"] else 0
    place = Place(said["before"] or "", said["after"] or "", at, said["of"])
    return place, {name: said[name] for name in more}


def _beside(case: Case, step: str) -> Q:
    strictly = Q(**{f"act_by__{step}": case.act_by})
    return strictly | Q(act_by=case.act_by, **{f"id__{step}": case.id})


def actions(case: Case, actor: Actor, past: Past | None = None) -> list[tuple[Transition, Refusal | None]]:
    """The edges that a person could walk from here, each with the reason when it is not theirs."""
    procedure = procedures.get(case.procedure, case.procedure_version)
    people = [t for t in procedure.leaving(case.state) if set(t.by) != {"system"}]
    past = past or past_of(case, actor)
    return [(t, who_may(case, t, actor, past)) for t in people]


def events(case: Case) -> Sequence[CaseEvent]:
    """What happened, in order."""
    return list(case.events.select_related("unit").order_by("sequence"))


def events_of(cases: Iterable[Case]) -> Sequence[CaseEvent]:
    """What happened in several cases, the newest first. The caller has checked the right to each."""
    ids = [case.id for case in cases]
    return list(CaseEvent.objects.filter(case_id__in=ids).select_related("unit").order_by("-recorded_at", "-id"))


def children(case: Case) -> Sequence[Case]:
    """The sub-cases of a life event, in the order in which they were opened."""
    return list(case.children.select_related("unit__division", "unit__body").order_by("id"))


def settle_lapsed(case_ids: Iterable[UUID]) -> None:
    """Let the deadlines that have passed in some cases take effect before a page shows them."""
    lapsed = CaseTimer.objects.filter(case_id__in=case_ids, pending=True, due__lt=instant.today())
    for case_id in sorted(set(lapsed.values_list("case_id", flat=True))):
        settle(case_id)


def needs(cases: Iterable[Case]) -> Sequence[CaseLink]:
    """What waits for what among some cases."""
    ids = [case.id for case in cases]
    return list(CaseLink.objects.filter(kind="needs", source_id__in=ids, target_id__in=ids).order_by("id"))


def phrases(procedure: str, *edges: str) -> Sequence[OpinionPhrase]:
    """The sentences often written on these steps of a procedure."""
    rows = OpinionPhrase.objects.filter(on__in=edges, procedure__in=("", procedure))
    return list(rows.order_by("position", "key"))


def state_title(procedure: str, version: int, state: str) -> str:
    """How a state of a procedure is called."""
    return procedures.get(procedure, version).state(state).title


def by_id(case_id: UUID) -> Case:
    """One case for the engine's own subscribers (no person is asking); ``Absent`` when there is none."""
    found = (
        Case.objects.select_related("unit__division", "unit__body", "applicant", "subject").filter(id=case_id).first()
    )
    if found is None:
        raise Absent
    return found
