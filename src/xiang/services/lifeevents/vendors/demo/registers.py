"""The registers of a birth: hospital, vaccination unit, police, medical insurance, tax, social security card.

Numbers are made under the unassigned prefixes of the synthetic province: no real person or certificate is ever hit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.parties.identity import id_check_character
from xiang.services.applications.registrars import Decision, Registrar
from xiang.services.lifeevents.vendors.demo import entering

ID_PREFIX = "439990"
Answers = Mapping[str, Any]


class DemoRegister(Registrar):
    """A register in one department's database."""

    demo = True
    system: str

    def enter(self, decision: Decision, idempotency_key: str) -> Answers:
        return entering.once(self.system, idempotency_key, lambda db: self.write(db, decision))

    def find(self, idempotency_key: str) -> Answers | None:
        return entering.find(self.system, idempotency_key)

    def amend(self, decision: Decision, idempotency_key: str) -> None:
        def change(db: sqlite3.Connection) -> Answers:
            self.change(db, decision)
            return {}

        entering.once(self.system, idempotency_key, change)

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        """Enter the decision; answers what it produced."""
        raise NotImplementedError

    def change(self, db: sqlite3.Connection, decision: Decision) -> None:
        """Bring the entry up to facts that came later; nothing by default."""


def count(db: sqlite3.Connection, table: str) -> int:
    """How many rows a table has: the serial of the next."""
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _born(answers: Answers) -> datetime:
    return datetime.fromisoformat(str(answers["child.birth_time"])).astimezone(instant.SHANGHAI)


class BirthCertificates(DemoRegister):
    key, title, system = "demo.birth_certificates", "演示：出生医学证明管理系统", "health"
    items = frozenset({"birth_certificate"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        """Number the certificate and freeze the name in the record of birth."""
        answers = decision.answers
        issued = db.execute("SELECT count(*) FROM births WHERE certificate_no LIKE 'Y43999%'").fetchone()[0]
        number = f"Y43999{issued + 1:04d}"
        db.execute(
            "UPDATE births SET certificate_no = ?, child_name = ?, updated_at = ? WHERE record_no = ?",
            (number, answers.get("child.name", ""), instant.now().isoformat(), answers.get("child.record_no", "")),
        )
        return {"child.certificate_no": number}


class Vaccination(DemoRegister):
    key, title, system = "demo.vaccination", "演示：预防接种信息系统", "health"
    items = frozenset({"vaccination_certificate"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        number = f"JZ439900{count(db, 'immunization') + 1:06d}"
        entering.insert(
            db, "immunization", id_number=decision.answers.get("child.certificate_no", ""), certificate_no=number,
            unit_name=decision.unit_key, complete=0, missing="", checked_on=instant.today().isoformat(),
        )  # fmt: skip
        return {"vaccination.certificate_no": number}


class Households(DemoRegister):
    key, title, system = "demo.households", "演示：人口信息管理系统", "police"
    items = frozenset({"birth_registration"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        """Give the child its identity number and enter it in the chosen parent's household."""
        answers = decision.answers
        parent = "father" if answers.get("household.follow") == "father" else "mother"
        number = self._number(db, answers)
        home = self._home(db, str(answers.get(f"{parent}.id_number", "")))
        entering.insert(
            db, "person", id_number=number, name=answers.get("child.name", ""), sex=answers.get("child.sex", "9"),
            ethnicity=self._ethnicity(answers), birth_date=_born(answers).date().isoformat(),
            birth_division=answers.get("child.birth_division", ""), nationality="中国", relation_to_head="孙子女",
            household_no=home.get("household_no", ""), household_kind=home.get("household_kind", "family"),
            household_address=home.get("household_address", ""), household_division=home.get("household_division", ""),
            household_station=decision.unit_key, military=0, status="normal",
        )  # fmt: skip
        return {"child.id_number": number, "household.no": home.get("household_no", "")}

    def _number(self, db: sqlite3.Connection, answers: Answers) -> str:
        """The next free sequence of the day: odd for a boy, even for a girl (GB 11643)."""
        head = f"{ID_PREFIX}{_born(answers):%Y%m%d}"
        taken = {r[0][14:17] for r in db.execute("SELECT id_number FROM person WHERE id_number LIKE ?", (head + "%",))}
        first = 1 if answers.get("child.sex") == "1" else 2
        sequence = next(f"{n:03d}" for n in range(first, 1000, 2) if f"{n:03d}" not in taken)
        return head + sequence + id_check_character(head + sequence)

    def _home(self, db: sqlite3.Connection, parent: str) -> dict[str, Any]:
        names = ("household_no", "household_kind", "household_address", "household_division")
        row = db.execute(f"SELECT {', '.join(names)} FROM person WHERE id_number = ?", (parent,)).fetchone()  # noqa: S608
        return dict(zip(names, row, strict=True)) if row else {}

    def _ethnicity(self, answers: Answers) -> str:
        follow = answers.get("child.ethnicity_follow")
        return str(answers.get(f"{follow}.ethnicity") if follow else answers.get("child.ethnicity") or "")


class Insurance(DemoRegister):
    key, title, system = "demo.insurance", "演示：医疗保障信息平台", "medical_insurance"
    items = frozenset({"resident_insurance", "maternity_reimbursement"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        """Open the child's insurance on the certificate, or settle the mother's claim."""
        answers = decision.answers
        if decision.item_key == "maternity_reimbursement":
            row = (instant.now().isoformat(), answers.get("delivery.settlement_no", ""))
            db.execute("UPDATE settlement SET settled = 1, updated_at = ? WHERE settlement_no = ?", row)
            return {"delivery.reimbursed": True}
        number = f"43990{count(db, 'insured') + 1:09d}"
        entering.insert(
            db, "insured", id_number=answers.get("child.certificate_no", ""), name=answers.get("child.name", ""),
            insured_no=number, kind="resident", status="active", maternity=0,
            insured_division=answers.get("mother.household_division", ""), agency=decision.unit_key,
            since=_born(answers).date().isoformat(),
        )  # fmt: skip
        return {"insurance.no": number}

    def change(self, db: sqlite3.Connection, decision: Decision) -> None:
        """Re-key the insurance from the certificate to the identity number; it is not opened again."""
        db.execute(
            "UPDATE insured SET id_number = ?, updated_at = ? WHERE id_number = ?",
            (decision.answers["child.id_number"], instant.now().isoformat(), decision.answers["child.certificate_no"]),
        )


class Premiums(DemoRegister):
    key, title, system = "demo.premiums", "演示：社会保险费征管系统", "tax"
    items = frozenset({"resident_premium"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        answers, today = decision.answers, instant.today()
        number = answers.get("child.id_number") or answers.get("child.certificate_no", "")
        entering.insert(
            db, "premium", id_number=number, year=today.year, amount_fen=answers.get("insurance.paid_fen", 0),
            paid_on=today.isoformat(), division=answers.get("mother.household_division", ""),
        )  # fmt: skip
        return {}


class SocialCards(DemoRegister):
    key, title, system = "demo.social_cards", "演示：社会保障卡管理系统", "human_resources"
    items = frozenset({"social_security_card"})

    def write(self, db: sqlite3.Connection, decision: Decision) -> Answers:
        answers = decision.answers
        number = f"A{count(db, 'social_card') + 1:08d}"
        entering.insert(
            db, "social_card", id_number=answers["child.id_number"], card_no=number, bank=answers.get("card.bank", ""),
            bank_name="", bank_account="", issued_on=instant.today().isoformat(), status="inactive",
        )  # fmt: skip
        return {"card.no": number}


ALL = (BirthCertificates(), Vaccination(), Households(), Insurance(), Premiums(), SocialCards())
