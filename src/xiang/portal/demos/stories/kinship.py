"""The clock that stops: a kinship test, which the law lets one clock wait for, and no other."""

from __future__ import annotations

from xiang.portal.demos import filling, handling
from xiang.portal.demos.player import Player
from xiang.portal.demos.telling import Telling, story

MOTHER, FATHER, FATHER_NAME = "hewenjing", "pengzhiyuan", "彭志远"


@story("kinship", "停下来的时钟", "父母没有登记结婚，孩子随父亲落户：亲子鉴定期间，只有这一项的时钟停下来")
def play(player: Player, telling: Telling) -> None:
    """File, let the certificate issue, stop one clock, see that the others run, start it again."""
    number = _file(player, telling)
    certificate = handling.part(player, MOTHER, number, "birth_certificate")
    handling.grant(player, telling, MOTHER, certificate["number"], "birth_certificate")
    registration = handling.part(player, MOTHER, number, "birth_registration")["number"]
    case = handling.take(player, registration, "accept", "receiver")
    before = handling.clock(case)
    words = f"{case['unit']}受理出生登记，承诺 {before['limit']}，{handling.day(before['due'])}前"
    telling.tell("accepted", words, case=registration, clock=before)
    case = handling.take(player, registration, "stop", "reviewer", {"reason": "kinship_test", "days": 20})
    notice = next(d for d in case["documents"] if d["kind"] == "special_procedure_notice")
    telling.tell(
        "stopped",
        f"要做亲子鉴定：时钟停下来，书面告知需要 20 天（{notice['number']}）",
        case=registration, clock_state=case["clock"], document=notice["number"], basis=case["events"][-1]["basis"],
    )  # fmt: skip
    vaccination = handling.part(player, MOTHER, number, "vaccination_certificate")
    telling.tell(
        "others_run",
        f"同一时间，“{vaccination['item_title']}”照常办，不受影响",
        case=vaccination["number"], state=vaccination["state"], clock_state=vaccination["clock"],
    )  # fmt: skip
    case = handling.take(player, registration, "resume", "reviewer", {"result": "鉴定意见：支持亲子关系"})
    after = handling.clock(case)
    words = f"鉴定做完，时钟接着走：{handling.day(after['due'])}前办完，停掉的日子一天也没有算"
    telling.tell("resumed", words, case=registration, clock=after, clock_state=case["clock"])


def _file(player: Player, telling: Telling) -> str:
    form = player.begin(MOTHER, "birth")
    chosen = {
        "child.name": "彭安",
        "parents.marriage": "unmarried",
        "household.follow": "father",
        "card.bank": "bank.changsha",
        "result.means": "post",
    }
    player.answer(MOTHER, form["id"], chosen)
    player.ask_other(MOTHER, form["id"], name=FATHER_NAME, phone=_phone(form))
    player.confirm(FATHER)
    case, _ = filling.complete(player, MOTHER, form["id"], {})
    words = f"妈妈提交，孩子随父亲落户，编号 {case['number']}；没有结婚登记不是落户的条件"
    telling.tell("submitted", words, case=case["number"], scenario=case["scenario"])
    return str(case["number"])


def _phone(form: dict[str, object]) -> str:
    """The father's number, as the mother knows it: the cast of the profile says it."""
    from django.conf import settings

    from xiang.portal.province import cast

    people = {member.key: member for family in cast.load(settings.PROFILE_DIR).families for member in family.members}
    return people["peng_zhiyuan"].phone
