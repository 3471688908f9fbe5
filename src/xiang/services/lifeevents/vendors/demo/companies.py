"""The registers of companies: market supervision, tax, social and medical insurance.

A new company gets a code under the unassigned prefix of the synthetic province: no real company is ever hit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.pages.texts import yuan
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.identity import USCC_ALPHABET, organisation_check_character, uscc_check_character
from xiang.services.applications.registrars import Decision
from xiang.services.lifeevents.vendors.demo import entering
from xiang.services.lifeevents.vendors.demo.registers import Answers, DemoRegister, count

REGION = "439990"


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that a change of registration may change: how the form asks it, where the register keeps it."""

    kind: str
    title: str
    answer: str
    field: str
    column: str


CHANGES = (
    Changed("name", "名称", "change.name", "company.name", "name"),
    Changed("address", "住所", "change.address", "company.address", "address"),
    Changed("address", "住所所在地", "change.division", "company.division", "division"),
    Changed(
        "representative", "法定代表人", "change.representative", "company.legal_representative", "legal_representative"
    ),
    Changed("scope", "经营范围", "change.scope", "company.scope", "scope"),
    Changed("capital", "注册资本", "change.capital_fen", "company.capital_fen", "capital_fen"),
)


def changes_of(answers: Answers) -> list[tuple[Changed, Any]]:
    """What an application for a change of registration changes, as granted."""
    kinds = answers.get("change.kinds") or ()
    return [(one, answers[one.answer]) for one in CHANGES if one.kind in kinds and answers.get(one.answer) is not None]


class Companies(DemoRegister):
    key, title, system = "demo.companies", "演示：市场主体登记系统", "market"
    items = frozenset({"company_change", "company_establish", "individual_establish", "company_cancel"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        """Enter a change, a new company or shop, or its end."""
        match decision.item_key:
            case "company_change":
                return self._change(db, decision.answers)
            case "company_cancel":
                self._set(db, decision.answers["company.uscc"], {"status": "cancelled"})
                return {"company.status": "cancelled"}
        return self._found(db, decision)

    def _change(self, db: sqlite3.Connection, answers: Answers) -> Answers:
        """1. What changes. 2. Into the register. 3. The new entry, and the change in words for those who follow."""
        changed = changes_of(answers)
        columns = {one.column: value for one, value in changed}
        if "legal_representative" in columns:
            columns["legal_representative_id_number"] = answers.get("change.representative_id", "")
        self._set(db, answers["company.uscc"], columns)
        words = [f"{one.title}：{_said(answers.get(one.field))} → {_said(value)}" for one, value in _telling(changed)]
        if answers.get("change.shareholder"):
            words.append(f"股东：{answers['change.shareholder']}")
        return {**{one.field: value for one, value in changed}, "change.after": "；".join(words)}

    def _set(self, db: sqlite3.Connection, code: str, columns: Mapping[str, Any]) -> None:
        values = {**columns, "updated_at": instant.now().isoformat()}
        sets = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE companies SET {sets} WHERE uscc = ?", (*values.values(), code))  # noqa: S608

    def _found(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        answers, today = decision.answers, instant.today()
        shop = decision.item_key == "individual_establish"
        place = "stall" if shop else "shop"
        code = new_code("92" if shop else "91", count(db, "companies"))
        owner = str(answers.get("applicant.name", ""))
        row = {
            "name": answers.get(f"{place}.name") or f"{owner}经营部",
            "kind": "个体工商户" if shop else "有限责任公司",
            "legal_representative": owner if shop else answers.get("shop.representative", owner),
            "capital_fen": answers.get("shop.capital_fen", 0),
            "established_on": today.isoformat(),
            "registrar_name": parties.unit(decision.unit_key).body.name,
            "status": "active",
            "address": answers.get(f"{place}.address", ""),
            "division": answers.get(f"{place}.division", ""),
            "scope": answers.get(f"{place}.scope", ""),
        }
        number = answers.get("applicant.id_number", "")
        entering.insert(db, "companies", uscc=code, legal_representative_id_number=number, currency="CNY", **row)
        found = {f"company.{'registrar' if k == 'registrar_name' else k}": v for k, v in row.items()}
        return {**found, "company.uscc": code}


class FoodLicences(DemoRegister):
    key, title, system = "demo.food_licences", "演示：食品经营许可管理系统", "market"
    items = frozenset({"food_business_licence", "food_licence_renewal"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        """Number the licence and enter it; a renewal keeps its number for another five years."""
        answers, today = decision.answers, instant.today()
        until = date(today.year + 5, today.month, min(today.day, 28)).isoformat()
        if decision.item_key == "food_licence_renewal":
            number = str(answers.get("licence.no", ""))
            db.execute(
                "UPDATE food_licences SET valid_until = ?, status = 'valid' WHERE licence_no = ?", (until, number)
            )
            return {"licence.until": until}
        number = f"JY2439990{count(db, 'food_licences') + 1:07d}"
        entering.insert(
            db, "food_licences", licence_no=number, uscc=answers.get("company.uscc", ""),
            name=answers.get("company.name", ""), premises=answers.get("food.premises", ""),
            business=str(answers.get("food.business", "")), items=",".join(answers.get("food.items", ())),
            issued_on=today.isoformat(), valid_until=until, status="valid",
        )  # fmt: skip
        return {"licence.no": number, "licence.until": until}


class _Followers(DemoRegister):
    """A register that keeps a company's name beside its own records and follows a change of it."""

    tables: Sequence[tuple[str, str, str]]

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        name, code = decision.answers.get("company.name"), decision.answers.get("company.uscc")
        for table, column, key in self.tables:
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (name, code))  # noqa: S608
        return {}


class Taxpayers(_Followers):
    key, title, system = "demo.taxpayers", "演示：税收征管系统", "tax"
    items = frozenset({"tax_info_change"})
    tables = (("taxpayer", "name", "uscc"),)


class SocialEmployers(_Followers):
    key, title, system = "demo.social_employers", "演示：社会保险单位登记", "human_resources"
    items = frozenset({"employer_social_change"})
    tables = (("pension", "employer_name", "employer_uscc"), ("employment", "employer_name", "employer_uscc"))


class MedicalEmployers(_Followers):
    key, title, system = "demo.medical_employers", "演示：医疗保险单位登记", "medical_insurance"
    items = frozenset({"employer_insurance_change"})
    tables = (("insured", "employer_name", "employer_uscc"),)


def new_code(kind: str, serial: int) -> str:
    """A unified social credit code (GB 32100) with both of its checks, under the unassigned prefix."""
    letters = ""
    for _ in range(6):
        serial, rest = divmod(serial, len(USCC_ALPHABET))
        letters = USCC_ALPHABET[rest] + letters
    head = f"{kind}{REGION}NA{letters}"
    head += organisation_check_character(head[8:])
    return head + uscc_check_character(head)


def _telling(changed: Sequence[tuple[Changed, Any]]) -> list[tuple[Changed, Any]]:
    """The changes as people read them: an address says where it is."""
    return [
        (one, yuan(value) + " 元" if one.kind == "capital" else value)
        for one, value in changed
        if one.column != "division"
    ]


def _said(value: Any) -> str:
    return f"{yuan(value)} 元" if isinstance(value, int) else str(value or "无")


ALL = (Companies(), FoodLicences(), Taxpayers(), SocialEmployers(), MedicalEmployers())
