"""What the hub's pages show, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xiang.foundation.ground import instant
from xiang.foundation.pages.components import Kind
from xiang.hub.inventory.models import Resource
from xiang.hub.sharing import names, queries
from xiang.hub.sharing.models import Dispute
from xiang.hub.sharing.operations.fetching import PURPOSES

_LINES = {
    "police": "各级公安机关",
    "civil_affairs": "各级民政部门",
    "health": "各级卫生健康部门",
    "hospital.mch": "各级妇幼保健院",
    "medical_insurance": "各级医保部门",
    "tax": "各级税务部门",
    "human_resources": "各级人社部门",
    "market": "各级市场监管部门",
    "natural_resources": "各级自然资源部门",
    "education": "各级教育部门",
    "housing": "各级住建部门",
    "housing_fund": "各市州公积金中心",
    "transport": "各级交通运输部门",
    "disabled": "各级残联",
    "fire": "各级消防机构",
}


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant in words."""

    requester: str
    title: str
    fields: str
    count: int
    basis: str
    valid_to: date | None
    kind: Kind
    standing: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One dispute to check."""

    id: UUID
    resource: str
    field: str
    claim: str
    reason: str
    case_number: str
    raised_at: datetime
    state: str
    kind: Kind
    taken: bool
    awaited: bool
    reporter: str


def requester_name(requester: str) -> str:
    """``*.police`` as people say it."""
    if requester == "*":
        return "办理事项的机关"
    if requester.startswith("*."):
        return _LINES.get(requester[2:], requester)
    return names.body_name(requester)


def grant_rows(resource: Resource) -> list[GrantRow]:
    """Grants on a resource, with where they stand today."""
    known, today = resource.data_fields, instant.today()
    rows = []
    for grant in queries.grants_on(resource):
        kind: Kind = "run"
        standing = "有效"
        if grant.revoked_at:
            kind, standing = "done", "已撤销"
        elif grant.valid_to and grant.valid_to < today:
            kind, standing = "late", "已到期"
        elif grant.valid_from > today:
            kind, standing = "wait", "未生效"
        titles = [known[name].title for name in grant.fields if name in known]
        rows.append(
            GrantRow(
                requester_name(grant.requester),
                grant.title or "、".join(PURPOSES.get(p, p) for p in grant.purposes),
                "、".join(titles),
                len(titles),
                grant.basis,
                grant.valid_to,
                kind,
                standing,
            )
        )
    return rows


def dispute_rows(disputes: Iterable[Dispute]) -> list[DisputeRow]:
    """Disputes for the officer who checks them."""
    rows = []
    for one in disputes:
        content, taken = one.content, one.state == Dispute.State.CHECKING
        awaited = one.awaited_since is not None
        rows.append(
            DisputeRow(
                one.pk,
                one.resource.title,
                one.resource.data_fields[one.field].title,
                str(content["claim"]),
                content["reason"],
                one.case_number,
                one.raised_at,
                "等本机关改好" if awaited else str(Dispute.State(one.state).label),
                "you" if awaited else "run" if taken else "wait",
                taken,
                awaited,
                names.body_name(one.reporter_body) if one.reporter_body else "本人",
            )
        )
    return rows
