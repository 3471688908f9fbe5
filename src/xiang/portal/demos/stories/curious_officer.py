"""A curious officer: looks a person up without a case, and is refused; everybody who should know of it does."""

from __future__ import annotations

from xiang.portal.demos.player import Player, Turned
from xiang.portal.demos.stories import birth
from xiang.portal.demos.telling import Telling, story

OFFICER, PERSON, AUDITOR = "police.receiver", birth.MOTHER, "auditor"
RESOURCE, FIELDS = "civil_marriage", ("status", "husband_name")


@story("curious_officer", "好奇的工作人员", "没有办件就查别人的婚姻：查不到，本人看得见，审计也看得见")
def play(player: Player, telling: Telling) -> None:
    """Without a case; with a case of somebody else; what remains of it."""
    before = len(player.uses(PERSON))
    code = _try(player, number="")
    telling.tell("refused_without_case", "一名民警没有办件，查她的婚姻登记：拒绝，一个字也没有给", code=code)
    number = birth.apply(player, Telling("", ""))
    code = _try(player, number=number)
    telling.tell("refused_in_other_case", "她有了办件，他拿着这个编号再查：不是他的办件，还是查不到", code=code)
    uses = player.uses(PERSON)
    refused = [use for use in uses if use["outcome"] == "refused"]
    words = f"她打开“谁用了我的数据”：{len(refused)} 次被拒的查询写在最上面，是哪个机关、想看什么、为什么没给"
    telling.tell(
        "seen_by_her",
        words,
        refused=len(refused),
        body=refused[0]["body_key"],
        reason=refused[0]["reason"],
        before=before,
    )
    seen = player.refusals(AUDITOR)
    telling.tell(
        "seen_by_auditor", f"审计看得见：{len(seen)} 条被拒的查询，带着是谁查的，看不见她是谁", refused=len(seen)
    )


def _try(player: Player, number: str) -> str:
    try:
        player.look_up(OFFICER, PERSON, RESOURCE, FIELDS, number)
    except Turned as turned:
        return turned.code
    return ""
