"""The applicant's progress page: of a life event, and of a single matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from xiang.foundation.cases import queries
from xiang.foundation.cases.models import Case, ClockState
from xiang.foundation.cases.presenting import lanes, steps
from xiang.foundation.cases.presenting.answers import Sheet, sheet_of
from xiang.foundation.cases.presenting.clocks import Clockwork, gather, view_of
from xiang.foundation.cases.presenting.events import DocumentView, document_view, for_applicants
from xiang.foundation.cases.presenting.remedies import RemedyView, item_of, remedies_of
from xiang.foundation.cases.presenting.steps import Step
from xiang.foundation.cases.rights import is_applicant
from xiang.foundation.documents.models import Document
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import ClockView, EventView, LanesView, Link, StatusView
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.parties.actors import Actor
from xiang.foundation.trust import digest

RECENT = 3
DONE_WELL = ("granted", "done")


@dataclass(frozen=True, slots=True)
class LateView:
    """A body that is late: said first, with what can be done about it."""

    title: str
    words: str
    url: str
    urge_url: str


@dataclass(frozen=True)
class ProgressView:
    """A life event: what is done, what comes last, who does what side by side."""

    case: Case
    lead: str
    latest: str
    tail: str
    holidays: str
    lanes: LanesView
    late: Sequence[LateView]
    events: Sequence[EventView]
    more_events: int
    documents: Sequence[DocumentView]
    all_done: bool
    solemn: bool
    may_act: bool


@dataclass(frozen=True)
class SingleView:
    """One matter before one body."""

    case: Case
    lead: str
    status: StatusView
    clock: ClockView
    late: Sequence[LateView]
    ask: str
    events: Sequence[EventView]
    more_events: int
    documents: Sequence[DocumentView]
    sheet: Sheet | None
    actions: Sequence[Link]
    primary: Link | None
    remedies: Sequence[RemedyView]
    remedy_first: bool
    waits_for: Sequence[Case]
    phone: str
    solemn: bool
    parent_url: str


def progress_view(
    case: Case, children: Sequence[Case], papers: Sequence[Document], actor: Actor, *, all_events: bool = False
) -> ProgressView:
    """The page of a life event."""
    work = gather(children)
    event = lanes.Event(case, children, queries.needs(children), work)
    everything = (case, *children)
    told = for_applicants(everything, queries.events_of(everything), papers, actor)
    lead, latest, tail = headline(event)
    return ProgressView(
        case=case,
        lead=lead,
        latest=latest,
        tail=tail,
        holidays=lanes.holiday_words(event) if case.open else "",
        lanes=lanes.lanes_view(event),
        late=late_views(children, work),
        events=told if all_events else told[:RECENT],
        more_events=0 if all_events else max(len(told) - RECENT, 0) and len(told),
        documents=[document_view(paper, actor) for paper in reversed(papers)],
        all_done=not case.open,
        solemn=is_solemn(case),
        may_act=is_applicant(actor, case),
    )


def is_solemn(case: Case) -> bool:
    """Whether a death stands in this matter: nobody is congratulated."""
    return bool(case.facts.get("solemn"))


def headline(event: lanes.Event) -> tuple[str, str, str]:
    """``7 项中 3 项办结。最晚一项`` **10月12日（周一）** ``前办完。``"""
    total = len(event.children)
    well = [case for case in event.children if case.outcome in DONE_WELL]
    done = len(well)
    ended = sum(not case.open and case.outcome not in DONE_WELL for case in event.children)
    undelivered = sum(case.open for case in well)
    if done == total:
        return f"{total} 项都办完了{f'，{undelivered} 项等送达' if undelivered else ''}。", "", ""
    lead = f"{total} 项中 {done} 项{'办好' if undelivered else '办结'}"
    lead += f"，{ended} 项没有办成。" if ended else "。"
    running = [case for case in event.children if case.open and case not in well]
    if not running:
        return lead, "", ""
    known = [event.expected[case.id] for case in running if case.waiting_for != "applicant"]
    dates = [(day, estimated) for day, estimated in known if day is not None]
    stopped = sum(case.clock == ClockState.STOPPED for case in running)
    tail = f"有 {stopped} 项停钟，恢复后再算日期。" if stopped else ""
    coming = [(day, estimated) for day, estimated in dates if day >= event.work.today]
    if not coming:
        return lead, "", tail
    day, estimated = max(coming, key=lambda pair: (pair[0], not pair[1]))
    return f"{lead}最晚一项{'预计 ' if estimated else ' '}", legal_day(day), f"前办完。{tail}"


def late_views(cases: Sequence[Case], work: Clockwork) -> list[LateView]:
    """The bodies that are late, the worst first."""
    late = [case for case in cases if case.open and case.clock == ClockState.RUNNING and case.due < work.today]
    return [_late(case, work) for case in sorted(late, key=lambda case: case.due)]


def _late(case: Case, work: Clockwork) -> LateView:
    days = view_of(case, work).short.removeprefix("晚了 ")
    unit = case.unit.name if case.unit else "办理机关"
    said = f"应在 {legal_day(case.due)}前办结。逾期已经记入办件记录，效能监督看得到。您可以催办，也可以申请行政复议。"
    return LateView(
        title=f"{unit}晚了 {days}：{case.item_title}",
        words=said,
        url=reverse("cases:options", args=[case.number]) + "#remedy",
        urge_url=reverse("cases:do", args=[case.number, "urge"]),
    )


def seen_token(case: Case, children: Sequence[Case], papers: Sequence[Document]) -> str:
    """What a page shows, in a few letters: the same token, the same page."""
    text = f"{instant.today()}|{case.version}|{[c.version for c in children]}|{[p.state for p in papers]}"
    return digest.sm3(text.encode()).hex()[:16]


# --- one matter ------------------------------------------------------------------------------------------------------


def single_view(case: Case, papers: Sequence[Document], actor: Actor, *, all_events: bool = False) -> SingleView:
    """The page of one matter."""
    work = gather([case])
    told = for_applicants([case], queries.events_of([case]), papers, actor)
    own = is_applicant(actor, case)
    found = steps.applicants_steps(case, actor) if own else []
    remedies = remedies_of(case)
    primary, rest = _buttons(case, found)
    waiting = case.open and case.waiting_for == "applicant"
    return SingleView(
        case=case,
        lead=_lead(case),
        status=lanes.status_of(case, work),
        clock=view_of(case, work, whole=True),
        late=late_views([case], work),
        ask=lanes.ask_of(case, work) if waiting else "",
        events=told if all_events else told[:RECENT],
        more_events=0 if all_events else max(len(told) - RECENT, 0) and len(told),
        documents=[document_view(paper, actor) for paper in reversed(papers)],
        sheet=sheet_of(case, who="您") if own else None,
        actions=rest,
        primary=primary,
        remedies=remedies,
        remedy_first=not case.open and case.outcome in ("refused", "declined", "not_needed", "revoked"),
        waits_for=_awaited(case) if case.waiting_for == "prerequisite" else (),
        phone=str((item_of(case).get("consult") or {}).get("phone", "12345")),
        solemn=is_solemn(case),
        parent_url=reverse("cases:progress", args=[case.parent.number]) if case.parent else "",
    )


def _awaited(case: Case) -> list[Case]:
    links = case.links_out.filter(kind="needs", target__open=True).select_related("target__unit")
    return [link.target for link in links]


def _lead(case: Case) -> str:
    unit = case.unit.name if case.unit else ""
    return f"{case.title}·{unit}" if unit else case.title


def _buttons(case: Case, found: Sequence[Step]) -> tuple[Link | None, list[Link]]:
    """What the applicant can do: what is asked of them first, giving up last."""
    links = {step.edge.name: _link(case, step) for step in found}
    primary = links.pop("supplement", None)
    quiet = [links.pop(name) for name in ("withdraw",) if name in links]
    return primary, [*links.values(), *quiet]


def _link(case: Case, step: Step) -> Link:
    kind = {"supplement": "primary", "withdraw": "quiet"}.get(step.edge.name, "plain")
    label = {"supplement": "去补正"}.get(step.edge.name, step.edge.title)
    url = reverse("cases:do", args=[case.number, step.edge.name])
    return Link(label, url, kind, step.edge.icon)  # type: ignore[arg-type]


# --- what can be done about a life event -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OptionView:
    """One sub-case with what its applicant can do, and against it."""

    case: Case
    status: StatusView
    actions: Sequence[Link]
    remedies: Sequence[RemedyView]


def options_view(cases: Sequence[Case], actor: Actor) -> list[OptionView]:
    """Urging, withdrawing and remedies, by matter."""
    work = gather(cases)
    found = []
    for case in cases:
        allowed = steps.applicants_steps(case, actor) if case.open and is_applicant(actor, case) else []
        primary, rest = _buttons(case, allowed)
        links = [*([primary] if primary else []), *rest]
        found.append(OptionView(case, lanes.status_of(case, work), links, remedies_of(case)))
    return found
