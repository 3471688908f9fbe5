"""The uses of one person's data as their page shows them: what to filter by, and uses grouped by occasion.

Filling in one form asks many resources in the same minute: for a person that is one occasion, with the resources in a
fold. Only what stands in the ledger is shown; nothing is left out and nothing is summed away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.paging import page
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, Staff
from xiang.hub.sharing.enforcement import REASONS
from xiang.portal import links
from xiang.portal.datause.naming import Named, body_names

PAGE = 80
RECENT = timedelta(days=30)
_MOST = 5000
REFUSED = DataUse.Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is narrowed by."""

    month: str = ""
    body: str = ""
    case: str = ""
    outcome: str = ""

    @property
    def any(self) -> bool:
        return bool(self.month or self.body or self.case or self.outcome)


@dataclass(frozen=True, slots=True)
class Line:
    """One use within an occasion: one resource, its fields, its basis."""

    use_id: UUID
    resource: str
    keeper: str
    fields: Sequence[str]
    basis: str
    purpose: str
    objected: str

    @property
    def count(self) -> int:
        return len(self.fields)


@dataclass(frozen=True)
class Occasion:
    """A body's uses in one minute, for one matter, by one person."""

    body: str
    at: datetime
    purpose: str
    purpose_url: str
    how: str
    lines: Sequence[Line]
    refused: str = ""

    @property
    def day(self) -> date:
        return instant.legal_date(self.at)

    @property
    def count(self) -> int:
        return sum(line.count for line in self.lines)

    @property
    def what(self) -> str:
        """姓名、身份号码等 12 项, or by keeper when several bodies' data were used."""
        first = self.lines[0]
        if len(self.lines) == 1:
            shown = "、".join(first.fields[:3])
            return f"{shown}等 {first.count} 项" if first.count > 3 else f"{shown}（{first.count} 项）"
        by_keeper: dict[str, int] = defaultdict(int)
        for line in self.lines:
            by_keeper[line.keeper] += line.count
        said = "、".join(f"{keeper} {count} 项" for keeper, count in by_keeper.items())
        return f"{said}，共 {self.count} 项" if len(by_keeper) > 1 else said

    @property
    def basis(self) -> str:
        known = list(dict.fromkeys(line.basis for line in self.lines))
        first = known[0].split("；")[0]
        return f"{first}等，每一项的依据见明细" if len(known) > 1 else known[0]


@dataclass(frozen=True)
class Overview:
    """The lead sentence and the choices of the filters."""

    bodies: int
    served: int
    refused: int
    months: Sequence[str]
    body_names: Mapping[str, str]
    cases: Mapping[UUID, Case]
    refused_ever: int


def narrowed(rows: QuerySet[DataUse], wanted: Wanted, actor: Actor) -> QuerySet[DataUse]:
    """The uses that the filter keeps; a case that is not the person's reads as absent."""
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    if wanted.body:
        rows = rows.filter(body_key=wanted.body)
    if wanted.case:
        rows = rows.filter(case_id__in=case_ids(actor, wanted.case))
    if wanted.month:
        first = _month(wanted.month)
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        rows = rows.filter(at__gte=instant.start_of(first), at__lt=instant.start_of(following))
    return rows


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Absent from None


def case_ids(actor: Actor, number: str) -> list[UUID]:
    """A case of the person's with its sub-cases."""
    case = cases.mine(actor).filter(number=number).values_list("id", "parent_id").first()
    if case is None:
        raise Absent
    whole = case[1] or case[0]
    return [whole, *cases.mine(actor).filter(parent=whole).values_list("id", flat=True)]


def overview(rows: QuerySet[DataUse], actor: Actor) -> Overview:
    """Counted over everything (at most the last five thousand), the sentence over the last thirty days."""
    seen = list(rows.values_list("at", "body_key", "case_id", "outcome")[:_MOST])
    since = instant.now() - RECENT
    recent = [row for row in seen if row[0] >= since]
    served = [row for row in recent if row[3] != REFUSED]
    months = dict.fromkeys(f"{instant.legal_date(row[0]):%Y-%m}" for row in seen)
    return Overview(
        bodies=len({row[1] for row in served}),
        served=len(served),
        refused=len(recent) - len(served),
        months=list(months),
        body_names=body_names({row[1] for row in seen}),
        cases=_cases(actor, {row[2] for row in seen if row[2]}),
        refused_ever=sum(row[3] == REFUSED for row in seen),
    )


def _cases(actor: Actor, ids: set[UUID]) -> dict[UUID, Case]:
    """The person's own cases among these."""
    return {case.id: case for case in cases.mine(actor).filter(id__in=ids).defer("answers")}


def occasions(
    rows: QuerySet[DataUse],
    actor: Actor,
    cursor: str | None = None,
    objected: Mapping[str, str] | None = None,
    known: Mapping[UUID, Case] | None = None,
) -> tuple[list[Occasion], str | None]:
    """A page of occasions and the cursor of the next; ``known`` are cases that were read already."""
    found = page(rows, ("-id",), cursor, PAGE)
    names = _Names.of(found.rows, actor, known)
    groups: dict[tuple[object, ...], list[DataUse]] = defaultdict(list)
    for use in found.rows:
        minute = use.at.replace(second=0, microsecond=0)
        groups[use.body_key, use.case_id, use.actor_ref, use.outcome, minute].append(use)
    return [_occasion(group, names, objected or {}) for group in groups.values()], found.next


@dataclass(frozen=True)
class _Names:
    """Everything a page of uses calls by name, read at once."""

    actor: Actor
    named: Named
    cases: Mapping[UUID, Case]
    officers: Mapping[str, str]
    people: Mapping[str, str]

    @classmethod
    def of(cls, uses: Sequence[DataUse], actor: Actor, known: Mapping[UUID, Case] | None) -> _Names:
        refs = {use.actor_ref for use in uses} - {actor.ref}
        return cls(
            actor=actor,
            named=Named.of({use.resource_key for use in uses}, {use.body_key for use in uses}),
            cases=_cases(actor, {use.case_id for use in uses if use.case_id}) if known is None else known,
            officers=_named(refs, "staff", _officers),
            people=_named(refs, "party", _people),
        )


def _named(refs: set[str], kind: str, names: Callable[[list[UUID]], Iterable[tuple[UUID, str]]]) -> dict[str, str]:
    """People among the references of a kind, by surname alone: 张某."""
    ids = [UUID(ref.partition(":")[2]) for ref in refs if ref.startswith(f"{kind}:")]
    return {f"{kind}:{key}": f"{name[:1]}某" for key, name in names(ids)} if ids else {}


def _officers(ids: list[UUID]) -> Iterable[tuple[UUID, str]]:
    return Staff.objects.filter(id__in=ids).values_list("id", "party__name")


def _people(ids: list[UUID]) -> Iterable[tuple[UUID, str]]:
    return Party.objects.filter(id__in=ids).values_list("id", "name")


def _occasion(group: Sequence[DataUse], names: _Names, objected: Mapping[str, str]) -> Occasion:
    first = group[0]
    case = names.cases.get(first.case_id) if first.case_id else None
    lines = [_line(use, names, objected) for use in group]
    purposes = list(dict.fromkeys(line.purpose for line in lines))
    said = purposes[0] if len(purposes) == 1 else f"{purposes[0]}等 {len(purposes)} 个事项"
    return Occasion(
        body=names.named.body(first.body_key),
        at=first.at,
        purpose=(case.title if case.parent_id is None else f"{case.title}的{case.item_title}") if case else said,
        purpose_url=links.to_case(case.number) if case else "",
        how=_how(first, names),
        lines=lines,
        refused=_refusal(first.reason) if first.outcome == REFUSED else "",
    )


def _line(use: DataUse, names: _Names, objected: Mapping[str, str]) -> Line:
    return Line(
        use_id=use.id,
        resource=names.named.title(use.resource_key),
        keeper=names.named.keeper(use.resource_key),
        fields=names.named.fields(use.resource_key, use.fields),
        basis=use.basis,
        purpose=use.purpose,
        objected=objected.get(str(use.id), ""),
    )


def _how(use: DataUse, names: _Names) -> str:
    """Who looked: the person themself through a form, somebody else in the same matter, an officer, nobody."""
    if use.actor_ref == names.actor.ref:
        return "自动填表，您看到后才提交"
    if use.actor_ref in names.officers:
        return f"工作人员{names.officers[use.actor_ref]}查看"
    if use.actor_ref in names.people:
        return f"{names.people[use.actor_ref]}办理同一件事时自动填表，填的人看得到"
    return "系统核对，无人查看"


def _refusal(reason: str) -> str:
    code, _, words = reason.partition(": ")
    return f"{REASONS.get(code, words or code)}。"


def day_label(day: date) -> str:
    """昨天·9月23日."""
    near = {0: "今天·", 1: "昨天·"}.get((instant.today() - day).days, "")
    return f"{near}{legal_day(day, 'short')}"
