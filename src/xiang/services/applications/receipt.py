"""What applying saved (办结凭据): who answered each thing that was needed, and what is left of the old way.

``tally`` and ``compute`` are pure: from the answers with their origins, and from the baseline that stands frozen in
each item's edition (the fields, papers, counters, visits and working days of the guide before data were shared). Every
figure counts a record of this case; nothing is estimated, nothing rounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from xiang.foundation.cases.models import Case, CaseEvent, CaseLink
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import BeforeAfter, ReceiptPart, ReceiptView
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.statutes import queries as statutes
from xiang.services.applications.filing import form_of

BY_HAND = ("typed", "changed")
PAPER = ("post", "collect")
"""Means of delivery that put a paper into somebody's hand; a life event says itself which of them count as a visit."""
_AT_WINDOW = {"window": "collect"}
"""What the form calls collecting, the officer notes as handed over at a window."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Every answered field of a form, by who gave it. ``derived`` followed from other answers or from a default: nobody
    had to give it, so it is not among what was needed."""

    given: tuple[tuple[str, int], ...]
    typed: tuple[str, ...]
    derived: int = 0

    @property
    def given_count(self) -> int:
        return sum(count for _, count in self.given)

    @property
    def needed(self) -> int:
        return self.given_count + len(self.typed)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the guide of one item asked before (基线), as its edition froze it; it waited for those in ``after``."""

    item: str
    title: str
    counter: str
    fields: int
    materials: int
    visits: int
    counters: int
    working_days: int
    papers: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    edition: int = 1
    frozen_on: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What this case really took."""

    counters: int = 0
    papers: int = 0
    visits: int = 0
    working_days: int = 0
    finished: bool = True
    on_paper: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One thing before and now."""

    key: str
    label: str
    short: str
    before: int
    after: int
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of one matter."""

    number: str
    tally: Tally
    rows: tuple[Row, ...]
    baselines: tuple[Baseline, ...] = field(default=())
    how: str = ""

    def to_json(self) -> dict[str, Any]:
        """The receipt for programs; every figure as in the page."""
        return {
            "case": self.number,
            "needed": self.tally.needed,
            "given": self.tally.given_count,
            "typed": len(self.tally.typed),
            "typed_fields": list(self.tally.typed),
            "derived": self.tally.derived,
            "by_body": [{"body": body, "fields": count} for body, count in self.tally.given],
            "saved": {row.key: {"before": row.before, "after": row.after, "unit": row.unit} for row in self.rows},
            "baseline": [
                {"item": b.item, "edition": b.edition, "frozen_on": b.frozen_on, "fields": b.fields,
                 "materials": b.materials, "visits": b.visits, "counters": b.counters, "working_days": b.working_days}
                for b in self.baselines
            ],
            "how": self.how,
        }  # fmt: skip

    def view(self) -> ReceiptView:
        """The receipt as the page draws it."""
        return ReceiptView(
            parts=tuple(ReceiptPart(body, count) for body, count in self.tally.given),
            typed=len(self.tally.typed),
            rows=tuple(BeforeAfter(r.label, r.before, r.after, r.unit, r.note, r.short) for r in self.rows),
            how=self.how,
        )


# --- pure arithmetic -------------------------------------------------------------------------------------------------


def tally(form: FormDefinition, answers: Mapping[str, Any], origins: Mapping[str, Any]) -> Tally:
    """Who gave each answered field that applied: a body, the person, or nobody (derived, default)."""
    given: Counter[str] = Counter()
    typed, derived = [], 0
    for asked in form.asked(answers):
        if answers.get(asked.key) in (None, "", []):
            continue
        origin = origins.get(asked.key, {})
        kind = origin.get("kind")
        if kind == "source":
            given[origin.get("body") or "政府部门"] += 1
        elif kind in BY_HAND or (kind is not None and asked.typed):
            typed.append(asked.title)
        elif kind is None:
            derived += 1
        else:  # a source that was out or had nothing, and yet there is an answer: the person gave it
            typed.append(asked.title)
    return Tally(tuple(given.most_common()), tuple(typed), derived)


def compute(number: str, counted: Tally, baselines: Sequence[Baseline], spent: Spent) -> Receipt:
    """The receipt from what was counted.

    1. Counters: one office counts once, however many items it handled. 2. Papers: each counter kept its own copy.
    3. Visits: as each guide says. 4. Days: the longest chain of items that had to wait for one another.
    """
    counters: dict[str, int] = {}
    for b in baselines:
        counters[b.counter] = max(counters.get(b.counter, 0), b.counters)
    kinds = tuple(dict.fromkeys(paper for b in baselines for paper in b.papers))
    rows = (
        Row("counters", "要去的窗口", "窗口", sum(counters.values()), spent.counters, "个", "、".join(counters)),
        Row("materials", "要交的材料", "材料", _sum(baselines, "materials"), spent.papers, "份", "、".join(kinds)),
        Row("visits", "要跑的路", "", _sum(baselines, "visits"), spent.visits, "次", _visit_words(spent)),
        Row("fields", "要填的项", "", _sum(baselines, "fields"), len(counted.typed), "项", "、".join(counted.typed)),
        Row("working_days", "要等的时间", "", longest_chain(baselines), spent.working_days, "个工作日", _days(spent)),
    )
    return Receipt(number, counted, rows, tuple(baselines), _how(counted, baselines))


def _sum(baselines: Sequence[Baseline], name: str) -> int:
    return sum(getattr(b, name) for b in baselines)


def longest_chain(baselines: Iterable[Baseline]) -> int:
    """Working days along the longest chain of items that wait for one another; items side by side count once."""
    by_item = {b.item: b for b in baselines}
    known: dict[str, int] = {}

    def until(item: str, seen: frozenset[str]) -> int:
        if item not in known:
            earlier = [one for one in by_item[item].after if one in by_item and one not in seen]
            known[item] = by_item[item].working_days + max((until(one, seen | {one}) for one in earlier), default=0)
        return known[item]

    return max((until(item, frozenset({item})) for item in by_item), default=0)


def _visit_words(spent: Spent) -> str:
    if spent.on_paper:
        return f"{'、'.join(spent.on_paper)}是寄送或者自取的；同一处同一天的算一次"
    return "" if spent.visits else "没有要当面办、当面领的"


def _days(spent: Spent) -> str:
    return "从提交到最后一项办结" if spent.finished else "还没有全部办结，数到今天"


def _how(counted: Tally, baselines: Sequence[Baseline]) -> str:
    editions = sorted({(b.frozen_on, b.edition) for b in baselines if b.frozen_on})
    frozen = "、".join(f"{day} 冻结的第 {edition} 版" for day, edition in editions)
    parts = [
        f"“原来”取各事项办事指南的基线（{frozen}），是不共享数据时要填、要交、要跑、要等的。" if frozen else "",
        "“现在”数的是您这一件的实际记录。",
        "同一个窗口办几项只算一个，材料按每个窗口各交一份算，等的时间取前后相接最长的一串。",
        f"另有 {counted.derived} 项由已有信息推出或者用默认值，谁都不用填，不计在内。" if counted.derived else "",
    ]
    return "".join(parts)


# --- from a case -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """How the cases of a procedure are counted: the form they were submitted on, and the means of delivery that count
    as a visit."""

    form: Callable[[Case], FormDefinition]
    paper: Callable[[Case], Sequence[str]] = lambda case: PAPER


_kinds: dict[str, Kind] = {}


def register(procedure: str, kind: Kind) -> None:
    """Say how the cases of a procedure are counted; other cases have the form of their item."""
    _kinds[procedure] = kind


def receipt_of(case: Case) -> Receipt:
    """The receipt of a matter: of the parent when the case is one item of a life event."""
    whole = case.parent if case.parent_id and case.parent else case
    parts = parts_of(whole)
    kept = whole.answers
    kind = _kinds.get(whole.procedure, Kind(_form_of_item))
    counted = tally(kind.form(whole), kept["fields"], kept.get("origins", {}))
    return compute(whole.number, counted, _baselines(parts), _spent(whole, parts, kind.paper(whole)))


def parts_of(whole: Case) -> list[Case]:
    """The sub-cases of a life event, in the order in which they were opened; a single case is its own part."""
    return sorted(whole.children.all(), key=lambda case: case.id) or [whole]


def _form_of_item(case: Case) -> FormDefinition:
    content = publishing.edition(case.item_edition).content if case.item_edition else {}
    return form_of(content["form"])


def _baselines(parts: Sequence[Case]) -> list[Baseline]:
    needs: dict[Any, list[str]] = {case.id: [] for case in parts}
    for link in CaseLink.objects.filter(source__in=parts, kind="needs").select_related("target"):
        needs[link.source_id].append(_key(link.target))
    found = []
    for case in parts:
        content = publishing.edition(case.item_edition).content if case.item_edition else {}
        row = content.get("baseline")
        if row:
            found.append(
                Baseline(
                    item=_key(case),
                    title=case.item_title,
                    counter=case.unit.name if case.unit else case.item_title,
                    fields=row["fields"],
                    materials=row["materials"],
                    visits=row["visits"],
                    counters=row["counters"],
                    working_days=row["working_days"],
                    papers=tuple(row.get("papers", ())),
                    after=tuple(needs[case.id]),
                    edition=row.get("edition", 1),
                    frozen_on=str(row.get("frozen_on", "")),
                )
            )
    return found


def _key(case: Case) -> str:
    """The item, and which of several children it is for."""
    child = case.facts.get("child", 1)
    return case.item_key if child == 1 else f"{case.item_key}#{child}"


def _spent(whole: Case, parts: Sequence[Case], paper: Sequence[str]) -> Spent:
    at_window = int(whole.channel == "window")
    handed_in = sum(row.get("how") == "file" for row in whole.answers.get("materials", {}).values())
    delivered = CaseEvent.objects.filter(case__in=parts, transition="deliver").select_related("case").order_by("id")
    handed_over = [e for e in delivered if _AT_WINDOW.get(e.data.get("means"), e.data.get("means")) in paper]
    parcels = {(e.unit_id, e.effective_on, e.data["means"]) for e in handed_over}
    finished = not whole.open
    last = max((c.concluded_at for c in parts if c.concluded_at), default=whole.concluded_at)
    end = instant.legal_date(last) if finished and last else instant.today()
    return Spent(
        counters=at_window,
        papers=handed_in,
        visits=at_window + len(parcels),
        working_days=_working_days(instant.legal_date(whole.submitted_at), end),
        finished=finished,
        on_paper=tuple(e.case.item_title for e in handed_over),
    )


def _working_days(start: date, end: date) -> int:
    """Working days after the day of submission, the last one included: as limits are counted."""
    calendar = statutes.calendar()
    return sum(calendar.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
