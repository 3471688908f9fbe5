"""What the face of a credential says, in words: taken from answers when it is issued, and ready to be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xiang.foundation.cases.models import Case
from xiang.foundation.forms.schema import from_content
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.texts import yuan
from xiang.foundation.parties.models import Sex
from xiang.foundation.publishing import queries as publishing
from xiang.services.credentials.models import Credential, CredentialType

_IN_PATH = re.compile(r"\{([^}]+)\}")
_SEX = dict(Sex.choices)


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of a face."""

    key: str
    title: str
    words: str
    sensitive: bool = False
    long: bool = False


def values_of(kind: CredentialType, case: Case) -> dict[str, Any]:
    """The values of a face from a case's answers: codes become the words of the form's choices."""
    answers = case.answers["fields"]
    choices = _choices(case)
    values = {}
    for field in kind.fields:
        path, value = _found(field.get("from", field["key"]), answers, case)
        values[field["key"]] = choices.get(path, {}).get(str(value), value)
    return values


def _found(paths: str | list[str], answers: Mapping[str, Any], case: Case) -> tuple[str, Any]:
    """The first path that has a value. ``{household.follow}.no`` follows an answer; ``case.unit`` is the office."""
    own = {"case.unit": case.unit.name, "case.body": case.unit.body.name} if case.unit else {}
    for path in [paths] if isinstance(paths, str) else paths:
        real = _IN_PATH.sub(lambda found: str(answers.get(found.group(1), "")), path)
        value = own.get(real, answers.get(real))
        if value not in (None, "", []):
            return real, value
    return "", ""


def _choices(case: Case) -> dict[str, dict[str, str]]:
    """The words of the choices that the item's form offers, by field and code."""
    if case.item_edition is None:
        return {}
    form_key = publishing.edition(case.item_edition).content.get("form", "")
    try:
        form = from_content(publishing.current("forms", form_key).content)
    except Absent:
        return {}
    return {
        field.key: {choice.value: choice.title for choice in field.choices} for field in form.fields if field.choices
    }


def shown(credential: Credential, *, only: frozenset[str] | None = None) -> list[Shown]:
    """The fields of a credential that say something, in order."""
    found = []
    for field in credential.type.fields:
        if only is None or field["key"] in only:
            value = words(field["type"], credential.values.get(field["key"]))
            if value:
                sensitive = bool(field.get("sensitive"))
                found.append(Shown(field["key"], field["title"], value, sensitive, field["type"] == "long_text"))
    return found


def words(kind: str, value: Any) -> str:
    """A value as people read it."""
    if value in (None, "", []):
        return ""
    match kind:
        case "yesno":
            return "是" if value in (True, 1, "1", "true", "yes", "是") else "否"
        case "money":
            return f"{yuan(int(value))} 元"
        case "date" | "datetime":
            return _day(str(value), with_time=kind == "datetime")
        case "choice" if str(value) in _SEX:
            return _SEX[str(value)]
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _day(text: str, *, with_time: bool) -> str:
    """2026年9月16日 08:30; what is not a date is left as it stands."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-09-16"):
        return _chinese(moment.date())
    local = moment.astimezone(instant.SHANGHAI) if moment.tzinfo else moment
    return f"{_chinese(local.date())} {local:%H:%M}" if with_time else _chinese(local.date())


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def summary(credential: Credential) -> str:
    """周沐言·女·2026年9月16日: who it is, in one line."""
    wanted = ("name", "sex", "birth_time", "birth_date")
    values = {field.key: field.words for field in shown(credential, only=frozenset(wanted))}
    parts = [values[key].partition(" ")[0] if key == "birth_time" else values[key] for key in wanted if key in values]
    return "·".join(parts) or credential.holder.name


def until(credential: Credential) -> str:
    """长期有效, or until when."""
    return f"{_chinese(credential.valid_until)}到期" if credential.valid_until else "长期有效"
