"""What can be entrusted: rooms above offer their items here, so that a delegation names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xiang.foundation.parties.models import Party


@dataclass(frozen=True, slots=True)
class DelegableItem:
    """An item somebody may let an agent handle."""

    key: str
    title: str
    body: str = ""


EVERYTHING = DelegableItem("*", "所有事项")

Offer = Callable[[Party], Sequence[DelegableItem]]
_offers: list[Offer] = []


def offer(items_for: Offer) -> None:
    """Register what a principal can entrust (called in ``AppConfig.ready()``)."""
    _offers.append(items_for)


def items_for(principal: Party) -> list[DelegableItem]:
    """All items the principal can entrust, "everything" last: it is chosen knowingly or not at all."""
    return [item for provider in _offers for item in provider(principal)] + [EVERYTHING]


def titles_of(keys: Sequence[str], principal: Party) -> list[str]:
    """The titles of item keys; a key that nobody offers any more stands for itself."""
    known = {item.key: item.title for item in items_for(principal)}
    return [known.get(key, key) for key in keys]
