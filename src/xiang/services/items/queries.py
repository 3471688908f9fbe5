"""Which items there are and what each says where. Items are public: whoever may ask, may know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.reference import recall
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Body, Unit
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.search import queries as search
from xiang.foundation.search.documents import SearchDocument
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.services.items.models import Host, Item
from xiang.services.items.operations import SEARCHED_AS

LIFE_EVENTS = "life_events"
EVENT_SEARCHED_AS = "life_event"
_MOST_FOUND = 100


def active() -> QuerySet[Item]:
    """The items on offer, in the order of a dictionary."""
    return Item.objects.filter(active=True)


def item(key: str) -> Item:
    """An item on offer; ``Absent`` when there is none of that key."""
    found = recall("editions", ("item", key), lambda: active().filter(key=key).first())
    if found is None:
        raise Absent("item_absent", "没有这个事项，可能已经取消或者改了名字。从“办事”里再找一找。", key=key)
    return found


def content_of(edition_id: UUID) -> Mapping[str, Any]:
    """The item as it was when a case pinned it."""
    content: Mapping[str, Any] = publishing.edition(edition_id).content
    return content


def listing(
    *, text: str = "", department: str = "", theme: str = "", audience: str = "", serves: str = ""
) -> list[Item]:
    """The items that fit; with ``text`` the best first. ``serves`` is a code of GB/T 39046 A.4 (1 natural person …)."""
    rows = active()
    if audience:
        rows = rows.filter(audience=audience)
    for column, word in (("theme_words", theme), ("department_words", department), ("object_words", serves)):
        if word:
            rows = rows.filter(**{f"{column}__contains": f"|{word}|"})
    if not text.strip():
        return list(rows)
    place = {hit.key: n for n, hit in enumerate(search.search(text, [SEARCHED_AS], size=_MOST_FOUND).hits)}
    return sorted(rows.filter(key__in=place), key=lambda row: place[row.key])


def documents(keys: Sequence[str] | None) -> Iterator[SearchDocument]:
    """What a search may find of the items: names, the sentence, what people call it, what comes out of it."""
    rows = active() if keys is None else active().filter(key__in=keys)
    for row in rows:
        said = row.content
        words = [said["name"], said["summary"], said["result"]["title"], *said.get("keywords", ()), *said["conditions"]]
        url = reverse("items:guide", args=[row.key])
        yield SearchDocument(row.key, SEARCHED_AS, row.short, "\n".join(words), url)


@dataclass(frozen=True, slots=True)
class Department:
    """A line of work that handles items, as lists name it."""

    key: str
    title: str


def departments() -> list[Department]:
    """The lines of work that have items on offer, by name.

    A line without a provincial body goes by the name of its own kind (``公积金中心``); an institution under another
    line (a hospital) is listed under that one.
    """
    words = {w for row in active().values_list("department_words", flat=True) for w in row.split("|") if w}
    words = {word for word in words if "." not in word}
    bodies = Body.objects.select_related("division")
    first = {body.department: body for body in bodies.filter(department__in=words, level="province")}
    for word in words - first.keys():
        if body := bodies.filter(department=word).order_by("division__path").first():
            first[word] = body
    return sorted((Department(key, _title(body)) for key, body in first.items()), key=lambda one: one.title)


def _title(body: Body) -> str:
    place = body.division.name if body.division else ""
    name = body.short or body.name
    return name if body.level == "province" else name.removeprefix(place)


@dataclass(frozen=True)
class Implementation:
    """An item where it is handled (实施清单): by which body and office, under which code, with which limits today."""

    item: Item
    division: str
    body: Body | None
    unit: Unit | None
    government: str
    code: str

    @cached_property
    def promised(self) -> RuleRow | None:
        return rule_of(self.item, "promised")

    @cached_property
    def legal(self) -> RuleRow | None:
        return rule_of(self.item, "legal")

    @cached_property
    def rules(self) -> dict[str, RuleRow]:
        return rules_of(self.item)


def item_for(key: str, division: str = "") -> Implementation:
    """The item as the body competent in a division implements it; without a division no body is named."""
    found = item(key)
    body, unit = _handled_by(found, division)
    return Implementation(
        item=found,
        division=division,
        body=body,
        unit=unit,
        government=_government(body),
        code=_code(found, body),
    )


def _handled_by(found: Item, division: str) -> tuple[Body | None, Unit | None]:
    """The office that handles the item for a division and its body; the body alone while it has no such office."""
    if not division:
        return None, None
    host = {Host.COUNTY: division, Host.PREFECTURE: f"{division[:4]}00", Host.PROVINCE: f"{division[:2]}0000"}
    code = host[Host(found.host)]
    unit = parties.unit_for(found.department, code, kind=found.unit_kind)
    return (unit.body, unit) if unit else (parties.body_for(found.department, code), None)


def _government(body: Body | None) -> str:
    """The government that hears reconsideration: of the body's own level (行政复议法 art. 24)."""
    if body is None or body.division_id is None:
        return ""
    own = Body.objects.filter(division=body.division_id, government=True).values_list("name", flat=True).first()
    return own or ""


def _code(found: Item, body: Body | None) -> str:
    """实施编码: the body's code, the level and the basic code (31 characters), when the body has a code."""
    said = found.content["codes"]
    if said.get("implementation"):
        return str(said["implementation"])
    if body is None or not body.uscc or said["scheme"] != "c0109":
        return ""
    return f"{body.uscc}{found.level}{said['base']}"


def rule_of(found: Item, slot: str) -> RuleRow | None:
    """The rule in force today in one slot of the item's procedure."""
    key = found.rules.get(slot)
    return statutes.find(key, instant.today()) if key else None


def rules_of(found: Item) -> dict[str, RuleRow]:
    """The rules in force today by slot; a slot whose rule is missing is left out, and opening a case refuses it."""
    rows = {slot: rule_of(found, slot) for slot in found.rules}
    return {slot: row for slot, row in rows.items() if row is not None}


def fee_of(found: Item) -> RuleRow | None:
    """The rule that says what is charged today; ``None`` when nothing is."""
    key = found.content["fees"].get("rule")
    return statutes.find(key, instant.today()) if key else None


@dataclass(frozen=True, slots=True)
class EventLink:
    """A life event that an item belongs to."""

    key: str
    title: str
    icon: str
    summary: str
    audience: str
    items: tuple[str, ...]


def life_events() -> list[EventLink]:
    """The life events on offer. Their rules belong to the room above; a list only needs to name them."""
    return [
        EventLink(
            edition.key,
            edition.content["title"],
            edition.content["icon"],
            edition.content["summary"],
            edition.content["audience"],
            tuple(part["item"] for part in edition.content["items"]),
        )
        for edition in publishing.all_current(LIFE_EVENTS)
    ]


def events_for(found: Iterable[Item], text: str) -> list[EventLink]:
    """The life events that a search is about: found by it, or made of what it found first."""
    named_by = {hit.key for hit in search.search(text, [EVENT_SEARCHED_AS]).hits}
    first = {row.key for row in list(found)[:3]}
    return [e for e in life_events() if e.key in named_by or first & set(e.items)]


def named(keys: Sequence[str]) -> list[Item]:
    """Items on offer of these keys, in that order."""
    rows = {row.key: row for row in active().filter(key__in=keys)}
    return [rows[key] for key in keys if key in rows]
