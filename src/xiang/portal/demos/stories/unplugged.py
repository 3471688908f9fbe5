"""Police data unplugged: the form says so, goes on by hand, and loses nothing."""

from __future__ import annotations

from xiang.portal.demos import filling
from xiang.portal.demos.player import Player, Shown
from xiang.portal.demos.stories import birth
from xiang.portal.demos.telling import Telling, story

STEWARD, SYSTEM = "steward", "police"
BY_HAND = {"mother.name": "刘芸", "mother.ethnicity": "汉族", "mother.residence_division": "430104"}


@story("unplugged", "拔掉人口系统", "人口系统连不上：说清楚，自己填，照样提交；恢复以后接着用")
def play(player: Player, telling: Telling) -> None:
    """Unplug, begin, fill in by hand, submit, plug in again."""
    player.unplug(STEWARD, SYSTEM)
    telling.tell("unplugged", "总枢纽的人口系统断开")
    try:
        _apply(player, telling)
    finally:
        player.plug_in(STEWARD, SYSTEM)
    telling.tell("plugged_in", "人口系统接回。下一位申请人打开表，又是填好的")
    form = player.begin("dengyaqi", "birth")
    police = sum(count for body, count in filling.by_body(form).items() if "公安" in body)
    telling.tell("filled_again", f"公安提供的 {police} 项回来了", police=police)


def _apply(player: Player, telling: Telling) -> None:
    form = player.begin(birth.MOTHER, "birth")
    silent = _silent(form)
    note = silent[0]["origin"]["note"] if silent else ""
    counts = filling.by_body(form)
    telling.tell(
        "said",
        f"表上写明：“{note}”，{len(silent)} 项没有取到；其他部门的 {sum(counts.values())} 项照样填好",
        note=note, silent=len(silent), given=sum(counts.values()),
    )  # fmt: skip
    player.answer(birth.MOTHER, form["id"], birth.CHOSEN)
    player.ask_other(birth.MOTHER, form["id"])
    player.confirm(birth.FATHER)
    case, answered = filling.complete(player, birth.MOTHER, form["id"], BY_HAND)
    words = f"她自己补了 {answered} 项（靠它找处所），其余空着，恢复后由部门补上；提交：{case['number']}"
    telling.tell("submitted", words, case=case["number"], by_hand=answered)


def _silent(form: Shown) -> list[Shown]:
    return [f for f in form["fields"] if (f["origin"] or {}).get("kind") == "outage"]
