"""Finding a matter, and its guide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.pages.components import Link, StateView
from xiang.foundation.pages.http import page
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.queries import DivisionRow, Tree
from xiang.services.items import queries, themes
from xiang.services.items.guide import guide_of
from xiang.services.items.models import Audience, Item

_LONGEST_QUERY = 60
_KEPT_DIVISION = "items.division"
_FILTERS = ("q", "audience", "theme", "department")


@dataclass(frozen=True, slots=True)
class Pill:
    """A choice that narrows the list; choosing it again takes it back."""

    label: str
    url: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """A life event or a department with where it leads; without an address it is only named."""

    title: str
    url: str
    icon: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """Items under one heading."""

    title: str
    icon: str
    items: list[Item]


def listing(request: HttpRequest) -> HttpResponse:
    """``/items/``: search, life events, and every matter by theme."""
    asked = {name: request.GET.get(name, "").strip()[:_LONGEST_QUERY] for name in _FILTERS}
    found, trouble = _found(asked)
    filtered = any(asked.values())
    context: dict[str, Any] = {
        "nav": "items",
        "asked": asked,
        "found": found,
        "shelves": [Shelf("", "", found)] if filtered else _shelves(found),
        "events": _events(asked, found),
        "pills": _pills(asked),
        "departments": _departments(asked),
        "state": trouble or (_empty(asked["q"], filtered) if not found else None),
        "filtered": filtered,
    }
    return page(request, "items/list.html", context, fragment="items/results.html")


def _found(asked: dict[str, str]) -> tuple[list[Item], StateView | None]:
    """The items that fit. While the search is being made ready, all of them, and a word that says so."""
    wanted = {name: asked[name] for name in ("theme", "audience", "department")}
    try:
        return queries.listing(text=asked["q"], **wanted), None
    except Unavailable as refusal:
        return queries.listing(**wanted), StateView("搜索还没准备好", refusal.detail, "hourglass-low", "soon")


def _shelves(found: list[Item]) -> list[Shelf]:
    """By theme, in the order in which the profile names them; an item stands under its first theme."""
    by_theme: dict[str, list[Item]] = defaultdict(list)
    for row in found:
        by_theme[row.themes[0] if row.themes else ""].append(row)
    return [Shelf(theme.title, theme.icon, by_theme[theme.key]) for theme in themes.known() if theme.key in by_theme]


def _events(asked: dict[str, str], found: list[Item]) -> list[Linked]:
    if asked["theme"] or asked["department"]:
        return []
    if not asked["q"]:
        return linked([e for e in queries.life_events() if asked["audience"] in ("", e.audience)])
    try:
        return linked(queries.events_for(found, asked["q"]))
    except Unavailable:
        return []


def linked(events: Sequence[queries.EventLink]) -> list[Linked]:
    """Life events with the address of their guide; while the room above has no such page they are not offered."""
    try:
        return [Linked(e.title, reverse("lifeevents:guide", args=[e.key]), e.icon) for e in events]
    except NoReverseMatch:
        return []


def _departments(asked: dict[str, str]) -> list[Linked]:
    return [
        Linked(d.title, _url(asked, department=d.key, theme="", audience=""), on=asked["department"] == d.key)
        for d in queries.departments()
    ]


def _pills(asked: dict[str, str]) -> list[Pill]:
    """Person or business, then the themes of whichever was chosen."""
    pills = [Pill("全部", _url(asked, audience="", theme="", department=""), on=not asked["audience"])]
    for value, title in Audience.choices:
        pills.append(Pill(f"{title}办事", _url(asked, audience=value, theme=""), on=asked["audience"] == value))
    if asked["q"] or not (asked["audience"] or asked["theme"]):
        return pills
    for theme in themes.known():
        if asked["audience"] in ("", theme.audience):
            on = asked["theme"] == theme.key
            pills.append(Pill(theme.title, _url(asked, theme="" if on else theme.key), on))
    return pills


def _url(asked: dict[str, str], **changed: str) -> str:
    query = urlencode({name: value for name, value in (asked | changed).items() if value})
    return f"{reverse('items:list')}{'?' if query else ''}{query}"


def _empty(text: str, filtered: bool) -> StateView:
    every = Link("看全部事项", reverse("items:list"))
    if text:
        detail = "换个说法再试，比如“上户口”“开饭店”。也可以拨打 12345，说出要办的事，有人告诉您到哪里办。"
        return StateView(f"没有找到“{text}”", detail, "search-off", "done", (every, Link("拨打 12345", "tel:12345")))
    if filtered:
        return StateView(
            "这一类还没有事项", "这一类的事项还没有接进来。换一类看看，或者拨打 12345。", "clipboard", "done", (every,)
        )
    return StateView("还没有事项", "事项载入以后会列在这里。", "clipboard", "done")


def guide(request: HttpRequest, key: str) -> HttpResponse:
    """``/items/<key>/``: everything about one matter, where the person lives."""
    tree = parties.tree()
    division = _division(request, tree)
    found = guide_of(key, division)
    context = {
        "nav": "items",
        "guide": found,
        "events": linked(found.events),
        "division": division,
        "places": _places(tree),
        "start": _start(key),
    }
    return page(request, "items/guide.html", context)


def _division(request: HttpRequest, tree: Tree) -> str:
    """The county that the person chose, now or earlier; nothing is guessed."""
    kept = str(request.session.get(_KEPT_DIVISION, ""))
    row = tree.current(request.GET.get("division", "")) or tree.current(kept)
    if row is None:
        return ""
    if row.code != kept:
        request.session[_KEPT_DIVISION] = row.code
    return row.code


def _places(tree: Tree) -> list[tuple[str, list[DivisionRow]]]:
    """Prefectures with their counties, for a choice that works without script."""
    provinces = tree.children(None)[:1]
    prefectures = [row for province in provinces for row in tree.children(province.code)]
    return [(row.name, tree.children(row.code)) for row in prefectures]


def _start(key: str) -> str:
    """Where an application begins (posted, with the division); empty while no room above takes applications for it."""
    try:
        return reverse("applications:start", args=[key])
    except NoReverseMatch:
        return ""
