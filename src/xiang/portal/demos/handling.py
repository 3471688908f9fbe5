"""How offices handle a case, step by step, told with its clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiang.foundation.pages.texts import legal_day
from xiang.portal.demos.player import Player, Shown
from xiang.portal.demos.telling import Telling

STEPS = (("accept", "receiver"), ("recommend_grant", "reviewer"), ("grant", "decider"))


def day(text: str | None) -> str:
    """A legal date in words; nothing when there is none."""
    return legal_day(date.fromisoformat(text)) if text else ""


def part(player: Player, who: str, parent: str, item: str) -> Shown:
    """A part of a matter as it stands, by its item."""
    whole = player.case(who, parent)
    number = next(child["number"] for child in whole["children"] if child["item"] == item)
    return player.case(who, number)


def clock(case: Shown) -> dict[str, Any]:
    """The promised clock of a case as facts."""
    promised = case["promised"]
    if promised is None:
        return {}
    counted = [d["day"] for d in promised["derivation"] if d["counted"]]
    return {"limit": promised["limit"], "started": promised["started"], "due": promised["due"], "counted": counted}


def take(player: Player, number: str, name: str, role: str, data: Mapping[str, Any] | None = None) -> Shown:
    """One step, by an officer who may take it."""
    return player.step(player.officer(number, role), number, name, data)


def grant(player: Player, telling: Telling, who: str, number: str, key: str) -> Shown:
    """The whole way through an office: accepted with a due date, examined, decided by three different people."""
    case = take(player, number, "accept", "receiver")
    told = clock(case)
    telling.tell(
        f"{key}.accepted",
        f"{case['unit']}受理“{case['item_title']}”，承诺 {told['limit']}，{day(told['due'])}前办完",
        case=number, item=case["item"], unit=case["unit"], clock=told,
    )  # fmt: skip
    for name, role in STEPS[1:]:
        case = take(player, number, name, role)
    player.work()
    case = player.case(who, number)
    outcome = f"{case['unit']}办好“{case['item_title']}”"
    telling.tell(f"{key}.granted", outcome, case=number, item=case["item"], state=case["state"])
    return case
