"""Reports and plans in words, for people who read them on a terminal or a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from xiang.foundation.ground.instant import SHANGHAI
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.model import Policy
from xiang.hub.policies.plans import Plan, PlanRule
from xiang.hub.policies.report import REASONS, Premise, Report, RuleReport
from xiang.hub.policies.rows import rendered

_KINDS = {"Permission": "许可", "Prohibition": "禁止", "Duty": "义务"}
_STATES = {
    "Active": "生效",
    "Inactive": "未生效",
    "Attempted": "本次请求",
    "NotAttempted": "与本次请求无关",
    "Performed": "已做",
    "Unperformed": "未做且已做不成",
    "Unknown": "尚未做",
    "NonSet": "未定",
    "Violated": "违反",
    "Fulfilled": "履行",
}
_PREMISES = {"Target": "资源", "Party": "使用方", "Action": "行为", "Constraint": "条件"}
_LEFTS = {
    "purpose": "用途",
    "spatial": "区划",
    "recipient": "接收方",
    "xp:environment": "环境",
    "xp:serviceItem": "事项",
    "dateTime": "时刻",
    "delayPeriod": "签发以来",
    "elapsedTime": "签发以来",
    "count": "连同这次的次数",
    "xp:rate": "连同这次的频次",
}
_OPERATORS = {
    "eq": "是",
    "neq": "不是",
    "lt": "小于",
    "lteq": "不超过",
    "gt": "大于",
    "gteq": "不小于",
    "isA": "属于",
    "isPartOf": "属于",
    "hasPart": "包含",
    "isAnyOf": "是其中之一：",
    "isAllOf": "包括全部：",
    "isNoneOf": "不在其中：",
    "and": "同时满足",
    "or": "满足其一",
    "xone": "恰好满足一项",
    "andSequence": "依次满足",
}
_MASKS = {"name": "姓名", "id_number": "证件号码", "phone": "电话", "address": "地址", "hidden": "全部隐去"}


def told_report(report: Report, policy: Policy) -> list[str]:
    """The decision first, then every rule and what was compared."""
    outcome = report.outcome
    lines = [f"{'准许' if outcome.permitted else '拒绝'}：{policy.title or policy.uid}"]
    if not outcome.permitted:
        lines.append(f"原因：{REASONS[outcome.code]}（{outcome.code}）")
    if named := "、".join(name for name in outcome.granted if name):
        lines.append(f"可给的数据项：{named}")
    if named := "、".join(sorted(name for name in outcome.forbidden if name)):
        lines.append(f"禁止的数据项：{named}")
    lines += [f"违反：{rule.rule}" for rule in report.violations]
    for rule in report.rules:
        lines += ["", *_rule(rule, "")]
    return lines


def _rule(rule: RuleReport, indent: str) -> list[str]:
    states = "，".join(_STATES[each] for each in (rule.activation, rule.attempt, rule.performance, rule.deontic))
    lines = [f"{indent}{_KINDS[rule.kind]} {rule.rule}：{states}"]
    for premise in rule.premises:
        lines += _premise(premise, indent + "  ")
    for condition in rule.conditions:
        lines += _rule(condition, indent + "  ")
    return lines


def _premise(premise: Premise, indent: str) -> list[str]:
    name = _LEFTS.get(premise.left, _PREMISES[premise.kind])
    operator = _OPERATORS[premise.operator]
    compared = operator if premise.wanted == "" else f"{premise.found or '没有说明'}，应当{operator} {_listed(premise)}"
    return [
        f"{indent}{'✓' if premise.satisfied else '✗'} {name}：{compared}",
        *(line for part in premise.parts for line in _premise(part, indent + "  ")),
    ]


def _listed(premise: Premise) -> str:
    return "任何一个" if premise.wanted == "*" else premise.wanted.replace(" ", "、")


def told_plan(plan: Plan) -> list[str]:
    """What the gateway will hold to, rule by rule."""
    lines = [f"执行计划：{plan.title or plan.uid}", f"依据：{plan.basis or '（未写）'}"]
    for rule in plan.rules:
        lines += ["", f"{'禁止' if rule.forbids else '许可'} {rule.uid}：{'、'.join(rule.actions)} {rule.target}"]
        lines += [f"  {name}：{said}" for name, said in _terms(rule) if said]
    lines += ["", *(f"之后的义务 {note.uid}：{note.action}" for note in plan.notes)] if plan.notes else []
    return lines


def _terms(rule: PlanRule) -> list[tuple[str, str]]:
    return [
        ("使用方", "、".join(rule.assignees)),
        ("数据项", "全部" if rule.columns is None else "、".join(sorted(rule.columns))),
        ("脱敏", "、".join(f"{column}（{_mask(mask)}）" for column, mask in rule.masks)),
        ("行", _rows(rule)),
        ("用途", "" if rule.purposes is None else "、".join(sorted(rule.purposes)) or "（没有一种用途可行）"),
        ("事项", "" if rule.items is None else "、".join(sorted(rule.items))),
        ("期限", _period(rule)),
        ("次数", "" if rule.quota is None else f"共 {rule.quota} 次"),
        ("频次", "" if rule.rate is None else f"每 {rule.rate.seconds} 秒 {rule.rate.times} 次"),
        ("其他条件", f"{len(rule.conditions)} 项" if rule.conditions else ""),
        ("先要履行", "、".join(rule.before)),
    ]


def _rows(rule: PlanRule) -> str:
    if rule.rows is None:
        return ""
    where = rendered(rule.rows, "sqlite")
    return f"{where.sql}  {list(where.parameters)}"


def _mask(mask: Mask) -> str:
    return _MASKS.get(mask.kind) or f"前 {mask.keep_first} 后 {mask.keep_last}"


def _period(rule: PlanRule) -> str:
    if rule.begins is None and rule.ends is None:
        return ""
    return f"{_day(rule.begins)} 起，{_day(rule.ends)} 前" if rule.begins != rule.ends else "（没有一刻可行）"


def _day(at: int | None) -> str:
    if at is None:
        return "不限"
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return when.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
