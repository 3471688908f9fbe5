"""From a figure to the cases it is made of, masked, and from a case to its entries in the ledger with their proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xiang.foundation.cases import procedures
from xiang.foundation.cases.models import Case
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ledger import queries as ledger
from xiang.foundation.ledger.models import Entry
from xiang.foundation.ledger.queries import EntryFilter
from xiang.foundation.measures import queries as measures
from xiang.foundation.pages.components import EventView
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.names import mask_name
from xiang.portal.boards.figures import Period

MOST = 200


@dataclass(frozen=True, slots=True)
class Contribution:
    """One case behind a figure, without anything personal: number, item, place, how it counted."""

    number: str
    item: str
    place: str
    state: str
    day: date
    counted: str
    seen: bool


@dataclass(frozen=True)
class Traced:
    """What a figure is made of. ``counted`` is what the contributions add up to: it must equal the figure."""

    rows: Sequence[Contribution]
    numerator: int
    denominator: int
    more: bool


def where_of(item: str, city: str) -> dict[str, str]:
    """The dimensions that a link of the board fixes."""
    where = {"item": item} if item else {}
    if city:
        path = parties.division_path(f"{city}00")
        where["city"] = path
    return where


def traced(key: str, where: Mapping[str, str], over: Period, actor: Actor) -> Traced:
    """The contributions to a figure, newest first; a supervisor opens those of their own division."""
    found = measures.trace(key, where, over.start, over.end, limit=100_000)
    ids = [UUID(count.ref.partition(":")[2]) for count in found if count.ref.startswith("case:")]
    newest = sorted(zip(found, ids, strict=False), key=lambda pair: (pair[0].day, pair[1]), reverse=True)[:MOST]
    cases = {case.id: case for case in _cases([case_id for _, case_id in newest])}
    tree = parties.tree()
    province = "".join(row.name for row in tree.children(None)[:1])
    rows = []
    for count, case_id in newest:
        case = cases.get(case_id)
        if case is not None:
            counted = f"{count.numerator} / {count.denominator}" if count.denominator else str(count.numerator)
            place = tree.title(code_of(_path(case))).removeprefix(province)
            rows.append(
                Contribution(
                    case.number, case.item_title, place, state(case), count.day, counted, may_open(actor, case)
                )
            )
    return Traced(rows, sum(c.numerator for c in found), sum(c.denominator for c in found), len(found) > MOST)


def _cases(ids: Sequence[UUID]) -> list[Case]:
    return list(Case.objects.filter(id__in=ids).select_related("unit").prefetch_related("children").defer("answers"))


def _path(case: Case) -> str:
    """Where a case lies; a life event where its parts do."""
    return case.division_path or next((child.division_path for child in case.children.all() if child.division_path), "")


def code_of(path: str) -> str:
    """The code of the division at the end of a path: ``43/4301`` is 430100."""
    return path.rpartition("/")[2].ljust(6, "0") if path else ""


def may_open(actor: Actor, case: Case) -> bool:
    """A supervisor above the case's division, or above that of one of a life event's parts."""
    paths = [case.division_path] if case.division_path else [c.division_path for c in case.children.all()]
    return any(actor.oversees(path) for path in paths if path)


def state(case: Case) -> str:
    """The state in words."""
    return procedures.get(case.procedure, case.procedure_version).state(case.state).title


@dataclass(frozen=True)
class Entered:
    """An entry of the ledger about a case."""

    id: UUID
    kind: str
    at: datetime
    sealed: bool


@dataclass(frozen=True)
class MaskedCase:
    """A case as a supervisor sees it from the board: what happened when, never to whom."""

    case: Case
    applicant: str
    place: str
    state: str
    events: Sequence[EventView]
    entries: Sequence[Entered]


def masked(number: str, actor: Actor) -> MaskedCase:
    """One case behind a figure; ``Absent`` when it lies outside what the actor supervises."""
    case = Case.objects.select_related("unit", "applicant").filter(number=number).defer("answers").first()
    if case is None or not may_open(actor, case):
        raise Absent
    parts = [case, *case.children.all()]
    events = [
        EventView(
            e.recorded_at, e.title if part is case else f"{part.item_title}：{e.title}", _icon(part, e.transition)
        )
        for part in parts
        for e in part.events.all()
    ]
    rows = [e for part in parts for e in ledger.entries(EntryFilter(case_id=part.id), size=200).rows if not _private(e)]
    return MaskedCase(
        case=case,
        applicant=mask_name(case.applicant.name) if case.applicant else "",
        place=parties.tree().title(code_of(_path(case))),
        state=state(case),
        events=sorted(events, key=lambda e: e.at),
        entries=[Entered(e.id, e.kind, e.at, e.leaf_index is not None) for e in sorted(rows, key=lambda e: str(e.id))],
    )


def _private(entry: Entry) -> bool:
    """What names who rated, or who objected: the auditor's alone."""
    return entry.kind.startswith(("rating.", "data.objection"))


def provable(entry_id: UUID, actor: Actor) -> Entry:
    """An entry that a supervisor may take the proof of: about a case that they may open; ``Absent`` otherwise."""
    entry = ledger.entry(entry_id)
    case = Case.objects.filter(id=entry.case_id).defer("answers").first() if entry.case_id else None
    if case is None or _private(entry) or not may_open(actor, case):
        raise Absent
    return entry


def _icon(case: Case, transition: str) -> str:
    edges = procedures.get(case.procedure, case.procedure_version).transitions
    return next((edge.icon for edge in edges if edge.name == transition), "point")
