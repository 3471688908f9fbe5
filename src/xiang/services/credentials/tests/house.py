"""What the tests of credentials share: a kind, an issuer with a code, people, and a credential sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors, identity
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Body, Party, Staff
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.services.credentials import operations
from xiang.services.credentials.models import Credential

TYPE_CODE = "114399000000001157001"
BIRTH: dict[str, Any] = {
    "key": "birth_certificate",
    "title": "出生医学证明",
    "short": "出生医学证明",
    "icon": "certificate",
    "code": TYPE_CODE,
    "holder": "person",
    "validity": {"kind": "permanent"},
    "fields": [
        {"key": "certificate_no", "title": "编号", "type": "text", "serial": True},
        {"key": "name", "title": "新生儿姓名", "type": "name", "from": "child.name"},
        {"key": "sex", "title": "性别", "type": "choice", "from": "child.sex"},
        {"key": "birth_time", "title": "出生时间", "type": "datetime", "from": "child.birth_time"},
        {"key": "mother_name", "title": "母亲姓名", "type": "name", "from": "mother.name"},
        {
            "key": "mother_id_number",
            "title": "母亲证件号码",
            "type": "id_number",
            "from": "mother.id_number",
            "sensitive": True,
        },
    ],
}
VALUES = {
    "name": "周沐言",
    "sex": "2",
    "birth_time": "2025-09-16T00:30:00+00:00",
    "mother_name": "刘芸",
    "mother_id_number": "43999019960319002X",
}


def uscc(subject: str = "43010449") -> str:
    """A code of a body that does not exist."""
    first = f"11439900{subject}{identity.organisation_check_character(subject)}"
    return first + identity.uscc_check_character(first)


@dataclass
class House:
    """The cast, and a hospital that issues."""

    cast: casting.Cast
    issuer: Body

    @property
    def mother(self) -> Actor:
        return actors.for_person(self.cast.mother)

    @property
    def stranger(self) -> Actor:
        return actors.for_person(self.cast.stranger)

    @property
    def officer(self) -> Actor:
        return actors.for_staff(self.nurse)

    @property
    def nurse(self) -> Staff:
        return self.cast.nurse

    def issue(self, holder: Party | None = None, **changes: Any) -> Credential:
        given: dict[str, Any] = {"keeper": self.cast.mother} | changes
        values = given.pop("values", VALUES)
        return operations.issue("birth_certificate", holder or self.cast.child, self.issuer, values, SYSTEM, **given)

    def sealed(self, **changes: Any) -> Credential:
        credential = self.issue(**changes)
        worker.drain(raising=True)
        credential = Credential.objects.select_related("type", "issuer", "holder", "keeper", "file").get(
            id=credential.id
        )
        assert credential.sealed_at is not None, credential.trouble
        return credential


def build() -> House:
    cast = casting.make()
    issuer = parties.put_body(
        SYSTEM, key="430104.health", name="岳麓区卫生健康局", division="430104", level="county", uscc=uscc()
    )
    operations.put_type("birth_certificate", TYPE_CODE, "出生医学证明", BIRTH)
    showing = RuleRow(
        key="credential.showing", value=10, unit="count", title="亮证有效", citation="演示", region="43",
        valid_from=date(2024, 1, 1),
    )  # fmt: skip
    statutes.put_rule(showing, SYSTEM)
    return House(cast, issuer)
