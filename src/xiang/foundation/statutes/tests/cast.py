"""Who plays, and what the profile says."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client
from ruamel.yaml import YAML

from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.tests.cast import sign_in
from xiang.foundation.statutes.rules import RuleRow
from xiang.foundation.statutes.yearly import YearPlan, read_year

UNIT = new_id()
CONFIGURATOR = Actor(staff_id=new_id(), name="周倩", grants=frozenset({(UNIT, "configurator")}))
COLLEAGUE = Actor(staff_id=new_id(), name="陈建国", grants=frozenset({(UNIT, "configurator")}))
OFFICER = Actor(staff_id=new_id(), name="王敏", grants=frozenset({(UNIT, "reviewer")}))


def plan(year: int) -> YearPlan:
    """A year as the province's profile has it."""
    text = (settings.ROOT / "profiles/hunan/calendar.yaml").read_text(encoding="utf-8")
    return next(read_year(entry) for entry in YAML(typ="safe").load(text) if entry["year"] == year)


def rule(**changes: Any) -> RuleRow:
    given = {
        "key": "licence.decide",
        "title": "作出行政许可决定",
        "value": 20,
        "unit": "wd",
        "clock_start": "受理之日",
        "citation": "中华人民共和国行政许可法",
        "article": "第四十二条第一款",
        "valid_from": date(2004, 7, 1),
        "confirmed": True,
    }
    return RuleRow(**{**given, **changes})


def officer(role: str, name: str = "周倩") -> Client:
    """Somebody of the provincial data bureau with one role, signed in."""
    parties.put_division(SYSTEM, code="430000", name="湖南省", level="province")
    parties.put_body(SYSTEM, key="430000.data", name="湖南省数据局", division="430000")
    unit = parties.put_unit(SYSTEM, key="430000.data.office", body="430000.data", name="省数据局办公室")
    party = parties.enrol_person(SYSTEM, name=name)
    account = Account.objects.create(username=f"{role}-{new_id().hex[-8:]}", party=party)
    staff = parties.hire(SYSTEM, account=account, body=unit.body, party=party, valid_from=date(2024, 1, 1))
    parties.appoint(SYSTEM, staff, unit, role, valid_from=date(2024, 1, 1))
    return sign_in(Client(), staff)
