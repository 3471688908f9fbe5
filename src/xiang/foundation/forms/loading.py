"""Forms in the profile: ``forms/*.yaml``, each checked down to its sources, substitutes and conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xiang.foundation.forms import conditions, sources
from xiang.foundation.forms.schema import TYPES
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row

KIND = "forms"

_KEYED = {
    "type": "object",
    "required": ["key", "title"],
    "properties": {"key": {"type": "string"}, "title": {"type": "string"}},
}
FORM_SCHEMA = {
    "type": "object",
    "required": ["key", "title", "groups"],
    "properties": {
        "key": {"type": "string"},
        "title": {"type": "string"},
        "groups": {
            "type": "array",
            "minItems": 1,
            "items": {**_KEYED, "required": ["key", "title", "fields"]},
        },
        "materials": {"type": "array", "items": _KEYED},
    },
}


def _fields(row: Row) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field with its path in the row."""
    for g, group in enumerate(row.data["groups"]):
        for f, field in enumerate(group["fields"]):
            yield f"groups.{g}.fields.{f}", field


def check(row: Row, context: Context) -> Iterator[Problem]:
    """Everything that is wrong with one form."""
    seen: set[str] = set()
    for path, field in _fields(row):
        key = field.get("key", "")
        if not key or not field.get("title"):
            yield row.problem("field_unnamed", "每一项都要有 key 和 title。", at=path)
            continue
        if key in seen:
            yield row.problem("field_twice", f"“{key}”在这张表里出现了两次，请删掉一处。", at=path)
        seen.add(key)
        if field.get("type") not in TYPES:
            yield row.problem(
                "field_type", f"“{key}”的类型“{field.get('type')}”不认识，可用：{'、'.join(TYPES)}。", at=path
            )
        if field.get("type") in ("choice", "choices") and not field.get("choices"):
            yield row.problem("field_choices", f"“{key}”是选择题，要列出 choices。", at=path)
        if field.get("assumed") and field.get("default") is None:
            yield row.problem("field_assumed", f"“{key}”写了 assumed，就要有 default：先按什么填。", at=path)
        yield from _source(row, path, field)
        yield from _condition(row, path, field)
        yield from _choices(row, path, field)
    for m, material in enumerate(row.data.get("materials", ())):
        yield from _condition(row, f"materials.{m}", material)
        for key in material.get("substitutes", ()):
            if not sources.known_substitute(key):
                yield row.problem(
                    "substitute_unknown", f"替代“{key}”没有登记：核对证照种类或者数据资源的名字。", at=f"materials.{m}"
                )


def _source(row: Row, path: str, field: Mapping[str, Any]) -> Iterator[Problem]:
    key = field.get("source")
    if key and not sources.known_source(key):
        yield row.problem("source_unknown", f"来源“{key}”没有登记：核对资源和字段的名字。", at=path)


def _choices(row: Row, path: str, field: Mapping[str, Any]) -> Iterator[Problem]:
    """Every choice names a value and a title, and only conditions of ours. ``title_of`` and ``hint_of`` may name a field
    of another form: life events merge several."""
    for n, choice in enumerate(field.get("choices", ())):
        yield from _condition(row, f"{path}.choices.{n}", choice)
        if "value" not in choice or not choice.get("title"):
            yield row.problem("choice_unnamed", "每个选项都要有 value 和 title。", at=f"{path}.choices.{n}")


def _condition(row: Row, path: str, part: Mapping[str, Any]) -> Iterator[Problem]:
    wrong = conditions.wrong(part.get("visible_when"))
    if wrong:
        yield row.problem("condition_form", wrong + "。", at=f"{path}.visible_when")


def register() -> None:
    """Make the section known; called once at start."""
    profile.register(
        profile.edition_section(
            kind=KIND, title="表单", order=profile.Order.FORMS, files="forms/*.yaml", schema=FORM_SCHEMA, validate=check
        )
    )
