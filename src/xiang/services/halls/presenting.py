"""A visit as its pages show it: masked, and no more than the clerk needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from xiang.foundation.cases.frozen import rules_of
from xiang.foundation.cases.models import Case
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.pages.components import StatusView
from xiang.foundation.pages.texts import mask_id, mask_name
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Party, PartyKind, Scheme
from xiang.services.applications import receipt as receipts
from xiang.services.halls import queries
from xiang.services.halls.models import WindowMatter, WindowSession
from xiang.services.items import queries as items
from xiang.services.items.guide import length
from xiang.services.items.models import Item
from xiang.services.lifeevents import definitions

_STATUS = {
    WindowMatter.State.OPEN: StatusView("run", "正在填"),
    WindowMatter.State.FILED: StatusView("done", "已提交"),
    WindowMatter.State.PARKED: StatusView("wait", "交回本人"),
}


@dataclass(frozen=True, slots=True)
class ClientView:
    """Who stands at the window: name and number masked, as anybody at the next window may look over."""

    name: str
    number: str
    how: str


@dataclass(frozen=True, slots=True)
class MatterView:
    """One matter of the visit."""

    title: str
    status: StatusView
    url: str
    action: str
    icon: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be begun."""

    kind: str
    key: str
    title: str
    summary: str
    icon: str


def client_view(session: WindowSession) -> ClientView:
    """The person at the window."""
    number = parties.number_of(session.client_id, Scheme.RESIDENT_ID) or ""
    return ClientView(mask_name(session.client.name), mask_id(number), session.get_read_how_display())


def matter_views(session: WindowSession) -> Sequence[MatterView]:
    """The matters of the visit, with what can be done with each."""
    return [_matter(found) for found in queries.matters(session)]


def _matter(found: queries.Matter) -> MatterView:
    status, icon = _STATUS[WindowMatter.State(found.row.state)], _icon(found.draft)
    if found.case is not None and found.row.case_number:
        url = reverse("halls:receipt", args=[found.row.case_number])
        return MatterView(found.draft.title, status, url, "打印收件回执", icon, found.row.case_number)
    return MatterView(found.draft.title, status, reverse("halls:draft", args=[found.draft.id]), "接着填", icon)


def _icon(draft: Draft) -> str:
    if draft.kind == "life_event":
        return str(definitions.current(draft.key).content.get("icon", "list-check"))
    return items.item(draft.key).icon


def choices(text: str, owner: Party) -> Sequence[Choice]:
    """What can be begun for somebody: life events first, then items; with ``text`` those that fit it."""
    audience = "business" if owner.kind == PartyKind.LEGAL else "person"
    found, searched = _items(text, audience)
    return [
        *_events(text if searched else "", found, audience),
        *(Choice("item", i.key, i.short, i.summary, i.icon) for i in found[:12]),
    ]


def _items(text: str, audience: str) -> tuple[list[Item], bool]:
    """What fits, and whether the search found it: while it cannot be asked, by name."""
    try:
        return items.listing(text=text, audience=audience), True
    except Unavailable:
        rows = items.listing(audience=audience)
        return [row for row in rows if text in row.short or text in row.content["name"]], False


def _events(text: str, found: Sequence[Item], audience: str) -> list[Choice]:
    rows = items.events_for(found, text) if text else items.life_events()
    return [Choice("life_event", e.key, e.title, e.summary, e.icon) for e in rows if e.audience in (audience, "both")]


# --- the receipt -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartView:
    """One item of what was filed: who handles it, and until when they have promised to."""

    title: str
    unit: str
    promise: str
    next: str


@dataclass(frozen=True, slots=True)
class SlipView:
    """The paper that the person takes home."""

    number: str
    title: str
    at: object
    window: str
    parts: Sequence[PartView]
    papers: Sequence[str]
    fields: tuple[int, int]
    url: str


def slip(session: WindowSession, case: Case) -> SlipView:
    """The receipt of what was filed: number, who handles it, what comes next. The body accepts later, within the limit
    that the law gives it; this paper says so instead of pretending."""
    parts = list(case.children.select_related("unit").order_by("id")) or [case]
    told = receipts.receipt_of(case)
    papers = [str(m.get("title", "")) for m in case.answers.get("materials", {}).values() if m.get("how") == "file"]
    return SlipView(
        number=case.number,
        title=case.title if case.title == case.item_title else f"{case.item_title}",
        at=case.submitted_at,
        window=session.unit.name,
        parts=[_part(one) for one in parts],
        papers=papers,
        fields=(told.tally.given_count, len(told.tally.typed)),
        url=urljoin(f"{settings.PUBLIC_URL}/", f"cases/{case.number}/"),
    )


def _part(case: Case) -> PartView:
    rule = rules_of(case).get("promised")
    promise = str(length(rule)) if rule else ""
    waits = "前一项办好后自动开始" if case.waiting_for == "prerequisite" else "先看材料，在规定时间内告知是否受理"
    return PartView(case.item_title, case.unit.name if case.unit else "", promise, waits)
