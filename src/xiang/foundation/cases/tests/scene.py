"""A desk with work on it and a birth half done, for the pages' tests: 24 September 2025, twenty past ten.

Chen reviews and Wu receives at the licensing office; the mother applied for seven items of a birth, five bodies handle
them side by side. ``stranger`` and the officers of the police reach none of the office's cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from tests import cast
from xiang.foundation.cases import operations
from xiang.foundation.cases.models import Case, CaseLink
from xiang.foundation.documents import operations as documents
from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Account, Party, Role, Staff
from xiang.foundation.parties.tests.cast import sign_in
from xiang.foundation.publishing.operations import editions
from xiang.foundation.statutes.rules import RuleRow

NOW = datetime.combine(date(2025, 9, 24), time(10, 20), instant.SHANGHAI)
TODAY = NOW.date()
KINDS = {
    "acceptance_notice": "受理通知书", "supplement_notice": "补正材料一次性告知书", "not_needed_notice": "不受理告知书",
    "decline_decision": "不予受理决定书", "withdrawal_notice": "撤回申请确认书",
    "special_procedure_notice": "特别程序告知书",
    "hearing_right_notice": "听证权利告知书", "extension_notice": "延长办理期限告知书", "grant_decision": "准予决定书",
    "refusal_decision": "不予决定书", "delivery_receipt": "送达回证", "payment_receipt": "缴费凭证",
}  # fmt: skip
FORM = {
    "key": "food_licence",
    "title": "食品经营许可申请",
    "groups": [
        {
            "key": "shop",
            "title": "经营者和场所",
            "fields": [
                {"key": "shop.name", "title": "经营者", "type": "text", "source": "hub:entity.name"},
                {"key": "shop.code", "title": "信用代码", "type": "text", "source": "hub:entity.uscc"},
                {"key": "shop.head", "title": "负责人", "type": "name", "source": "hub:person.name"},
                {"key": "shop.head_id", "title": "身份证号", "type": "id_number", "source": "hub:person.id"},
                {"key": "shop.address", "title": "经营场所", "type": "address", "source": "hub:property.address"},
                {"key": "shop.area", "title": "经营面积（㎡）", "type": "integer", "source": "hub:property.area"},
                {"key": "shop.phone", "title": "联系电话", "type": "phone"},
                {
                    "key": "shop.kind", "title": "经营项目", "type": "choice",
                    "choices": [{"value": "hot", "title": "热食类食品制售"}, {"value": "cold", "title": "冷食类"}],
                },
            ],
        }
    ],
    "materials": [
        {"key": "place", "title": "经营场所使用证明", "substitutes": ["hub:property"]},
        {"key": "identity", "title": "身份证明", "substitutes": ["credential:resident_id_card"]},
        {"key": "layout", "title": "设备布局图"},
    ],
}  # fmt: skip
SECRET_NAME = "苏芸记"
SECRET_PHONE = "13900001111"


def origin(body: str, system: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "source",
        "at": "2025-09-18T06:02:00+00:00",
        "source": "hub",
        "body": body,
        "system": system,
        **more,
    }


ANSWERS = {
    "fields": {
        "shop.name": "芸记米粉店", "shop.code": "92430104MA4TEXTK7K", "shop.head": SECRET_NAME,
        "shop.head_id": "43999019840312002X", "shop.address": "岳麓区望月湖街道 6 栋 103 号", "shop.area": 86,
        "shop.phone": SECRET_PHONE, "shop.kind": "hot",
    },
    "origins": {
        "shop.name": origin("省市场监管局", "主体登记"), "shop.code": origin("省市场监管局", "主体登记"),
        "shop.head": origin("省公安厅", "人口库"), "shop.head_id": origin("省公安厅", "人口库"),
        "shop.address": origin("省自然资源厅", "不动产登记"),
        "shop.area": origin("省自然资源厅", "不动产登记", kind="changed", said=78, disputed=True),
        "shop.phone": {"kind": "typed", "at": "2025-09-18T06:02:00+00:00"},
        "shop.kind": {"kind": "typed", "at": "2025-09-18T06:02:00+00:00"},
    },
    "materials": {
        "place": {"how": "waived", "title": "不动产登记数据核验"},
        "identity": {"how": "waived", "title": "电子身份证"},
        "layout": {"how": "statement", "title": "在线说明", "reference": "按图布置"},
    },
}  # fmt: skip
REMEDY = {
    "reconsideration": {"to": "{government}", "rule": "remedy.reconsideration"},
    "litigation": {"to": "有管辖权的人民法院", "rule": "remedy.litigation"},
}


def limit(key: str, value: int, unit: str = "wd", **more: Any) -> RuleRow:
    return RuleRow(key=key, value=value, unit=unit, citation="实施清单", confirmed=True, **more)


def plain_rules(promised: int) -> dict[str, RuleRow]:
    return {
        "accept": limit("service.accept", 5),
        "promised": limit("promised", promised),
        "supplement": limit("supplement.respond", 10),
        "payment": limit("premium.window", 30, "d"),
    }


@dataclass
class Scene:
    """The world of the tests; officers by role of the office that it names."""

    market: cast.Office
    police: cast.Office
    offices: dict[str, cast.Office]
    mother: Party
    father: Party
    stranger: Party
    shop: Party
    item_edition: Any
    cases: dict[str, Case] = field(default_factory=dict)

    def actor(self, role: str, office: cast.Office | None = None) -> Any:
        return getattr(office or self.market, role)


def account_for(party: Party, username: str) -> Account:
    return parties.open_account(SYSTEM, username=username, hashed="!", party=party, assurance=4)


def build() -> Scene:
    """Offices, people, templates, an item with its form: all of it there before the autumn."""
    with frozen_at(date(2025, 9, 1)):
        return _built()


def _built() -> Scene:
    cast.publish_2025()
    for kind, title in KINDS.items():
        documents.put_template(
            kind, title, "{body}〔{year}〕" + kind[:2] + "{serial:05d}号", PARAGRAPHS.get(kind, ["{item}：{number}"])
        )
    world = cast.province()
    people = [cast.person(name) for name in ("刘芸", "周子衡", "康乐", "苏记")]
    for party, username in zip(people, ("mother", "father", "stranger", "shop"), strict=True):
        account_for(party, username)
    configurator = world.market.as_(world.market.staff("configurator", "施展"))
    editions.publish_now("forms", "food_licence", FORM, SYSTEM, configurator)
    content = {"title": "食品经营许可", "form": "food_licence", "remedy": REMEDY, "consult": {"phone": "12345"}}
    item = editions.publish_now("items", "food_licence", content, SYSTEM, configurator)
    offices = {key: _office(key, body, unit) for key, body, unit in OFFICES}
    return Scene(world.market, world.police, offices, *people, item.id)


PARAGRAPHS = {
    "supplement_notice": ["您申请的“{item}”（办件编号 {number}）还差以下内容，现在一次全部告知：", "{missing}"],
    "refusal_decision": [
        "您申请的“{item}”（办件编号 {number}），经审查不符合规定的条件，决定不予办理。",
        "理由：{reason}",
    ],
    "special_procedure_notice": ["依法需要进行：{reason}。预计需要{days}天。"],
}
OFFICES = (
    ("430104.hospital", "长沙市妇幼保健院", "长沙市妇幼保健院"),
    ("430104.health", "岳麓区卫生健康局", "望月湖社区卫生服务中心"),
    ("430104.insurance", "岳麓区医保局", "岳麓区医保经办"),
    ("430104.tax", "岳麓区税务局", "岳麓区办税厅"),
    ("430104.police", "长沙市公安局岳麓分局", "望月湖派出所"),
    ("430104.hr", "岳麓区人社局", "岳麓区社保卡中心"),
)


def _office(key: str, body: str, unit: str) -> cast.Office:
    parties.put_body(SYSTEM, key=key, name=body, division="430104", level="county")
    return cast.Office(parties.put_unit(SYSTEM, key=f"{key}.unit", body=key, name=unit))


# --- the office's list -----------------------------------------------------------------------------------------------


def file_licence(
    scene: Scene, title: str, on: date, *, item: str = "食品经营许可", promised: int = 10, **more: Any
) -> Case:
    """A licence applied for on a day."""
    with frozen_at(on):
        return operations.open_case(
            operations.Opening(
                id=new_id(), procedure="licence", item_key=more.pop("item_key", "food_licence"), item_title=item,
                title=title, channel="web", applicant=more.pop("applicant", scene.shop), unit=scene.market.unit,
                item_edition=scene.item_edition, answers=ANSWERS,
                rules=cast.licence_rules(promised) | {"supplement": limit("supplement.respond", 10)},
                facts={"stop_reasons": ["testing", "expert_review"]},
                parties=[operations.PartyRole("applicant", scene.shop, {"name": scene.shop.name})],
                **more,
            ),
            cast.resident(scene.shop),
        )  # fmt: skip


def walk(case: Case, edge: str, actor: Any, on: date | datetime, **data: Any) -> Case:
    with frozen_at(on):
        return operations.perform(case.id, edge, actor, data)


def fill_desk(scene: Scene) -> None:
    """A list like a real one: late, due today, stopped, waiting, new; the most urgent first."""
    wu, chen = scene.market.receiver, scene.market.reviewer
    rows = (
        ("岳麓区老李粉店", "小餐饮经营许可", date(2025, 9, 9), 10, "accepted"),
        ("湘味小厨餐饮管理有限公司", "食品经营许可", date(2025, 9, 10), 10, "accepted"),
        ("芙蓉里烘焙工作室", "食品经营许可变更", date(2025, 9, 10), 10, "accepted"),
        ("芸记米粉店", "食品经营许可", date(2025, 9, 15), 12, "resumed"),
        ("湖南麓谷智造科技有限公司", "食品经营许可", date(2025, 9, 17), 10, "submitted"),
        ("岳麓区望月湖社区食堂", "食品经营许可", date(2025, 9, 17), 10, "accepted"),
        ("湖南橘洲食品有限公司", "食品生产许可", date(2025, 9, 11), 12, "stopped"),
        ("岳麓区书院路便利店", "食品经营许可延续", date(2025, 9, 19), 10, "supplementing"),
        ("湖南大学天马食堂", "食品经营许可", date(2025, 9, 19), 10, "deciding"),
        ("岳麓区含浦腐乳坊", "小作坊登记", date(2025, 9, 22), 10, "accepted"),
        ("岳麓区西湖文化园茶室", "食品经营许可", date(2025, 9, 22), 15, "accepted"),
        ("岳麓区桃子湖咖啡馆", "食品经营许可变更", date(2025, 9, 23), 10, "submitted"),
        ("岳麓区麓山南路嗦粉铺", "小餐饮经营许可", date(2025, 9, 23), 10, "submitted"),
        ("中南大学升华食堂", "食品经营许可", date(2025, 9, 23), 10, "submitted"),
    )
    keys = {title: f"food_{n}" for n, title in enumerate(dict.fromkeys(row[1] for row in rows))}
    for title, item, on, promised, until in rows:
        case = file_licence(scene, title, on, item=item, promised=promised, item_key=keys[item])
        scene.cases[title] = advance(scene, case, until, on, wu, chen)


def advance(scene: Scene, case: Case, until: str, on: date, wu: Any, chen: Any) -> Case:
    """Walk a licence to where the list wants it."""
    if until == "supplementing":
        return walk(case, "ask_supplement", wu, on, missing=["房屋租赁合同"])
    if until == "submitted":
        return case
    case = walk(case, "accept", wu, on)
    with frozen_at(on):
        case = operations.claim(case.id, chen)
    if until in ("stopped", "resumed"):
        began = date(2025, 9, 18) if until == "resumed" else date(2025, 9, 22)
        case = walk(case, "stop", chen, began, reason="testing", days=2)
    if until == "resumed":
        case = walk(case, "resume", chen, date(2025, 9, 22), result="检测合格")
        with frozen_at(date(2025, 9, 22)):
            case = operations.claim(case.id, chen)
        walk(case, "urge", cast.resident(scene.shop), date(2025, 9, 23), opinion="等开业，请快一点")
    if until == "deciding":
        case = walk(case, "recommend_grant", chen, date(2025, 9, 23), opinion="符合条件。")
    return case


# --- a birth ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sub:
    item: str
    key: str
    office: str
    promised: int
    procedure: str = "public_service"
    needs: tuple[str, ...] = ()


SUBS = (
    Sub("出生医学证明", "birth_certificate", "430104.hospital", 1, "confirmation"),
    Sub("预防接种证", "vaccination", "430104.health", 1, needs=("birth_certificate",)),
    Sub("城乡居民参保登记", "insurance", "430104.insurance", 3, needs=("birth_certificate",)),
    Sub("医保缴费", "premium", "430104.tax", 0, needs=("insurance",)),
    Sub("生育医疗费用报销", "reimbursement", "430104.insurance", 10, "benefit", ("birth_certificate",)),
    Sub("出生登记（户口）", "household", "430104.police", 5, "confirmation", ("birth_certificate",)),
    Sub("社会保障卡", "card", "430104.hr", 5, needs=("household",)),
)


def birth(scene: Scene, on: date = date(2025, 9, 21), *, solemn: bool = False, walked: bool = True) -> Case:
    """A birth applied for on a Sunday: three items done, the premium waits for the parents, two run, one waits."""
    roles = [
        operations.PartyRole("mother", scene.mother, {"name": "刘芸"}),
        operations.PartyRole("father", scene.father, {"name": "周子衡"}),
    ]
    common: dict[str, Any] = {"channel": "web", "applicant": scene.mother, "parties": roles}
    with frozen_at(on):
        parent = operations.open_case(
            operations.Opening(
                id=new_id(), procedure="life_event", item_key="birth", item_title="新生儿出生",
                title="周沐言的出生一件事", facts={"solemn": solemn}, **common,
            ),
            cast.resident(scene.mother),
        )  # fmt: skip
        for sub in SUBS:
            scene.cases[sub.key] = operations.open_case(
                operations.Opening(
                    id=new_id(), procedure=sub.procedure, item_key=sub.key, item_title=sub.item, title="周沐言",
                    unit=scene.offices[sub.office].unit, parent=parent, state="waiting" if sub.needs else "",
                    item_edition=scene.item_edition, rules=plain_rules(sub.promised), answers=ANSWERS,
                    facts={"child": 1, "solemn": solemn}, **common,
                ),
                cast.resident(scene.mother),
            )  # fmt: skip
        operations.link(
            [
                CaseLink(source=scene.cases[sub.key], target=scene.cases[need], kind="needs")
                for sub in SUBS
                for need in sub.needs
            ]
        )
    if walked:
        _walk_birth(scene, on)
    return parent


def _walk_birth(scene: Scene, on: date) -> None:
    finish(scene, "birth_certificate", on, on)
    for key in ("vaccination", "insurance", "reimbursement", "household"):
        walk(scene.cases[key], "start", SYSTEM, on)
    finish(scene, "vaccination", on, date(2025, 9, 22))
    finish(scene, "insurance", date(2025, 9, 22), date(2025, 9, 23))
    walk(scene.cases["premium"], "bill", SYSTEM, date(2025, 9, 23))
    walk(scene.cases["reimbursement"], "accept", scene.offices["430104.insurance"].receiver, on)
    walk(scene.cases["household"], "accept", scene.offices["430104.police"].receiver, on)


def finish(scene: Scene, key: str, accepted: date, done: date) -> None:
    """From submitted to delivered."""
    case = scene.cases[key]
    office = next(scene.offices[sub.office] for sub in SUBS if sub.key == key)
    walk(case, "accept", office.receiver, accepted)
    walk(case, "recommend_grant", office.reviewer, done)
    walk(case, "grant", office.decider, done)
    walk(case, "deliver", SYSTEM, done, means="electronic")


def finish_all(scene: Scene) -> None:
    """The rest of the birth, today."""
    walk(scene.cases["premium"], "paid", SYSTEM, TODAY)
    for key in ("reimbursement", "household"):
        office = next(scene.offices[sub.office] for sub in SUBS if sub.key == key)
        walk(scene.cases[key], "recommend_grant", office.reviewer, TODAY)
        walk(scene.cases[key], "grant", office.decider, TODAY)
        walk(scene.cases[key], "deliver", SYSTEM, TODAY, means="electronic")
    walk(scene.cases["card"], "start", SYSTEM, TODAY)
    finish(scene, "card", TODAY, TODAY)


def supervisor(scene: Scene) -> Staff:
    """Somebody who supervises the whole prefecture."""
    parties.put_body(SYSTEM, key="430100.data", name="长沙市数据局", division="430100", level="prefecture")
    unit = parties.put_unit(SYSTEM, key="430100.data.supervision", body="430100.data", name="效能监督处")
    return cast.Office(unit).staff(Role.SUPERVISOR, "颜正")


@contextmanager
def now(at: datetime = NOW) -> Iterator[None]:
    with frozen_at(at):
        yield


__all__ = ["Scene", "birth", "build", "fill_desk", "now", "sign_in", "supervisor", "walk"]
