"""What the law asks of an item whatever its department."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xiang.foundation.cases import procedures
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.foundation.statutes.terms import UNIT_WORDS
from xiang.services.items.loading.references import rule_keys

BIRTH_REGISTRATION = "birth_registration"
_NOT_A_CONDITION = re.compile(r"生育登记|生育服务|准生|结婚|婚姻|计划生育")
_DENIED = re.compile(r"^不以|不是.{0,8}条件|不需要|不论|无论")


def promise_within_law(row: Row, context: Context) -> Iterator[Problem]:
    """The promise is not longer than the law. Only like units compare; a change of either is checked on every day."""
    known = rule_keys(context)
    legal = known.get(row.data["limits"].get("legal", ""), [])
    for promise in known.get(row.data["limits"]["promised"], []):
        for bound in legal:
            both = (promise.data, bound.data)
            if both[0]["unit"] == both[1]["unit"] and _meet(*both) and both[0]["value"] > both[1]["value"]:
                unit = UNIT_WORDS[both[0]["unit"]]
                detail = (
                    f"承诺 {both[0]['value']} {unit}，比法定的 {both[1]['value']} {unit}还长"
                    f"（{promise.file} 第 {promise.line} 行，{bound.file} 第 {bound.line} 行）。把承诺改短。"
                )
                yield row.problem("promise_exceeds_law", detail, at="limits.promised")


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two dated rows are in force on a common day."""
    begin = max(str(one["valid_from"]), str(other["valid_from"]))
    end = min(str(one.get("valid_to") or "9999"), str(other.get("valid_to") or "9999"))
    return begin <= end


def instant_is_instant(row: Row, context: Context) -> Iterator[Problem]:
    """An instant case (即办件) promises the same day: zero, in whatever unit."""
    if row.data["case_type"] != "1":
        return
    for promise in rule_keys(context).get(row.data["limits"]["promised"], []):
        if promise.data["value"] != 0:
            detail = f"即办件要当日办结，承诺却是 {promise.data['value']}：承诺改成 0，或把 case_type 改成承诺件（2）。"
            yield row.problem("instant_promise", detail, at="case_type")


def fee_has_basis(row: Row, context: Context) -> Iterator[Problem]:
    """A charge names its amount by rule and the text that allows it; a licence charges nothing otherwise (art. 58)."""
    fees = row.data["fees"]
    if fees["charged"] and not fees.get("rule"):
        yield row.problem("fee_rule_missing", "收费要写规则名（rule），金额写在 limits.yaml。", at="fees")
    if fees["charged"] and not fees.get("basis"):
        detail = "收费要写依据（basis：法律、行政法规或者收费文件）。没有依据的不能收费，把 charged 改成 false。"
        yield row.problem("fee_basis_missing", detail, at="fees")
    if not fees["charged"] and fees.get("rule"):
        yield row.problem(
            "fee_not_charged", "写了收费标准却标着不收费：删去 rule，或把 charged 改成 true。", at="fees.rule"
        )


def visit_has_reason(row: Row, context: Context) -> Iterator[Problem]:
    if row.data["visits"] > 0 and not row.data.get("visit_reason"):
        detail = f"要到现场 {row.data['visits']} 次，却没有写为什么非来不可：写 visit_reason，或把 visits 改成 0。"
        yield row.problem("visit_reason_missing", detail, at="visits")


def suspension_is_lawful(row: Row, context: Context) -> Iterator[Problem]:
    """A clock stops only for a reason that the regime's procedure lists."""
    try:
        allowed = procedures.get(row.data["procedure"]).stop_reasons
    except DomainError:
        return  # reported as an unknown procedure
    for n, reason in enumerate(row.data.get("special_procedures", ())):
        if reason not in allowed:
            listed = "、".join(f"{key} {title}" for key, title in allowed.items())
            detail = f"“{reason}”不是{row.data['regime']}程序可以停钟的事由；只有：{listed}。"
            yield row.problem("suspension_reason", detail, at=f"special_procedures.{n}")


def cited(row: Row, context: Context) -> Iterator[Problem]:
    """A citation that claims to have been checked names its article."""
    for n, law in enumerate(row.data["basis"]):
        if law["confirmed"] and not law["article"]:
            detail = f"《{law['law']}》标着已核对却没有写第几条：补上条款，或把 confirmed 改成 false。"
            yield row.problem("article_missing", detail, at=f"basis.{n}")
    if "legal" not in row.data["limits"] and not row.data.get("legal_note"):
        detail = "没有写法定时限（limits.legal）：补上规则名；法律确实没有规定的，在 legal_note 里说明。"
        yield row.problem("legal_limit_missing", detail, at="limits")


def birth_stands_alone(row: Row, context: Context) -> Iterator[Problem]:
    """Neither marriage nor 生育登记 is a condition of registering a birth (国办发〔2015〕96号, 民法典 art. 1071)."""
    if row.key != BIRTH_REGISTRATION:
        return
    for n, condition in enumerate(row.data["conditions"]):
        if _NOT_A_CONDITION.search(condition) and not _DENIED.search(condition):
            detail = f"出生登记不能以婚姻或者生育登记为条件，删去“{condition}”。"
            yield row.problem("birth_registration_condition", detail, at=f"conditions.{n}")
    form = context.row("forms", row.data["form"])
    for n, material in enumerate(form.data.get("materials", ()) if form else ()):
        if form and material.get("mandatory", True) and birth_forbids(material["title"]):
            detail = f"出生登记不能要求“{material['title']}”，删去，或标 mandatory: false 只作核对。"
            yield form.problem("birth_registration_condition", detail, at=f"materials.{n}.title")


def birth_forbids(title: str) -> bool:
    """Whether a thing of this name may not be demanded for registering a birth."""
    return bool(_NOT_A_CONDITION.search(title)) or title in ("marriage", "fertility_registration")
