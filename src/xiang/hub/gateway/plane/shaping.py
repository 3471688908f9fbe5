"""What a caller is shown of the rows that were found: masked, in the order asked for; of a verification, yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiang.hub.gateway.plane import resources
from xiang.hub.gateway.plane.asking import Asked
from xiang.hub.gateway.plane.keys import normal
from xiang.hub.gateway.plane.records import Use
from xiang.hub.gateway.plane.resources import Item, Lookup, Resource
from xiang.hub.policies.deciding import Decision
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.plans import PlanRule


@dataclass(frozen=True, slots=True)
class Terms:
    """What a decision comes to: made once for all calls that are decided alike."""

    lookup: Lookup
    shown: Sequence[tuple[Item, Mask | None]]
    title: str
    basis: str
    grants: tuple[str, ...]
    counted: tuple[PlanRule, ...]


def terms_of(resource: Resource, names: tuple[str, ...], decision: Decision) -> Terms:
    """The terms of a decision; ``Problem("filter_not_enforceable")`` when its rows cannot be told apart here."""
    masks = decision.masks()
    return Terms(
        resources.lookup(resource, names, decision.rows()),
        [(resource.items[name], masks.get(name)) for name in names],
        decision.title,
        decision.basis,
        decision.grants,
        decision.counted(),
    )


def document(
    kind: str, resource: Resource, terms: Terms, asked: Asked, use: Use, found: Sequence[Any]
) -> dict[str, Any]:
    """The answer. ``ValueError``, ``KeyError`` or ``TypeError`` when a row is not what the resource says."""
    head = {"call": use.ids[0], "at": use.moment, "grants": terms.grants}
    if kind == "verify":
        return {**head, "matches": any(_holds(resource, asked.claims, row) for row in found[0])}
    shown = [[_shown(terms, row) for row in some] for some in found]
    if kind == "query":
        return {**head, "found": bool(shown[0]), "rows": shown[0]}
    answers = [{"call": call, "found": bool(some), "rows": some} for call, some in zip(use.ids, shown, strict=True)]
    return {**head, "answers": answers}


def _shown(terms: Terms, row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {}
    for item, mask in terms.shown:
        value = resources.plain(item.type, row[item.column])
        shown[item.name] = mask(value) if mask else value
    return shown


def _holds(resource: Resource, claims: Mapping[str, str], row: Mapping[str, Any]) -> bool:
    """Whether a row says all that is claimed, spelt alike."""
    for name, claimed in claims.items():
        item = resource.items[name]
        value = resources.plain(item.type, row[item.column])
        said = {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        if value is None or normal(said) != normal(claimed):
            return False
    return True
