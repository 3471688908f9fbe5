"""The procedure of a request for shared data (共享申请), from handing in to receipt, with the legal basis on each edge.

Handing in is the first event; the hub checks, and answers itself where the entry is shared without conditions. The answer
runs on the promised clock; silence has no confirmed effect, so that it escalates. Article numbers of the decree that were
not read in its own text say so.
"""

from __future__ import annotations

from typing import Any

from xiang.foundation.cases.procedures import Clock, Deadline, Procedure, State, Transition, register
from xiang.hub.sharing.operations import answering

KEY = "hub_sharing"
DECREE = "政务数据共享条例（国务院令第809号）"
UNREAD = f"{DECREE}（条款待核实）"
PURPOSE = f"{DECREE}第二十五条"


def _form(required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    asked = {"opinion": {"type": "string", "title": "意见", "maxLength": 2000}, **properties}
    return {"type": "object", "properties": asked, "required": list(required), "additionalProperties": False}


def _line(title: str, longest: int = 1000) -> dict[str, Any]:
    return {"type": "string", "title": title, "minLength": 1, "maxLength": longest, "pattern": r"\S"}


_CONDITIONS = {
    "type": "array",
    "title": "附加条件（只能是目录里写明的）",
    "maxItems": 20,
    "items": {"type": "string", "minLength": 1, "maxLength": 300},
}
_OPINION, _REASON = _form(), _form(("reason",), reason=_line("理由"))
_CONSENT = _form(conditions=_CONDITIONS)
_REFUSAL = _form(
    ("reason", "law", "article"),
    reason=_line("理由"),
    law=_line("依据的法律、行政法规或者国务院决定", 120),
    article=_line("条款", 120),
)
_DELIVERY = _form(("where",), where=_line("从哪里取：接口地址、交换任务或者文件位置", 300))

_STATES = (
    State("hub_check", "枢纽核查"),
    State("provider_review", "提供机关审核"),
    State("returned", "退回修改", "you", "applicant"),
    State("provisioning", "已同意，提供中"),
    State("delivered", "已提供，等确认", "you", "applicant"),
    State("in_use", "使用中", "done", closed=True),
    State("refused", "不同意", "done", closed=True),
    State("withdrawn", "已撤回", "done", closed=True),
    State("revoked", "已收回", "done", closed=True),
)

_BY_HUB = (
    Transition(
        "forward", "送提供机关审核", ("hub_check",), "provider_review", ("steward",), basis=UNREAD, clock=Clock.START,
        asks=_OPINION, guard=answering.may_forward, effect=answering.forwarded, key="A", icon="arrow-forward-up",
    ),
    Transition(
        "authorise", "同意（无条件共享）", ("hub_check",), "provisioning", ("steward",), basis=UNREAD, clock=Clock.END,
        asks=_OPINION, guard=answering.may_authorise, effect=answering.approved, key="G", icon="check",
    ),
    Transition(
        "send_back", "退回修改", ("hub_check",), "returned", ("steward",), basis=UNREAD, asks=_REASON,
        guard=answering.not_own, effect=answering.sent_back, key="R", icon="arrow-back-up",
    ),
    Transition(
        "check_overdue", "枢纽核查超过期限", ("hub_check",), "", ("system",), effect=answering.escalated,
        icon="alert-triangle",
    ),
)  # fmt: skip

_BY_PROVIDER = (
    Transition(
        "approve", "同意共享", ("provider_review",), "provisioning", ("steward",), basis=UNREAD, clock=Clock.END,
        asks=_CONSENT, apart_from=("forward",), guard=answering.may_approve, effect=answering.approved, key="A",
        icon="check",
    ),
    Transition(
        "reject", "不同意共享", ("provider_review",), "refused", ("steward",), basis=UNREAD, clock=Clock.END,
        asks=_REFUSAL, apart_from=("forward",), guard=answering.may_reject, effect=answering.rejected, preview=True,
        document="share_refusal", outcome="refused", icon="x",
    ),
    Transition(
        "prolong", "延期答复", ("provider_review",), "", ("steward",), basis=UNREAD, clock=Clock.EXTEND,
        asks=_REASON, guard=answering.not_own, effect=answering.prolonged, key="E", icon="calendar-plus",
    ),
    Transition(
        "reply_overdue", "超过答复期限", ("provider_review",), "", ("system",), effect=answering.escalated,
        icon="alert-triangle",
    ),
    Transition(
        "deliver", "已提供", ("provisioning",), "delivered", ("steward", "system"), basis=UNREAD, asks=_DELIVERY,
        effect=answering.delivered, key="A", icon="send",
    ),
    Transition(
        "recall", "收回", ("provisioning", "delivered"), "revoked", ("steward",), basis=PURPOSE, asks=_REASON,
        effect=answering.recalled, outcome="revoked", icon="ban",
    ),
    Transition(
        "delivery_overdue", "超过提供期限", ("provisioning",), "", ("system",), effect=answering.escalated,
        icon="alert-triangle",
    ),
)  # fmt: skip

_BY_REQUESTER = (
    Transition(
        "resubmit", "改好再送", ("returned",), "hub_check", ("applicant",), basis=UNREAD, asks=_OPINION,
        effect=answering.handed_in_again, icon="file-upload",
    ),
    Transition(
        "take_back", "撤回申请", ("hub_check", "provider_review", "returned"), "withdrawn", ("applicant",),
        basis="申请机关在答复前可以撤回申请（依据待核）", clock=Clock.END, asks=_OPINION, effect=answering.taken_back,
        outcome="withdrawn", icon="arrow-back-up",
    ),
    Transition(
        "confirm", "确认收到", ("delivered",), "in_use", ("applicant",), basis=PURPOSE, asks=_OPINION,
        effect=answering.confirmed, outcome="granted", icon="circle-check",
    ),
)  # fmt: skip

SHARING = register(
    Procedure(
        key=KEY,
        version=1,
        title="政务数据共享申请",
        regime="数据共享",
        initial="hub_check",
        states=_STATES,
        transitions=(*_BY_HUB, *_BY_PROVIDER, *_BY_REQUESTER),
        deadlines=(
            Deadline("hub_check", "accept", "check_overdue"),
            Deadline("provider_review", "promised", "reply_overdue"),
            Deadline("provisioning", "deliver", "delivery_overdue"),
        ),
    )
)
