"""A birth, applied for once: from an empty form to seven results, the receipt and a proof."""

from __future__ import annotations

from xiang.foundation.pages.texts import mask_name, yuan
from xiang.portal.demos import filling, handling, proving
from xiang.portal.demos.player import NotOffered, Player, Shown, Turned
from xiang.portal.demos.telling import Telling, story

MOTHER, FATHER, CHILD = "liuyun", "zhouziheng", "周沐言"
CHOSEN = {
    "child.name": CHILD,
    "household.follow": "mother",
    "card.bank": "bank.changsha",
    "result.means": "post",
}
FIRST = "birth_certificate"
SIDE_BY_SIDE = ("vaccination_certificate", "birth_registration", "resident_insurance", "maternity_reimbursement")


@story("birth", "新生儿出生一件事", "一对父母只申请一次，七项事由五个部门各按各的时限办完")
def play(player: Player, telling: Telling) -> None:
    """Fill in, confirm, submit; offices act; results, receipt, traces, proof."""
    number = apply(player, telling)
    offices(player, telling, number)
    results(player, telling, number)
    afterwards(player, telling, number)


def apply(player: Player, telling: Telling) -> str:
    """The parents' part: the number of the case."""
    form = player.begin(MOTHER, "birth")
    counts = filling.by_body(form)
    said = "、".join(f"{body} {count} 项" for body, count in counts.items())
    telling.tell("began", f"妈妈打开“{form['title']}”，政府已填好 {sum(counts.values())} 项：{said}", by_body=counts)
    form = player.answer(MOTHER, form["id"], CHOSEN)
    telling.tell("answered", f"妈妈自己填 {len(filling.typed(form))} 项，孩子取名“{CHILD}”", typed=filling.typed(form))
    player.ask_other(MOTHER, form["id"])
    telling.tell("asked", "请爸爸在他自己的手机上确认；他同意之前，他的信息一项也不读")
    agreed = player.confirm(FATHER)
    telling.tell("confirmed", f"爸爸确认孩子叫“{agreed['name']}”，同意读取他的信息")
    case = player.submit(MOTHER, form["id"])
    parts = [{"case": c["number"], "item": c["item"], "unit": c["unit"], "state": c["state"]} for c in case["children"]]
    telling.tell(
        "submitted",
        f"提交，编号 {case['number']}：分成 {len(parts)} 项，送到 {len({p['unit'] for p in parts})} 个处所",
        case=case["number"], scenario=case["scenario"], parts=parts,
    )  # fmt: skip
    again = player.submit(MOTHER, form["id"])
    telling.tell("submitted_again", f"再点一次提交：还是 {again['number']}，没有第二份", case=again["number"])
    return str(case["number"])


def offices(player: Player, telling: Telling, number: str) -> None:
    """Each office on its own clock; what needs a result starts by itself when the result is there."""
    first = handling.part(player, MOTHER, number, FIRST)
    handling.grant(player, telling, MOTHER, first["number"], FIRST)
    started = [c for c in player.case(MOTHER, number)["children"] if c["state"] == "submitted"]
    words = "、".join(c["item_title"] for c in started)
    telling.tell("started", f"证明一签发，{len(started)} 项自动开始：{words}", items=[c["item"] for c in started])
    for item in SIDE_BY_SIDE:
        handling.grant(player, telling, MOTHER, handling.part(player, MOTHER, number, item)["number"], item)
    _premium(player, telling, number)
    card = handling.part(player, MOTHER, number, "social_security_card")
    handling.grant(player, telling, MOTHER, card["number"], "social_security_card")


def _premium(player: Player, telling: Telling, number: str) -> None:
    premium = handling.part(player, MOTHER, number, "resident_premium")
    try:
        order = player.pay(MOTHER, premium["number"])
    except NotOffered:
        telling.tell("paid", "缴费要在页面上完成，这里略过", skipped=True)
        return
    player.work()
    words = f"参保登记好了，妈妈缴纳孩子的医保费 {yuan(order['amount_fen'])} 元，从出生之日起享受"
    telling.tell("paid", words, order=order["number"], amount_fen=order["amount_fen"])


def results(player: Player, telling: Telling, number: str) -> None:
    """Papers handed over, credentials sealed, the whole matter at its end."""
    for child in player.case(MOTHER, number)["children"]:
        if child["open"] and child["state"] == "granted":
            done = handling.take(
                player, child["number"], "deliver", "issuer", {"means": "post", "tracking": "EMS439900001"}
            )
            telling.tell(
                "delivered", f"{child['unit']}寄出“{child['item_title']}”", case=child["number"], state=done["state"]
            )
    player.work()
    for row in _issued(player):
        whose = f"{row['holder']}的" if row["kept_for_other"] else ""
        words = f"{row['issuer']}签发{whose}《{row['title']}》，标识 {row['identifier']}，{'已签章' if row['sealed'] else '正在签章'}"
        telling.tell("credential", words, type=row["type"], identifier=row["identifier"], sealed=row["sealed"])
    whole = player.case(MOTHER, number)
    count = len(whole["children"])
    outcome = f"{count} 项全部办结，“{whole['title']}”办结" if not whole["open"] else f"“{whole['title']}”还有没办完的"
    telling.tell("finished", outcome, case=number, state=whole["state"], open=whole["open"])


def _issued(player: Player) -> list[Shown]:
    """What this matter brought: what the child holds, kept by the mother."""
    return [row for row in player.credentials(MOTHER) if row["kept_for_other"]]


def afterwards(player: Player, telling: Telling, number: str) -> None:
    """The receipt, who used the data, the rating, and the proof that anybody can check."""
    saved = player.receipt(MOTHER, number)
    rows = {key: (row["before"], row["after"], row["unit"]) for key, row in saved["saved"].items()}
    counters, papers = rows["counters"], rows["materials"]
    telling.tell(
        "receipt",
        f"{saved['needed']} 项需要：{saved['given']} 项由政府提供，{saved['typed']} 项由您填写；"
        f"{counters[0]} 个窗口→{counters[1]}，{papers[0]} 份材料→{papers[1]}",
        receipt=saved,
    )  # fmt: skip
    uses = [use for use in player.uses(MOTHER) if use["outcome"] == "served"]
    bodies = {use["body_key"] for use in uses}
    telling.tell(
        "uses", f"“谁用了我的数据”里有 {len(uses)} 条，{len(bodies)} 个机关，每条写明用了什么、凭什么", uses=len(uses)
    )
    _rate(player, telling, number)
    _prove(player, telling, number)


def _rate(player: Player, telling: Telling, number: str) -> None:
    try:
        player.rate(MOTHER, number, "very_satisfied", "一次都没有跑。")
    except (NotOffered, Turned) as turned:
        telling.tell("rated", "评价在页面上做，这里略过", skipped=True, why=str(turned)[:80])
        return
    telling.tell("rated", f"{mask_name('刘芸')}给整件事打“非常满意”", level="very_satisfied")


def _prove(player: Player, telling: Telling, number: str) -> None:
    try:
        found = player.proof(MOTHER, number, "case.submit")
    except NotOffered:
        telling.tell("proof", "存证证明由审计人员出具，公开接口不给，这里略过", skipped=True)
        return
    said = proving.check_offline(found["proof"], player.keys())
    words = "提交这一步的存证证明，用独立的小程序离线核验：" + ("成立" if said["holds"] else "不成立")
    telling.tell("proof", words, entry=found["entry"], index=found["proof"]["index"], holds=said["holds"])
