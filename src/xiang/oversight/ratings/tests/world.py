"""Matters that have ended, for the tests of ratings: a single one, a birth with two parts, one with a death in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests import cast
from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.documents import operations as documents
from xiang.foundation.ground.ids import new_id
from xiang.foundation.notices import operations as notices
from xiang.foundation.outbox import worker
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Party, Unit
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow

KINDS = ["acceptance_notice", "grant_decision", "delivery_receipt", "decline_decision"]
MONDAY = date(2025, 9, 22)


@dataclass
class World:
    province: cast.Province
    mother: Party
    father: Party
    child: Party
    supervisor: Actor
    far_supervisor: Actor

    @property
    def office(self) -> cast.Office:
        return self.province.market

    def as_(self, party: Party) -> Actor:
        return cast.resident(party)

    def open(self, unit: Unit | None = None, **more: Any) -> Case:
        rule = RuleRow(key="promised", value=5, unit="wd", citation="清单")
        given: dict[str, Any] = {
            "procedure": "public_service", "item_key": "old_age", "item_title": "高龄津贴", "title": "刘芸的高龄津贴",
            "channel": "web", "applicant": self.mother, "unit": unit or self.office.unit,
            "rules": {"promised": rule, "accept": rule}, "answers": {"fields": {}},
        }  # fmt: skip
        return cases.open_case(cases.Opening(id=new_id(), **{**given, **more}), cast.resident(self.mother))

    def conclude(self, case: Case) -> Case:
        """The whole way through the office, delivered electronically by the worker."""
        for edge, who in (("accept", "receiver"), ("recommend_grant", "reviewer"), ("grant", "decider")):
            cases.perform(case.id, edge, getattr(self.office, who))
        worker.drain()
        return Case.objects.get(id=case.id)

    def ended(self, **more: Any) -> Case:
        """Ended the short way: declined with one document, which asks for a rating like any other end."""
        case = self.open(**more)
        cases.perform(case.id, "decline", self.office.receiver, {"reason": "不归这里办", "competent_body": "别的机关"})
        worker.drain()
        return Case.objects.get(id=case.id)

    def birth(self, *, solemn: bool = False) -> Case:
        """A life event whose two parts were declined: both parents took part, the child is its subject."""
        people = [
            cases.PartyRole(r, p) for r, p in (("mother", self.mother), ("father", self.father), ("child", self.child))
        ]
        common = {"subject": self.child, "parties": people, "facts": {"solemn": solemn}}
        parent = self.open(
            procedure="life_event", item_key="birth", item_title="新生儿出生", title="周沐言的新生儿出生", rules={},
            **common,
        )  # fmt: skip
        Case.objects.filter(id=parent.id).update(unit=None, division_path="")
        for title, office in (("出生登记", self.province.police), ("预防接种证", self.office)):
            part = self.open(office.unit, item_key=title, item_title=title, parent=parent, **common)
            cases.perform(part.id, "decline", office.receiver, {"reason": "不归这里办", "competent_body": "别的机关"})
        worker.drain()
        return Case.objects.get(id=parent.id)


def make() -> World:
    cast.publish_2025()
    for kind in KINDS:
        documents.put_template(kind, kind, "{body}〔{year}〕" + kind + "{serial:05d}号", ["{item}：{number}"])
    for key, value, unit in (
        ("rating.window", 30, "d"),
        ("rating.bad.contact", 1, "wd"),
        ("rating.bad.ordinary", 7, "d"),
    ):
        rule = RuleRow(key=key, value=value, unit=unit, citation="好差评规则", region="43", valid_from=date(2024, 1, 1))
        statutes.put_rule(rule, SYSTEM)
    notices.put_template("rating.invited", category="rating", title="办得怎样", body="{title}办完了，可以评一评。")
    province = cast.province()
    mother, father, child = (cast.person(name) for name in ("刘芸", "周子衡", "周沐言"))
    parties.put_body(SYSTEM, key="430000.data", name="省数据局", division="430000", level="province")
    desk = parties.put_unit(SYSTEM, key="430000.data.supervision", body="430000.data", name="效能监督处")
    far = parties.put_unit(SYSTEM, key="430211.police.watch", body="430211.police", name="天元区效能监督")
    offices = [cast.Office(unit) for unit in (desk, far)]
    near, away = (office.as_(office.staff("supervisor")) for office in offices)
    return World(province, mother, father, child, near, away)
