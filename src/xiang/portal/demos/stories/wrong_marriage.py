"""A wrong letter in the register of marriages: disputed by the person, mended by the body that keeps it."""

from __future__ import annotations

from xiang.portal.demos import filling
from xiang.portal.demos.player import Player, Shown
from xiang.portal.demos.telling import Telling, story

MOTHER, FATHER, CLERK = "xiaojing", "fucheng", "civil.reviewer"
FIELD, WRONG, RIGHT = "parents.wife_name", "肖婧", "肖靖"


@story("wrong_marriage", "结婚登记里的一个错字", "民政系统把“肖靖”登成了“肖婧”：提出异议，照常办理，由民政改正")
def play(player: Player, telling: Telling) -> None:
    """See the error, dispute it, be served as normal, have it mended at its source."""
    form = player.begin(MOTHER, "birth")
    field = _field(form)
    where = f"{field['origin']['body']}·{field['origin']['resource']}"
    telling.tell(
        "seen", f"表里“{field['title']}”写着“{field['value']}”，来自{where}", value=field["value"], origin=where
    )
    form = player.dispute(MOTHER, form["id"], FIELD, RIGHT, "结婚证上写的是“肖靖”。")
    field = _field(form)
    telling.tell(
        "disputed",
        f"她点“有误？”，写明应该是“{RIGHT}”；申请按她说的走",
        disputed=field["origin"]["disputed"],
        value=field["value"],
    )
    chosen = {"child.name": "傅一", "household.follow": "mother", "card.bank": "bank.changsha", "result.means": "post"}
    player.answer(MOTHER, form["id"], chosen)
    player.ask_other(MOTHER, form["id"])
    player.confirm(FATHER)
    case, _ = filling.complete(player, MOTHER, form["id"], {})
    telling.tell("served", f"异议还没有结果，申请照常提交：{case['number']}", case=case["number"])
    (found, *_rest) = [d for d in player.disputes_to_check(CLERK) if d["field"] == "wife_name"]
    telling.tell("received", "民政局的工作人员收到这件异议", resource=found["resource"], field=found["field"])
    player.answer_dispute(CLERK, found["id"], corrected=True, answer="核对原始档案，登记时录错一字，已改正。")
    player.work()
    again = _field(player.begin(MOTHER, "birth"))
    telling.tell(
        "mended",
        f"改正写回婚姻登记系统；再打开表，来源就是“{again['value']}”",
        value=again["value"],
        origin=again["origin"]["kind"],
    )


def _field(form: Shown) -> Shown:
    found: Shown = next(f for f in form["fields"] if f["key"] == FIELD)
    return found
