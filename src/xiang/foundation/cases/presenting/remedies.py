"""What can be done against a decision or a delay: where, within which time, from the item as it was applied for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiang.foundation.cases.models import Case
from xiang.foundation.cases.presenting.clocks import spaced
from xiang.foundation.ground import instant
from xiang.foundation.parties.models import Body
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.statutes import queries as statutes

WAYS = (("reconsideration", "行政复议", "申请"), ("litigation", "行政诉讼", "提起"))


@dataclass(frozen=True, slots=True)
class RemedyView:
    """One way: 行政复议, 自知道之日起 60 日内向岳麓区人民政府申请, 行政复议法第二十条."""

    title: str
    words: str
    basis: str = ""


def remedies_of(case: Case) -> list[RemedyView]:
    """The ways open to the applicant of a case."""
    said = item_of(case).get("remedy") or {}
    government = _government(case) if any("{government}" in str(way) for way in said.values()) else ""
    found = []
    for key, title, verb in WAYS:
        way = said.get(key) or {}
        rule = statutes.find(way["rule"], instant.today()) if way.get("rule") else None
        within = f"自知道之日起 {spaced(rule.words)}内" if rule else "依法"
        target = str(way.get("to") or "有管辖权的机关").replace("{government}", government)
        basis = rule.basis + ("" if rule.confirmed else "（待核实）") if rule and rule.basis else ""
        found.append(RemedyView(title, f"{within}向{target}{verb}{title}。", basis))
    return found


def item_of(case: Case) -> Mapping[str, Any]:
    """The item in the edition that the case pinned."""
    content: Mapping[str, Any] = publishing.edition(case.item_edition).content if case.item_edition else {}
    return content


def _government(case: Case) -> str:
    """The government that hears reconsideration: of the body's own level (行政复议法 art. 24)."""
    if case.unit is None:
        return "本级人民政府"
    division = case.unit.body.division_id or case.unit.division_id
    asked = Body.objects.filter(division=division, government=True).values_list("name", flat=True)
    return asked.first() or f"{case.unit.division.name}人民政府"
