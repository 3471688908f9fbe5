"""Resources as the plane serves them, and the look-ups that it makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiang.hub.gateway.plane.problems import Problem
from xiang.hub.policies.rows import Compare, Filter, Junction


@dataclass(frozen=True, slots=True)
class Item:
    """A data item: ``type`` is text, date, datetime, integer, money, yesno or code."""

    name: str
    title: str
    type: str
    column: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows are read. ``kind``: ``postgresql``, ``mariadb`` or ``sqlite`` (a table, found by key), ``http`` (a
    department's API).

    ``address`` is a URL, a path, ``env:<variable>`` that holds one, or empty for the records' own database; ``kept:…``
    names a connection whose URL is ``sealed``, ``bound`` to its place. Seconds in
    ``timeout``; after ``failures`` in a row nobody asks for ``rest`` seconds.
    """

    kind: str
    address: str = ""
    table: str = ""
    timeout: float = 3.0
    retries: int = 1
    failures: int = 5
    rest: float = 10.0
    sealed: str = ""
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. ``match`` are the columns of which any may hold the number asked for; ``blind`` the scheme of the
    person's index, empty where no person is meant; ``limit`` how many rows of one number are given."""

    key: str
    title: str
    items: Mapping[str, Item]
    match: tuple[str, ...]
    source: Source
    order: str = ""
    limit: int = 1
    blind: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A look-up without its number: the same for all calls that see the same columns and rows. ``rows`` names columns."""

    resource: Resource
    columns: tuple[str, ...]
    rows: Filter | None


def resource_of(said: Mapping[str, Any]) -> Resource:
    items = {one["name"]: Item(**one) for one in said["items"]}
    return Resource(**{**said, "items": items, "match": tuple(said["match"]), "source": Source(**said["source"])})


def lookup(resource: Resource, names: tuple[str, ...], rows: Filter | None) -> Lookup:
    """The look-up of these data items; a filter on what the resource does not have is refused, never dropped."""
    columns = dict.fromkeys(resource.items[name].column for name in names)
    return Lookup(resource, tuple(columns) or resource.match[:1], rows and _in_columns(resource, rows))


def _in_columns(resource: Resource, one: Filter) -> Filter:
    if isinstance(one, Junction):
        return Junction(one.kind, tuple(_in_columns(resource, part) for part in one.parts))
    if one.column not in resource.items:
        raise Problem("filter_not_enforceable")
    return Compare(resource.items[one.column].column, one.operator, one.values)


def plain(kind: str, value: Any) -> Any:
    """A value as JSON has it: text, a whole number, or yes and no."""
    if value is None or value == "":
        return None
    if kind == "yesno":
        return bool(value)
    if kind in ("integer", "money"):
        return int(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
