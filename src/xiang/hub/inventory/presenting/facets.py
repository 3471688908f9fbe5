"""The facets of a search as links, and entries as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from xiang.foundation.pages.components import StatusView
from xiang.hub.inventory import naming
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.queries import Asked, Found, freshness
from xiang.hub.inventory.standard import Standard

_TITLES = {"body": "提供机关", "category": "分类", "share": "共享属性", "mode": "共享方式", "grade": "级别",
           "cycle": "更新周期", "mounted": "有没有数据", "freshness": "更新情况"}  # fmt: skip
FRESH: Mapping[str, StatusView] = {
    "fresh": StatusView("run", "按期更新", "check"),
    "stale": StatusView("late", "过期未更新"),
    "unknown": StatusView("wait", "还没有报过更新"),
}
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; chosen ones lead back to all."""

    label: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: the most frequent values, the rest in a fold."""

    title: str
    choices: tuple[Choice, ...]
    rest: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in a list."""

    entry: CatalogueEntry
    body: str
    grade: str
    fresh: StatusView
    resources: int


def facets(found: Found, asked: Asked, terms: Standard) -> list[Facet]:
    """What can be narrowed by; a facet with one value tells nothing and is left out unless it was chosen."""
    names = naming.body_names(found.facets.get("body", {}))
    made = []
    for key, title in _TITLES.items():
        counts = {value: number for value, number in found.facets.get(key, {}).items() if number and value}
        if len(counts) > 1 or key in asked.facets:
            ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            choices = tuple(_choice(key, value, number, asked, names, terms) for value, number in ordered)
            made.append(Facet(title, choices[:_SHOWN], choices[_SHOWN:]))
    return made


def _choice(key: str, value: str, number: int, asked: Asked, names: Mapping[str, str], terms: Standard) -> Choice:
    chosen = asked.facets.get(key) == value
    rest = {name: one for name, one in asked.facets.items() if name != key}
    url = address(Asked(asked.text, rest if chosen else rest | {key: value}))
    return Choice(_word(key, value, names, terms), number, url, chosen)


def _word(key: str, value: str, names: Mapping[str, str], terms: Standard) -> str:
    match key:
        case "body":
            return names.get(value, value)
        case "share":
            return str(CatalogueEntry.Share(value).label)
        case "mode":
            return str(CatalogueEntry.Mode(value).label)
        case "grade":
            return terms.grades.get(int(value), f"{value} 级")
        case "mounted":
            return "已挂接数据" if value == "yes" else "还没有数据"
        case "freshness":
            return FRESH[value].words
    return value


def address(asked: Asked, **more: str) -> str:
    """The query string of a search."""
    said = {"q": asked.text, **asked.facets, **more}
    return "?" + urlencode({name: value for name, value in said.items() if value})


def rows(found: Found, terms: Standard) -> list[EntryRow]:
    """The entries of a page."""
    names = naming.body_names(row.body_key for row in found.rows)
    return [
        EntryRow(
            row, names[row.body_key], terms.grades.get(row.grade, f"{row.grade} 级"), FRESH[freshness(row)],
            found.mounted.get(row.key, 0),
        )
        for row in found.rows
    ]  # fmt: skip
