"""The correction of a rule as a form: read, and said back with its mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.foundation.pages.components import FieldView, Option
from xiang.foundation.statutes.models import Rule
from xiang.foundation.statutes.queries import row_of
from xiang.foundation.statutes.rules import RuleRow
from xiang.foundation.statutes.terms import UNIT_WORDS

_TEXTS = ("citation", "article", "note")


def fields(rule: Rule, given: Mapping[str, str] | None = None, errors: Sequence[FieldError] = ()) -> list[FieldView]:
    """The fields with what the rule says, or with what was typed and what is wrong in it."""
    said = given if given is not None else _said(rule)
    wrong = {error.pointer.lstrip("/"): error.detail for error in errors}

    def one(name: str, label: str, control: str = "text", **more: Any) -> FieldView:
        return FieldView(name, label, control, said.get(name, ""), error=wrong.get(name, ""), **more)

    unit = {"fen": "单位：分", "ratio": "小数，0.9 就是 90%", "list": "用顿号隔开", "flag": "是或者否"}.get(rule.unit)
    unit = unit or f"单位：{UNIT_WORDS.get(rule.unit, '').removeprefix('个')}"
    own = [one("value", "数值", hint=unit)]
    if row_of(rule).is_limit:
        own += [
            one("extension", "一次可以延多久", "number", hint="不能延期的不填", required=False),
            one("max_extensions", "最多延几次", "number", required=False),
        ]
    confirmed = tuple(
        Option(value, label, said.get("confirmed", "") == value)
        for value, label in (("yes", "核对过条文原文"), ("no", "还没有核对"))
    )
    return [
        *own,
        one("valid_from", "从哪一天起", "date", hint="晚于原施行日：原来的数值用到前一天；同一天：更正写错的数值"),
        one("valid_to", "到哪一天止", "date", hint="一直有效的不填", required=False),
        one("citation", "依据", hint="法律、规章或文件的全称"),
        one("article", "条款", required=False),
        one("confirmed", "依据核对", "choice", options=confirmed),
        one("note", "说明", required=False),
        one("reason", "为什么更正", "textarea", hint="写进账本，不能再改"),
    ]


def row(rule: Rule, given: Mapping[str, str]) -> RuleRow:
    """The corrected row as typed. What cannot be read is said at its field."""
    errors: list[FieldError] = []

    def read(name: str, how: Any, detail: str, empty: Any = None) -> Any:
        text = given.get(name, "").strip()
        try:
            return how(text) if text else empty
        except ValueError:
            errors.append(FieldError(f"/{name}", f"{name}_form", detail))
            return empty

    old = row_of(rule)
    made = replace(
        old,
        id="",
        value=read("value", lambda text: _value(text, rule.unit), "数值与单位不符。"),
        extension=read("extension", int, "写一个整数。"),
        max_extensions=read("max_extensions", int, "写一个整数。", 0),
        valid_from=read("valid_from", date.fromisoformat, "写成 2025-09-22 这样的日期。"),
        valid_to=read("valid_to", date.fromisoformat, "写成 2025-09-22 这样的日期。"),
        confirmed=given.get("confirmed") == "yes",
        citation=given.get("citation", "").strip(),
        article=given.get("article", "").strip(),
        note=given.get("note", "").strip(),
    )
    if errors:
        raise Invalid(errors)
    return made


def _value(text: str, unit: str) -> Any:
    if unit == "list":
        return [part for part in text.replace(",", "、").replace("，", "、").split("、") if part]
    if unit in ("text", "ratio"):
        return text
    if unit == "flag":
        return text in ("是", "true", "1")
    return int(text)


def _said(rule: Rule) -> dict[str, str]:
    value = "、".join(rule.value) if isinstance(rule.value, list) else str(rule.value)
    return {
        "value": ("是" if rule.value else "否") if rule.unit == "flag" else value,
        "extension": str(rule.extension or ""),
        "max_extensions": str(rule.max_extensions or ""),
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else "",
        "confirmed": "yes" if rule.confirmed else "no",
        "reason": "",
        **{name: getattr(rule, name) for name in _TEXTS},
    }
