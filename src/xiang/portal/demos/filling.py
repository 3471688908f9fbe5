"""Filling in a form by hand, as somebody does who has their papers before them: for when a source is silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiang.portal.demos.player import Player, Shown, Turned

#: Any plausible answer of a type. The identity number has a valid check digit and an unassigned prefix.
PLAUSIBLE: Mapping[str, Any] = {
    "date": "1994-02-14",
    "datetime": "2026-11-16T07:42:00+08:00",
    "phone": "15400000001",
    "division": "430104",
    "id_number": "11010519491231002X",
    "integer": 1,
    "number": 1,
    "money": 100,
    "yesno": False,
}


def typed(form: Shown) -> list[str]:
    """The titles of what the person gave themselves."""
    fields = [*form["fields"], *form["questions"]]
    return [f["title"] for f in fields if (f["origin"] or {}).get("kind") in ("typed", "changed")]


def given(form: Shown) -> list[Shown]:
    """The fields that government provided."""
    return [f for f in form["fields"] if (f["origin"] or {}).get("kind") == "source"]


def by_body(form: Shown) -> dict[str, int]:
    """How many fields each body provided."""
    found: dict[str, int] = {}
    for field in given(form):
        body = field["origin"]["body"]
        found[body] = found.get(body, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def complete(player: Player, who: str, draft: str, known: Mapping[str, Any]) -> tuple[Shown, int]:
    """Answer by hand what the form still asks for, and hand in what it still lacks; the case that was submitted and how
    many answers it took."""
    answered = 0
    for _ in range(8):
        try:
            return player.submit(who, draft), answered
        except Turned as wrong:
            if not wrong.errors:
                raise
            form = player.answer(who, draft, known) if not answered else player.refill(who, draft)
            for error in wrong.errors:
                place = error["pointer"].removeprefix("/")
                if place.startswith("materials/"):
                    form = player.hand_in(who, draft, place.removeprefix("materials/"))
                    continue
                value = known.get(place) or _plausible(form, place)
                form = player.answer(who, draft, {place: value})
                answered += 1
    raise Turned("never_complete", "这张表一直没有填完。")


def _plausible(form: Shown, key: str) -> Any:
    field = next((f for f in [*form["fields"], *form["questions"]] if f["key"] == key), None)
    if field is None:
        return "演示"
    if field["choices"]:
        first = field["choices"][0]["value"]
        return [first] if field["type"] == "choices" else first
    return PLAUSIBLE.get(field["type"], "演示")
