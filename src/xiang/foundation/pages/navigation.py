"""Where a person can go: items that rooms register, and counters that say how much waits behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from xiang.foundation.pages.components import IdentityView

AUDIENCES = ("resident", "desk", "board", "config", "audit", "foot")

Visible = Callable[[HttpRequest], bool]
Counter = Callable[[HttpRequest], int]


@cache
def address(name: str) -> str:
    """The address of a page that has but one, looked up once a process."""
    return reverse(name)


def _always(request: HttpRequest) -> bool:
    return True


@dataclass(order=True, frozen=True, slots=True)
class Item:
    """``url`` is a url name, or an address that holds a colon and a slash or starts with one (``tel:12345``)."""

    order: int
    key: str
    label: str = field(compare=False)
    url: str = field(compare=False)
    icon: str = field(compare=False)
    visible: Visible = field(compare=False, default=_always)
    tab: str = field(compare=False, default="")
    section: str = field(compare=False, default="")
    counter: str = field(compare=False, default="")

    def href(self) -> str:
        if self.url.startswith(("/", "tel:", "https:")):
            return self.url
        return address(self.url)


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as a page shows it."""

    key: str
    label: str
    href: str
    icon: str
    tab: str
    section: str
    count: int
    current: bool


_items: dict[str, dict[str, Item]] = {audience: {} for audience in AUDIENCES}
_counters: dict[str, Counter] = {}
_identity: list[Callable[[HttpRequest], IdentityView | None]] = []


def register(
    audience: str,
    key: str,
    label: str,
    url_name: str,
    icon: str,
    order: int,
    visible: Visible = _always,
    *,
    tab: str = "",
    section: str = "",
    counter: str = "",
) -> None:
    """Add an item. ``tab`` also puts it into the phone's tab bar under that short word."""
    _items[audience][key] = Item(order, key, label, url_name, icon, visible, tab, section, counter)


def counter(key: str, count: Callable[[HttpRequest], int]) -> None:
    """How much waits behind the items that name ``key``. Asked at most once a page, and only when shown."""
    _counters[key] = count


def identify(provider: Callable[[HttpRequest], IdentityView | None]) -> None:
    """Who is signed in, for the shell. The room that knows persons registers this; the last one registered answers."""
    _identity[:] = [provider]


def identity(request: HttpRequest) -> IdentityView | None:
    return _identity[0](request) if _identity else None


def count(request: HttpRequest, key: str) -> int:
    """The counter's figure, asked once a request; 0 for a counter that nobody registered."""
    if key not in _counters:
        return 0
    kept: dict[str, int] = request.__dict__.setdefault("_xiang_counts", {})
    if key not in kept:
        kept[key] = _counters[key](request)
    return kept[key]


def registered(audience: str) -> list[Item]:
    return sorted(_items[audience].values())


def items(request: HttpRequest, audience: str, current: str = "") -> list[Shown]:
    """What this person sees of an audience's items, in order."""
    shown = []
    for item in registered(audience):
        if not item.visible(request):
            continue
        try:
            href = item.href()
        except NoReverseMatch:
            continue  # a check reports it at start (pages.W001); a missing page must not take the others down
        waiting = count(request, item.counter) if item.counter else 0
        shown.append(Shown(item.key, item.label, href, item.icon, item.tab, item.section, waiting, item.key == current))
    return shown
