"""``/``: the first page of a resident, of a company, of somebody who has not signed in; officers go to their desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe

from xiang.foundation.ground import instant
from xiang.foundation.ground.reference import recall
from xiang.foundation.measures import queries as measures
from xiang.foundation.pages import panels
from xiang.foundation.pages.components import BigRow, Link
from xiang.foundation.pages.http import page
from xiang.foundation.pages.preferences import of as preferences_of
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.parties.models import PartyKind
from xiang.portal import links, rights
from xiang.portal.home import matters, places, waiting, words
from xiang.services.items import queries as items
from xiang.services.items.models import Item
from xiang.services.lifeevents import definitions
from xiang.services.lifeevents.definitions import LifeEvent

EVENTS_SHOWN = 7
HOT = 3
RECENT = timedelta(days=28)
RIGHT = 60
"""Panels of the slot ``home`` from this order on stand in the narrow column (messages), the others in the wide one."""
_KEPT_DIVISION = "items.division"


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    actor = actor_of(request)
    if actor.is_staff:
        return redirect(office_of(actor))
    if not actor.signed_in:
        return page(request, "portal/home/welcome.html", _shared(request, actor))
    found = matters.of(actor)
    todos = waiting.of(actor, found)
    context = _shared(request, actor) | {
        "name": actor.behalf_name or actor.name,
        "hello": words.greeting(instant.now()),
        "summary": words.summary(_waiting(todos, found), len(found.tops)),
        "todos": [todo for todo in todos if not todo.quiet],
        "quiet": [todo for todo in todos if todo.quiet],
        "cases_url": links.url("cases:mine"),
    }
    context["rows"] = matters.rows(found, context["all_events"])
    if preferences_of(request).elder:
        return page(request, "portal/home/elder.html", context | {"often": _often()})
    return page(request, "portal/home/home.html", context | _panels(request))


def office_of(actor: Actor) -> str:
    """Where an officer begins the day: the desk, or the board, the ledger, the configuration."""
    if actor.roles & rights.DESK:
        return links.url("cases:inbox")
    for roles, name in (
        (rights.AUDIT, "portal:audit"),
        (rights.CONFIG, "portal:config"),
        (rights.BOARD, "portal:board"),
    ):
        if actor.roles & roles:
            return links.url(name)
    return links.url("sharing:systems") if actor.has("steward") else links.url("parties:me")


def _shared(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What everybody's first page has: search, life events, zones."""
    company = _is_company(actor)
    every = recall("editions", ("portal.events", instant.today()), definitions.all_current)
    events = _in_order(every, business=company)
    chosen = str(request.session.get(_KEPT_DIVISION, ""))
    return {
        "nav": "home",
        "actor": actor,
        "company": company,
        "all_events": events,
        "events": events[:EVENTS_SHOWN],
        "more": len(events) > EVENTS_SHOWN,
        "map": places.tiles(chosen),
        "zone": places.short(chosen),
        "zone_url": links.url("portal:zone", f"{chosen[:4]}00") if chosen else "",
        "hot": recall("editions", ("portal.popular", instant.today()), _popular),
    }


def _is_company(actor: Actor) -> bool:
    return actor.behalf_id is not None and parties.party_for(actor, actor.behalf_id).kind == PartyKind.LEGAL


def _popular() -> list[tuple[str, str]]:
    """What people applied for most in the last weeks, asked once a day; nothing while nobody has."""
    since = instant.today() - RECENT
    counted = measures.breakdown("cases.filed", "item", None, since)
    most = sorted(counted, key=lambda pair: -pair[1].numerator)[:HOT]
    named = items.named([key for key, _ in most]) if most else []
    return [(item.short, links.url("items:guide", item.key)) for item in named]


def _in_order(events: list[LifeEvent], *, business: bool) -> list[LifeEvent]:
    first = "business" if business else "person"
    return sorted(events, key=lambda event: (event.content.get("audience") != first,))


def _waiting(todos: list[waiting.Todo], found: matters.Matters) -> int:
    """How much waits: what must be done here, and what is to be paid."""
    return sum(not todo.quiet for todo in todos) + sum(case.state == waiting.PAYING for case in found.waiting)


def _panels(request: HttpRequest) -> dict[str, SafeString]:
    """What other rooms hung into the page, by column."""
    hung = panels.in_slot("home")
    return {
        "wide": _joined(request, [panel for panel in hung if panel.order < RIGHT]),
        "narrow": _joined(request, [panel for panel in hung if panel.order >= RIGHT]),
    }


def _joined(request: HttpRequest, hung: list[panels.Panel]) -> SafeString:
    return mark_safe("".join(panel.render(request, None) for panel in hung))  # noqa: S308 - rendered templates


def _often() -> list[BigRow]:
    """The rows of the elder page: matters for old people first, then the credentials, then letting children do it."""
    rows = [BigRow(item.short, links.url("items:guide", item.key), item.icon) for item in _for_elders()]
    fixed = (
        BigRow("出示我的证件", links.url("credentials:list"), "id"),
        BigRow("让子女帮我办", links.url("parties:delegate"), "users"),
        BigRow("看全部能办的事", links.url("items:list"), "clipboard-list"),
    )
    return [*rows, *(row for row in fixed if row.url)]


def _for_elders() -> list[Item]:
    return [*items.listing(theme="elderly")[:2], *items.listing(theme="medical")[:1]]


def zone(request: HttpRequest, code: str) -> HttpResponse:
    """``/zones/430100/``: a prefecture or county, its offices and what is handled there."""
    found = places.zone(code)
    context = {
        "nav": "items",
        "zone": found,
        "title": f"{places.short(code) if found.above is None else found.row.name}专区",
        "items": items.active().count(),
        "map": places.tiles(code),
        "list": Link("看能办的事", links.url("items:list"), "primary"),
    }
    return page(request, "portal/home/zone.html", context)
