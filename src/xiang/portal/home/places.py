"""The zones of the fourteen prefectures (市州专区): what is handled there, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.province import prefectures
from xiang.foundation.pages.components import MapView, TileView
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Unit
from xiang.foundation.parties.queries import DivisionRow
from xiang.portal import links

_MOST = 60


def tiles(chosen: str = "") -> MapView:
    """The map; the prefecture of the division ``chosen`` is the current one."""
    return MapView(
        tuple(
            TileView(
                key, name, url=links.url("portal:zone", f"{key}00"), current=bool(chosen) and chosen.startswith(key)
            )
            for key, (_, _, name) in prefectures().items()
        )
    )


def short(code: str) -> str:
    """长沙, for a division in it."""
    place = prefectures().get(code[:4])
    return place[2] if place else ""


@dataclass(frozen=True)
class Zone:
    """A prefecture or county: the divisions in it and the offices that serve the public there."""

    row: DivisionRow
    above: DivisionRow | None
    below: Sequence[DivisionRow]
    offices: Sequence[Unit]
    counted: int


def zone(code: str) -> Zone:
    """A zone by its code; ``Absent`` for anything that is no prefecture or county of the province."""
    tree = parties.tree()
    row = tree.current(code)
    if row is None or row.level not in ("prefecture", "county"):
        raise Absent
    line = tree.line(row)
    # Of the prefecture its own offices; the counties' stand on pages of their own.
    own = parties.units_under([row.path]).filter(division__code=row.code)
    offices = own.select_related("body").order_by("body__name", "rank", "key")[:_MOST]
    counted = parties.units_under([row.path]).aggregate(n=Count("id"))["n"]
    above = line[1] if row.level == "county" and len(line) > 1 else None
    return Zone(row, above, tree.children(row.code), list(offices), counted)
