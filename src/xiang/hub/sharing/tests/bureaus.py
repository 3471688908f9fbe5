"""Bodies that share: two providers, a city's bureau that asks, the hub, with entries, resources and the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from xiang.foundation.cases import operations as cases
from xiang.foundation.documents import operations as documents
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Body, Staff, Unit
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.publishing.profile import Context, Row
from xiang.foundation.publishing.profile.reading import read
from xiang.foundation.publishing.profile.sections import sections
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.hub.inventory import operations as inventory
from xiang.hub.sharing import operations
from xiang.hub.sharing.models import ShareRequest

LIMITS = {
    "hub.share.check": 2,
    "hub.share.reply.unconditional": 1,
    "hub.share.reply.conditional": 10,
    "hub.share.reply.extension": 10,
    "hub.share.deliver": 20,
    "hub.dispute.check": 10,
}
LAW = {"law": "中华人民共和国户口登记条例", "article": "第四条"}


@dataclass
class Bureau:
    """A body with a sharing office and two stewards in it."""

    body: Body
    office: Unit
    first: Staff
    second: Staff

    def steward(self) -> Actor:
        return actors.for_staff(self.first)

    def colleague(self) -> Actor:
        return actors.for_staff(self.second)


@dataclass
class Sharing:
    police: Bureau
    market: Bureau
    civil: Bureau
    hub: Bureau

    def draft(self, **changes: Any) -> dict[str, Any]:
        """An application of the city's civil affairs bureau that holds, except for what is changed."""
        return application() | changes

    def hand_in(self, bureau: Bureau | None = None, **changes: Any) -> ShareRequest:
        actor = (bureau or self.civil).steward()
        (made,) = operations.hand_in(operations.save_draft(self.draft(**changes), actor).pk, actor)
        return made

    def step(self, request: ShareRequest, name: str, actor: Actor, **data: Any) -> ShareRequest:
        cases.perform(request.pk, name, actor, data)
        request.refresh_from_db()
        return request

    def forwarded(self, **changes: Any) -> ShareRequest:
        return self.step(self.hand_in(**changes), "forward", self.hub.steward())

    def in_use(self, **changes: Any) -> ShareRequest:
        """All the way: approved by the provider, provided by the gateway, confirmed."""
        made = self.step(self.forwarded(**changes), "approve", self.police.steward())
        worker.drain(raising=True)
        operations.act_as_requester(made, "confirm", self.civil.steward())
        made.refresh_from_db()
        return made


def application() -> dict[str, Any]:
    return {
        "entries": [{"entry": "person", "resource": "", "items": ["name", "household_division"], "rows": []}],
        "purpose": "relief_check",
        "business_item": "最低生活保障对象认定",
        **LAW,
        "mode": "api",
        "environment": "gateway",
        "frequency": "每月一次",
        "quota": 1000,
        "valid_from": "2026-11-23",
        "valid_to": "2027-11-22",
        "commitment": True,
        "receiving_system": "长沙市社会救助系统",
        "protection": 3,
    }


def rows(field: str, operator: str, *values: Any) -> list[dict[str, Any]]:
    return [{"field": field, "operator": operator, "values": list(values)}]


def asking_for(**changes: Any) -> dict[str, Any]:
    """The same application with its one entry changed."""
    return {"entries": [application()["entries"][0] | changes]}


def make() -> Sharing:
    casting.divisions()
    put_standard()
    put_limits()
    documents.put_template(
        "share_refusal",
        "不同意共享答复书",
        "{body}〔{year}〕第{serial:05d}号",
        ["理由：{reason}", "依据：《{law}》{article}"],
    )
    made = Sharing(
        _bureau("430000.police", "湖南省公安厅", "province"),
        _bureau("430000.market", "湖南省市场监督管理局", "province"),
        _bureau("430100.civil_affairs", "长沙市民政局", "prefecture"),
        _bureau("430000.data", "湖南省数据局", "province"),
    )
    _entry("person", "430000.police", "conditional", ("name", "household_division", "birth_date"))
    _entry("company", "430000.market", "unconditional", ("name", "uscc"))
    return made


def put_standard() -> None:
    """The inventory's own terms as the profile of Hunan says them: who is in charge of sharing."""
    ((data, line, lines),) = read(settings.PROFILE_DIR, settings.PROFILE_DIR / "inventory.yaml")
    section = next(one for one in sections() if one.kind == "inventory")
    assert section.apply is not None
    section.apply(
        Row("inventory", "standard", "inventory.yaml", line, data, lines),
        Context("hunan", settings.PROFILE_DIR, SYSTEM),
    )


def put_limits(values: Mapping[str, int] = LIMITS) -> None:
    for key, value in values.items():
        row = RuleRow(
            key=key, value=value, unit="wd", title=key, citation="政务数据共享条例",
            valid_from=date(2025, 8, 1), confirmed=False,
        )  # fmt: skip
        statutes.put_rule(row, SYSTEM)


def _bureau(key: str, name: str, level: str) -> Bureau:
    body = parties.put_body(SYSTEM, key=key, name=name, division=key[:6], level=level)
    unit = parties.put_unit(SYSTEM, key=f"{key}.sharing", body=key, name=f"{name}数据处", kind="steward")
    short = key.partition(".")[2] + key[:6]
    first = casting.officer("甘露", f"{short}_first", body, unit, "steward", second_factor=True)
    return Bureau(body, unit, first, casting.officer("文清", f"{short}_second", body, unit, "steward"))


def _entry(key: str, body: str, share: str, fields: tuple[str, ...]) -> None:
    connection = f"sqlite:{key}"
    inventory.put_system(key, {"body_key": body, "title": f"{key}系统", "connection": connection}, SYSTEM)
    said = {
        "body_key": body,
        "title": key,
        "format": "数据库",
        "cycle": "每日",
        "share": share,
        "mode": "api",
        "grade": 3,
    }
    inventory.put_entry(
        key, said | {"conditions": "限办理事项所必需，逐项授权" if share == "conditional" else ""}, SYSTEM
    )
    specs = [{"name": name, "title": name, "type": "text", "column": name} for name in fields]
    lookup = {"subject": "person", "scheme": "id_number", "columns": ["id_number"]}
    inventory.mount(
        f"{key}_table", key, key, {"title": key, "table": key, "lookup_spec": lookup, "field_specs": specs}, SYSTEM
    )
