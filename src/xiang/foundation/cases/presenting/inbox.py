"""The inbox: rows with their clocks, counters, filters, what can be done to several cases at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from xiang.foundation.cases import procedures, queries
from xiang.foundation.cases.counting import COUNTED_MOST, grouped, words
from xiang.foundation.cases.inboxes import DUES, InboxFilter
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.presenting.clocks import Clockwork, gather, procedure_of, state_of, view_of
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import ClockView, CounterView, Kind, Option, PagingView, StateView
from xiang.foundation.pages.navigation import address
from xiang.foundation.pages.texts import WEEKDAYS
from xiang.foundation.parties.actors import Actor

SIZE = 50
TITLES: Mapping[str, str] = {
    "mine": "我的待办",
    "unit": "本科室",
    "unclaimed": "待签收",
    "review": "待复核",
    "followed": "我关注的",
    "closed": "已办结",
    "all": "全部",
}
OFFICE_ROLES = frozenset({"receiver", "reviewer", "decider", "head", "issuer", "hospital"})
_COUNTERS: tuple[tuple[str, Kind, str, str], ...] = (
    ("late", "late", "已逾期", ""),
    ("today", "soon", "今天到期", ""),
    ("tomorrow", "soon", "明天到期", "hourglass-high"),
    ("stopped", "stop", "已停钟", ""),
    ("applicant", "you", "等申请人", ""),
    ("normal", "run", "正常", ""),
)


@dataclass(frozen=True, slots=True)
class RowView:
    """A case as the list shows it. ``token`` is what its box sends: number and the version that was seen."""

    number: str
    short: str
    item: str
    title: str
    state: str
    clock: ClockView | None
    officer: str
    received: date
    unread: bool
    urged: bool
    token: str
    url: str
    peek: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class BatchView:
    """Something that may be done to several cases alike."""

    name: str
    title: str
    icon: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ItemLink:
    """An item in the side bar with how many of it the list holds."""

    key: str
    title: str
    count: str
    url: str
    current: bool


@dataclass(frozen=True)
class InboxView:
    """The whole page."""

    wanted: InboxFilter
    title: str
    when: str
    count: str
    rows: Sequence[RowView]
    counters: Sequence[CounterView]
    items: Sequence[Option]
    states: Sequence[Option]
    side: Sequence[ItemLink]
    batches: Sequence[BatchView]
    paging: PagingView
    several_units: bool
    empty: StateView | None
    query: str
    kept: Mapping[str, str]
    lists: Mapping[str, int]


# --- the filter in the address ---------------------------------------------------------------------------------------


def wanted_of(given: QueryDict, actor: Actor) -> InboxFilter:
    """The filter that an address names; what is not known is left out, and so are views that are not the officer's."""
    view = given.get("view", "")
    allowed = views_of(actor)
    due = given.get("due", "")
    return InboxFilter(
        view=view if view in allowed else next(iter(allowed), "mine"),
        item=given.get("item", "")[:96],
        state=given.get("state", "")[:32],
        due=due if due in DUES else "",
        text=given.get("q", "").strip()[:60],
    )


def views_of(actor: Actor) -> list[str]:
    """The lists that an officer has: of their office, and of the divisions they supervise."""
    found = [name for name in TITLES if name != "all"] if actor.roles & OFFICE_ROLES else []
    return [*found, "all"] if actor.division_paths else found


def query_of(wanted: InboxFilter, **change: str) -> str:
    """The filter as a query string, with something changed."""
    said = {
        "view": wanted.view,
        "item": wanted.item,
        "state": wanted.state,
        "due": wanted.due,
        "q": wanted.text,
    } | change
    return urlencode({name: value for name, value in said.items() if value})


def url_of(wanted: InboxFilter, **change: str) -> str:
    return f"{address('cases:inbox')}?{query_of(wanted, **change)}"


def case_url(number: str, wanted: InboxFilter) -> str:
    """The page of a case that remembers from which list it was opened."""
    return f"{reverse('cases:case', args=[number])}?{query_of(wanted)}"


# --- the page --------------------------------------------------------------------------------------------------------


_HERE = "XC0000-0000-00000"


def inbox_view(actor: Actor, wanted: InboxFilter, cursor: str | None) -> InboxView:
    """One page of a list, the most urgent first."""
    page = queries.inbox(actor, wanted, cursor, SIZE)
    work = gather(page.rows)
    counts = queries.counters(actor, wanted, counted_views(actor))
    rows = rows_of(page.rows, work, wanted)
    total = words(counts[wanted.due or "all"], COUNTED_MOST)
    groups = _groups(actor, wanted)
    whole = not (wanted.item or wanted.state or wanted.due or wanted.text)
    units = {case.unit_id for case in page.rows}
    return InboxView(
        wanted=wanted,
        title=TITLES[wanted.view],
        when=now_words(),
        count=total,
        rows=rows,
        counters=_counters(wanted, counts) if wanted.view != "closed" else (),
        items=_item_options(wanted, groups),
        states=_state_options(wanted, groups, page.rows),
        side=_side(wanted, groups),
        batches=batches_of(page.rows, actor) if wanted.view != "closed" else (),
        paging=_paging(wanted, page.next, cursor, total),
        several_units=len(units) > 1,
        empty=None if rows else _empty(wanted, whole),
        query=query_of(wanted),
        kept={name: v for name, v in (("view", wanted.view), ("due", wanted.due), ("q", wanted.text)) if v},
        lists={one.view: counts[f"view-{one.view}"] for one in counted_views(actor)},
    )


def rows_of(cases: Sequence[Case], work: Clockwork, wanted: InboxFilter) -> list[RowView]:
    """The rows of a list, with who was reminded of by their applicant."""
    # Addresses differ in the number alone: resolved once, not for each row.
    whole, peek, query = reverse("cases:case", args=[_HERE]), reverse("cases:peek", args=[_HERE]), query_of(wanted)
    return [
        RowView(
            number=case.number,
            short=short_number(case.number, work.today),
            item=case.item_title,
            title=case.title,
            state=state_of(case).title,
            clock=beside(case, work),
            officer=case.assignee.party.name if case.assignee else "未签收" if case.open else "",
            received=case.received_on,
            unread=wanted.view != "all" and case.open and case.assignee_id is None and not case.waiting_for,
            urged=case.open and bool(vars(case)["urged"]),
            token=f"{case.number}:{case.version}",
            url=f"{whole.replace(_HERE, case.number)}?{query}",
            peek=f"{peek.replace(_HERE, case.number)}?{query}",
            place=case.unit.name if case.unit else "",
        )
        for case in cases
    ]


def beside(case: Case, work: Clockwork) -> ClockView | None:
    """The clock of a row; nothing where it would only say the state again."""
    clock = view_of(case, work)
    return None if clock.due is None and clock.strong == state_of(case).title else clock


def short_number(number: str, today: date | None = None) -> str:
    """The number without what all of this year share: XC2025-0918-00088 → 0918-00088."""
    return number.removeprefix(f"XC{(today or instant.today()).year}-")


def now_words() -> str:
    now = instant.now().astimezone(instant.SHANGHAI)
    return f"{now.month}月{now.day}日 周{WEEKDAYS[now.weekday()]} {now:%H:%M}"


# --- filters ---------------------------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Cases of one item that stand at the same step."""

    item: str
    title: str
    state: str
    procedure: str
    version: int
    held: int


def _groups(actor: Actor, wanted: InboxFilter) -> list[Group]:
    """Item, its title, state, procedure, its version, how many: among the first thousand of the list."""
    wider = wanted.without("item", "state", "due")
    key = ("groups", actor, wider, instant.today(), procedures.known_keys())
    columns = ("item_key", "item_title", "state", "procedure", "procedure_version")
    found = grouped(None if wider.text else key, lambda: queries.inbox_rows(actor, wider), columns)
    return sorted(Group(*row) for row in found)


def _item_options(wanted: InboxFilter, groups: Sequence[Group]) -> list[Option]:
    titles = {key: title for key, title, *_ in groups}
    if wanted.item:
        titles.setdefault(wanted.item, wanted.item)
    found = sorted(titles.items(), key=lambda pair: pair[1])
    return [Option("", "全部事项", not wanted.item), *(Option(k, t, k == wanted.item) for k, t in found)]


def _state_options(wanted: InboxFilter, groups: Sequence[Group], cases: Sequence[Case]) -> list[Option]:
    titles: dict[str, list[str]] = {}
    for _, _, state, procedure, version, _ in groups:
        title = queries.state_title(procedure, version, state)
        if title not in titles.setdefault(state, []):
            titles[state].append(title)
    if wanted.state:
        titles.setdefault(wanted.state, [wanted.state])
    return [
        Option("", "全部环节", not wanted.state),
        *(Option(state, "、".join(said), state == wanted.state) for state, said in titles.items()),
    ]


def _side(wanted: InboxFilter, groups: Sequence[Group]) -> list[ItemLink]:
    """The items of the list that most cases are about."""
    counts: dict[str, int] = {}
    titles = {key: title for key, title, *_ in groups}
    for key, *_, count in groups:
        counts[key] = counts.get(key, 0) + count
    most = sorted(counts, key=lambda key: -counts[key])[:6]
    return [
        ItemLink(key, titles[key], words(counts[key]), url_of(wanted, item=key, state="", due=""), key == wanted.item)
        for key in most
    ]


def _counters(wanted: InboxFilter, counts: Mapping[str, int]) -> list[CounterView]:
    return [
        CounterView(
            kind,
            said,
            words(counts[key], COUNTED_MOST),
            url_of(wanted, due="" if wanted.due == key else key),
            wanted.due == key,
            icon,
        )
        for key, kind, said, icon in _COUNTERS
    ]


def _paging(wanted: InboxFilter, following: str | None, cursor: str | None, total: str) -> PagingView:
    return PagingView(
        next_url=url_of(wanted, after=following) if following else "",
        first_url=url_of(wanted) if cursor else "",
        count=f"共 {total} 件",
    )


def _empty(wanted: InboxFilter, whole: bool) -> StateView:
    if not whole:
        return StateView("没有符合的办件", "换一个条件，或者看全部。编号可以只写一段，例如 0918-00088。", "filter-off")
    said = {
        "mine": ("手上没有要办的", "轮到您的新办件会出现在这里，先急后缓。"),
        "unclaimed": ("没有等签收的", "轮到您岗位的新办件会先出现在这里。"),
        "review": ("没有等复核的", "审核报请以后的办件会出现在这里。"),
        "followed": ("还没有关注的办件", "在办件页点“关注”，就一直列在这里。"),
        "closed": ("还没有办结的", "办结的会一直留在这里，可以按编号查。"),
    }
    title, body = said.get(wanted.view, ("没有在办的", "受理的办件会出现在这里，先急后缓。"))
    return StateView(title, body, lotus=wanted.view in ("mine", "unclaimed", "review", "unit", "all"))


# --- several at once -------------------------------------------------------------------------------------------------


def batches_of(cases: Sequence[Case], actor: Actor) -> list[BatchView]:
    """What may be done to several cases of this page: claim, hand over, and the steps that are alike for all."""
    found: dict[str, BatchView] = {}
    alike = {(case.procedure, case.procedure_version, case.state, case.unit_id): case for case in reversed(cases)}
    for case in reversed(alike.values()):
        for edge in procedure_of(case).leaving(case.state):
            mine = any(case.unit_id and actor.has(role, case.unit_id) for role in edge.by)
            if edge.batch and not edge.preview and mine:
                found.setdefault(edge.name, BatchView(edge.name, edge.title, edge.icon))
    if not actor.roles & OFFICE_ROLES:
        return []
    return [BatchView("claim", "签收", "hand-grab"), BatchView("hand_over", "转交", "arrows-exchange"), *found.values()]


def counted_views(actor: Actor) -> list[InboxFilter]:
    """The lists of the side bar that say how many they hold."""
    return [InboxFilter(view=name) for name in views_of(actor) if name not in ("closed", "all")]


def view_rows(actor: Actor) -> dict[str, QuerySet[Case]]:
    """The rows of each of these lists."""
    return {one.view: queries.inbox_rows(actor, one) for one in counted_views(actor)}
