"""What the pages of requests show, as plain values: facts, the agreement in plain Chinese, who may do what now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiang.foundation.measures.queries import Reading
from xiang.foundation.pages.components import Kind
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.sharing import asking, names
from xiang.hub.sharing.models import Disagreement, Environment, Mode, ShareRequest
from xiang.hub.sharing.queries.duties import Due
from xiang.hub.sharing.queries.satisfaction import League, ScenarioShown

State = ShareRequest.State
_KINDS: dict[str, Kind] = {
    State.RETURNED: "you", State.DELIVERED: "you", State.REFUSED: "done", State.WITHDRAWN: "done",
    State.EXPIRED: "done", State.REVOKED: "late", State.CLOSED: "done", State.RENEWED: "done",
}  # fmt: skip
OPERATORS = {
    "eq": "等于", "neq": "不等于", "lt": "小于", "lteq": "不大于", "gt": "大于", "gteq": "不小于",
    "isAnyOf": "是其中之一", "isNoneOf": "都不是", "isPartOf": "在以下区划内",
}  # fmt: skip
DUTIES: dict[str, tuple[str, Kind]] = {
    "answer": ("共享申请待答复", "run"), "provide": ("已同意，待提供", "run"), "mend": ("退回的申请，待修改", "you"),
    "confirm": ("数据已提供，待确认", "you"), "check": ("记录有异议，待核查", "run"),
    "correct": ("数源已改正，待改本机关的", "you"), "refresh": ("数据过了更新周期", "soon"),
}  # fmt: skip
STANDINGS: dict[str, tuple[str, Kind]] = {
    "met": ("已满足", "run"), "asked": ("申请中", "wait"), "refused": ("不同意", "late"), "open": ("没有申请", "soon"),
    "missing": ("缺目录", "late"),
}  # fmt: skip


_OF_REQUESTER = {
    State.DELIVERED: (("confirm", "确认收到", False),),
    State.IN_USE: (("renew", "续期", False), ("close", "不再使用", True)),
    State.RETURNED: (("take-back", "撤回申请", False),),
    State.HUB_CHECK: (("take-back", "撤回申请", False),),
    State.PROVIDER_REVIEW: (("take-back", "撤回申请", False),),
    State.REFUSED: (("disagree", "提出争议", True),),
}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A data item of the entry: asked for or not, in the scenario's list or not."""

    title: str
    asked: bool
    beyond: bool


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list."""

    number: str
    title: str
    requester: str
    provider: str
    business_item: str
    state: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One thing to do, with the page where it is done."""

    words: str
    kind: Kind
    one: Due


def kind_of(request: ShareRequest) -> Kind:
    return _KINDS.get(request.state, "run")


def rows_of(requests: Sequence[ShareRequest]) -> list[RequestRow]:
    """Requests for a list; the names of all bodies in one statement."""
    named = names.body_names(key for one in requests for key in (one.requester, one.provider))
    return [
        RequestRow(
            one.number,
            one.entry.title,
            named[one.requester],
            named[one.provider],
            one.business_item,
            State(one.state).label,
            kind_of(one),
        )
        for one in requests
    ]


def items_of(request: ShareRequest) -> list[ItemRow]:
    """Everything the entry has beside what is asked: the reviewer sees whether it is the least that is needed."""
    needed = set()
    if request.scenario is not None:
        needed = {name for need in request.scenario.needs.filter(entry_key=request.entry.key) for name in need.items}
    known = asking.known_items(request.entry, request.resource)
    return [
        ItemRow(title, name in request.items, bool(needed) and name in request.items and name not in needed)
        for name, title in known.items()
    ]


def rows_words(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> str:
    """户籍地区划 在以下区划内 430100."""
    return "；并且 ".join(
        f"{titles.get(one['field'], one['field'])} {OPERATORS.get(one['operator'], one['operator'])} "
        + "、".join(str(value) for value in one["values"])
        for one in rows
    )


def terms_of(request: ShareRequest) -> list[tuple[str, str]]:
    """What was, or would be, agreed; for people."""
    titles = asking.known_items(request.entry, request.resource)
    return [
        ("谁可以用", names.body_name(request.requester)),
        ("用谁的数据", f"{names.body_name(request.provider)}《{request.entry.title}》"),
        ("哪些数据项", "、".join(titles.get(name, name) for name in request.items)),
        ("哪些行", rows_words(request.rows, titles) or "不限"),
        ("为了什么", f"{request.business_item}（用途代码 {request.purpose}）"),
        ("凭什么", f"《{request.law}》{request.article}"),
        ("怎样取", f"{Mode(request.mode).label}，{request.frequency}"),
        (
            "在哪里用",
            f"{Environment(request.environment).label}，{request.receiving_system}（等保 {request.protection} 级）",
        ),
        ("最多用多少次", f"{request.quota} 次" if request.quota else "不限次数"),
        ("从什么时候到什么时候", f"{request.valid_from} 至 {request.valid_to}"),
        ("不可以", "转给第三方；用于别的用途。别人要用，请他向数源申请。"),
        ("到期以后", "删除留存的数据"),
    ]


def steps_of(request: ShareRequest, actor: Actor, dispute: Disagreement | None) -> list[tuple[str, str, bool]]:
    """What the actor may do on the page of the request: name, words, whether a reason is asked."""
    asks = actor.has("steward") and actor.body_key == request.requester
    found = list(_OF_REQUESTER.get(State(request.state), ())) if asks and dispute is None else []
    if rights.serves(actor, request.provider) and request.state in ShareRequest.GRANTED:
        found.append(("revoke", "收回", True))
    if dispute is not None and dispute.stage != Disagreement.Stage.SETTLED:
        found += _in_dispute(request, actor, dispute, asks)
    return found


def _in_dispute(request: ShareRequest, actor: Actor, dispute: Disagreement, asks: bool) -> list[tuple[str, str, bool]]:
    negotiating = dispute.stage == Disagreement.Stage.NEGOTIATING
    provides = actor.has("steward") and actor.body_key == request.provider
    judges = provides if negotiating else rights.is_hub(actor) and not asks and not provides
    found = [("settle-share", "结论：应当共享", True), ("settle-upheld", "结论：维持不同意", True)] if judges else []
    if asks and dispute.stage in Disagreement.NEXT:
        found.append(("further", "协商不成，报上一级", False))
    return [*found, ("settle-dropped", "放弃争议", True)] if asks else found


def duty_rows(dues: Sequence[Due]) -> list[DutyRow]:
    return [DutyRow(*DUTIES[one.kind], one) for one in dues]


def scenario_rows(shown: Sequence[ScenarioShown]) -> list[tuple[ScenarioShown, str]]:
    """Each with the name of its lead body."""
    named = names.body_names(one.scenario.lead for one in shown)
    return [(one, named[one.scenario.lead]) for one in shown]


def league_rows(rows: Sequence[League]) -> list[tuple[str, ...]]:
    """Body, mounted, timely, satisfied, answered in time, checks done, in words; a dash where there is nothing to divide."""
    named = names.body_names(one.body_key for one in rows)
    return [
        (
            named[one.body_key],
            _percent(one.coverage.share if one.coverage.entries else None),
            _percent(one.coverage.timely),
            *(_figure(reading) for reading in (one.satisfied, one.on_time, one.checked)),
        )
        for one in rows
    ]


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _figure(reading: Reading) -> str:
    return "—" if reading.value is None else f"{reading.value}%（{reading.numerator}/{reading.denominator}）"
