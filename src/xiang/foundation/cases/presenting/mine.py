"""My matters: what runs first, then what has ended; applications that are not submitted yet stand on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import IntegerField, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse

from xiang.foundation.cases import queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.presenting import lanes
from xiang.foundation.cases.presenting.clocks import Clockwork, gather, view_of
from xiang.foundation.cases.presenting.progress import headline
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.queries import drafts_of
from xiang.foundation.ground.paging import page
from xiang.foundation.pages.components import ClockView, Link, PagingView, StateView, StatusView
from xiang.foundation.parties.actors import Actor

SIZE = 20
ORDER = ("-running", "-id")
DRAFTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MatterView:
    """One matter in the list."""

    number: str
    title: str
    body: str
    status: StatusView
    clock: ClockView | None
    words: str
    url: str
    open: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """An application that is not submitted yet."""

    title: str
    saved: datetime
    url: str


@dataclass(frozen=True, slots=True)
class MineView:
    """The whole page."""

    open: Sequence[MatterView]
    ended: Sequence[MatterView]
    drafts: Sequence[DraftView]
    paging: PagingView | None
    empty: StateView | None
    text: str


def matters(actor: Actor) -> QuerySet[Case]:
    """The person's matters; sub-cases stand under their life event."""
    return queries.mine(actor).filter(parent=None)


def mine_view(actor: Actor, text: str, cursor: str | None) -> MineView:
    """One page of my matters."""
    rows = matters(actor) if not text else queries.mine(actor).filter(_named(text))
    rows = rows.annotate(running=Cast("open", IntegerField()))  # a key of paging is a number or text
    found = page(rows.select_related("unit").defer("answers"), ORDER, cursor, SIZE)
    queries.settle_lapsed(_with_children(found.rows))
    views = _views(found.rows)
    drafts = [] if text or cursor else [_draft(d) for d in drafts_of(actor).defer("answers", "origins")[:DRAFTS_SHOWN]]
    base = reverse("cases:mine")
    more = PagingView(f"{base}?after={found.next}" if found.next else "", base if cursor else "")
    return MineView(
        open=[v for v in views if v.open],
        ended=[v for v in views if not v.open],
        drafts=drafts,
        paging=more if found.next or cursor else None,
        empty=None if views or drafts else _empty(text),
        text=text,
    )


def _named(text: str) -> Q:
    return Q(number__icontains=text) | Q(title__icontains=text) | Q(item_title__icontains=text)


def _with_children(cases: Sequence[Case]) -> list[UUID]:
    ids = [case.id for case in cases if case.open]
    return [*ids, *Case.objects.filter(parent_id__in=ids).values_list("id", flat=True)]


def _views(cases: Sequence[Case]) -> list[MatterView]:
    children: dict[UUID, list[Case]] = defaultdict(list)
    parents = [case.id for case in cases if case.unit_id is None]
    rows = Case.objects.filter(parent_id__in=parents).select_related("unit").defer("answers").order_by("id")
    for child in rows if parents else ():
        assert child.parent_id is not None
        children[child.parent_id].append(child)
    everything = [*cases, *(child for group in children.values() for child in group)]
    work = gather(everything)
    links = queries.needs(everything) if parents else []
    return [
        _event(case, lanes.Event(case, children[case.id], links, work)) if children[case.id] else _single(case, work)
        for case in cases
    ]


def _event(case: Case, event: lanes.Event) -> MatterView:
    lead, latest, tail = headline(event)
    yours = [child for child in event.children if child.open and child.waiting_for == "applicant"]
    late = [child for child in event.children if child.open and lanes.status_of(child, event.work).kind == "late"]
    if yours:
        status = StatusView("you", f"{len(yours)} 项等您处理")
    elif late:
        status = StatusView("late", f"{len(late)} 项晚了")
    else:
        status = StatusView("run", "办理中") if case.open else StatusView("done", "已办结")
    url = reverse("cases:progress", args=[case.number])
    words = f"{lead}{latest}{tail}"
    return MatterView(case.number, case.title, "", status, None, words, url, case.open, case.submitted_at)


def _single(case: Case, work: Clockwork) -> MatterView:
    clock = view_of(case, work)
    yours = case.open and case.waiting_for == "applicant"
    return MatterView(
        number=case.number,
        title=case.item_title if case.title in ("", case.item_title) else f"{case.item_title}·{case.title}",
        body=case.unit.name if case.unit else "",
        status=lanes.status_of(case, work),
        clock=clock if clock.cells and case.open else None,
        words=lanes.ask_of(case, work) if yours else "" if case.open else clock.strong,
        url=reverse("cases:progress", args=[case.number]),
        open=case.open,
        at=case.submitted_at,
    )


def _draft(draft: Draft) -> DraftView:
    place = "life-events/drafts" if draft.kind == "life_event" else "drafts"
    return DraftView(draft.title, draft.saved_at, f"/{place}/{draft.id}/")


def _empty(text: str) -> StateView:
    if text:
        return StateView(
            f"没有找到“{text}”", "编号可以只写一段。也可以回去看全部。", "search-off",
            actions=(Link("看全部", reverse("cases:mine")),),
        )  # fmt: skip
    return StateView(
        "还没有办过事", "办过的会一直留在这里。", lotus=True, actions=(Link("看看能办什么", "/", "primary"),)
    )
