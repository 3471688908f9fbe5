"""Checking answers: each with its own code and the place of the field, all at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from xiang.foundation.forms.schema import Field, FormDefinition
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError
from xiang.foundation.parties.identity import check_id

Check = Callable[[Field, Any], FieldError | None]


def pointer(key: str) -> str:
    """The JSON pointer of an answer: answers are flat, so a dotted key is one step."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def check(
    form: FormDefinition, answers: Mapping[str, Any], *, complete: bool = True, excused: Collection[str] = ()
) -> list[FieldError]:
    """Everything to mend before these answers can be submitted; an unfinished draft (``complete=False``) may lack any
    answer but not hold a wrong one. ``excused`` names fields that may stay empty: who would know them is out of reach,
    and nobody is turned away for that."""
    errors = []
    for asked in form.asked(answers):
        value = answers.get(asked.key)
        if value in (None, "", []):
            if complete and asked.required and asked.key not in excused:
                errors.append(FieldError(pointer(asked.key), "required", _please(asked)))
            continue
        wrong = _CHECKS[asked.type](asked, value)
        if wrong:
            errors.append(wrong)
    return errors


def check_one(asked: Field, value: Any) -> FieldError | None:
    """What is wrong with one answer; an empty one is."""
    if value in (None, "", []):
        return FieldError(pointer(asked.key), "required", _please(asked))
    return _CHECKS[asked.type](asked, value)


def _please(asked: Field) -> str:
    chosen = asked.type in ("choice", "choices", "yesno", "division")
    return f"请选“{asked.title}”。" if chosen else f"请填写{asked.title}。"


def tidy(asked: Field, value: Any) -> Any:
    """A typed answer in its normal form: names NFC, numbers as numbers, no stray space. What does not fit its type is
    kept as typed, for :func:`check` to point at; nothing typed is lost."""
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value).strip()
    match asked.type:
        case "integer" if isinstance(value, str) and value.lstrip("-").isdecimal():
            return int(value)
        case "money" if isinstance(value, str):
            return _fen(value)
        case "datetime" if isinstance(value, str):
            return _with_zone(value)
        case "number" if isinstance(value, str):
            try:
                return float(value)
            except ValueError:
                return value
        case "yesno" if value in ("true", "yes", "on", "1", "false", "no", "0"):
            return value in ("true", "yes", "on", "1")
        case "id_number" if isinstance(value, str):
            return value.upper().replace(" ", "")
        case "choice":
            return next((c.value for c in asked.choices if str(c.value) == str(value)), value)
        case "choices" if isinstance(value, str):
            return [value] if value else []
        case "choices" if isinstance(value, list):
            return [one for one in value if one not in ("", None)]
    return value


def _fen(typed: str) -> int | str:
    """People write yuan, with two decimals at most; we keep whole fen."""
    try:
        fen = Decimal(typed.replace(",", "").removesuffix("元").strip()) * 100
    except InvalidOperation:
        return typed
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else typed


def _with_zone(typed: str) -> str:
    """A time typed without a zone is a time of ours, not of the machine."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return typed if at.tzinfo else at.replace(tzinfo=instant.SHANGHAI).isoformat()


def _error(asked: Field, code: str, detail: str) -> FieldError:
    return FieldError(pointer(asked.key), code, detail)


def _text(asked: Field, value: Any) -> FieldError | None:
    longest = asked.max_length or (2000 if asked.type == "long_text" else 200)
    if not isinstance(value, str):
        return _error(asked, "not_text", f"{asked.title}应是文字。")
    if len(value) > longest:
        return _error(asked, "too_long", f"{asked.title}最多 {longest} 个字，现在是 {len(value)} 个。")
    return None


def _is_ideograph(character: str) -> bool:
    """Python's own tables are older than the newest characters of names (GB 18030-2022)."""
    return 0x3400 <= ord(character) <= 0x9FFF or 0x20000 <= ord(character) <= 0x3FFFF


def _name(asked: Field, value: Any) -> FieldError | None:
    wrong = _text(asked, value)
    if wrong:
        return wrong
    bad = [c for c in value if not (c.isalpha() or c in "·. '-" or _is_ideograph(c))]
    if bad:
        return _error(asked, "not_a_name", f"{asked.title}里有“{bad[0]}”，姓名只能用文字、间隔号“·”或字母。")
    return None


def _date(asked: Field, value: Any) -> FieldError | None:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return _error(asked, "not_a_date", f"{asked.title}请写成 2026-09-16 的样子。")
    return None


def _datetime(asked: Field, value: Any) -> FieldError | None:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return _error(asked, "not_a_time", f"{asked.title}请写成 2026-09-16 07:42 的样子。")
    return None


def _choice(asked: Field, value: Any) -> FieldError | None:
    if value not in [c.value for c in asked.choices]:
        return _error(asked, "not_a_choice", f"{asked.title}请从列出的几项里选。")
    return None


def _choices(asked: Field, value: Any) -> FieldError | None:
    if not isinstance(value, list) or any(v not in [c.value for c in asked.choices] for v in value):
        return _error(asked, "not_a_choice", f"{asked.title}请从列出的几项里选。")
    return None


def _number(asked: Field, value: Any) -> FieldError | None:
    kinds = (int,) if asked.type in ("integer", "money") else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        return _error(asked, "not_a_number", f"{asked.title}请填数字。")
    if asked.minimum is not None and value < asked.minimum:
        return _error(asked, "too_small", f"{asked.title}不能小于 {asked.minimum:g}。")
    if asked.maximum is not None and value > asked.maximum:
        return _error(asked, "too_large", f"{asked.title}不能大于 {asked.maximum:g}。")
    return None


def _yesno(asked: Field, value: Any) -> FieldError | None:
    return None if isinstance(value, bool) else _error(asked, "not_yes_or_no", f"{asked.title}请选“是”或“否”。")


def _id_number(asked: Field, value: Any) -> FieldError | None:
    found = check_id(value if isinstance(value, str) else "")
    if found.valid:
        return None
    code, detail = found.errors[0]
    return _error(asked, code, detail)


def _phone(asked: Field, value: Any) -> FieldError | None:
    digits = value.replace("-", "").removeprefix("+86").strip() if isinstance(value, str) else ""
    if digits.isdecimal() and 7 <= len(digits) <= 12:
        return None
    return _error(asked, "not_a_phone", f"{asked.title}请填 11 位手机号，或带区号的座机号。")


def _division(asked: Field, value: Any) -> FieldError | None:
    if isinstance(value, str) and value.isdecimal() and len(value) in (6, 9, 12):
        return None
    return _error(asked, "not_a_division", f"{asked.title}请选到县（市、区）。")


_CHECKS: Mapping[str, Check] = {
    "text": _text,
    "long_text": _text,
    "address": _text,
    "file": _text,
    "name": _name,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "choices": _choices,
    "integer": _number,
    "number": _number,
    "money": _number,
    "yesno": _yesno,
    "id_number": _id_number,
    "phone": _phone,
    "division": _division,
}
