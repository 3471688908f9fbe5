"""What a form asks: groups of fields and materials, as an edition's content says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from xiang.foundation.forms.conditions import holds

TYPES = (
    "text", "long_text", "name", "date", "datetime", "choice", "choices", "yesno", "integer", "number", "money",
    "id_number", "phone", "address", "division", "file",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose, with a line that explains it. ``title_of`` and ``hint_of`` name fields whose answers say it
    better once they are known: 随母亲 *刘芸*, *望月湖派出所* for 在母亲户籍地派出所登记."""

    value: Any
    title: str
    hint: str = ""
    visible_when: Any = None
    title_of: str = ""
    hint_of: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing asked. ``key`` names the fact (``child.name``) and is the same in every form that asks it, so that
    merged forms ask it once. ``source`` says who else knows it; ``subject`` whom it is about. ``assumed``: the default
    holds for nearly everybody, so it is shown to be checked rather than asked. ``editable``: whether a fetched
    value may be replaced for this matter without saying that the record is wrong (see :attr:`changeable`)."""

    key: str
    title: str
    type: str
    group: str
    required: bool = False
    source: str = ""
    subject: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    visible_when: Any = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None
    editable: bool | None = None
    assumed: bool = False

    @property
    def typed(self) -> bool:
        """Whether nobody but the person can answer it."""
        return not self.source

    @property
    def changeable(self) -> bool:
        """Whether a fetched value may be replaced for this matter: where to reach somebody and where to send things,
        unless the profile says otherwise. Facts on record are disputed instead."""
        if self.editable is not None:
            return self.editable
        return self.type in ("phone", "address") or self.source.startswith("credential:")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together."""

    key: str
    title: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """A paper asked for, and what may stand for it. ``statement``: a statement written and signed
    online is enough; with ``wording`` its words are given and the person agrees to them."""

    key: str
    title: str
    mandatory: bool = True
    substitutes: tuple[str, ...] = ()
    subject: str = ""
    visible_when: Any = None
    basis: str = ""
    note: str = ""
    statement: bool = False
    wording: str = ""


@dataclass(frozen=True)
class FormDefinition:
    """A form: what is asked of whom, in order."""

    key: str
    title: str
    groups: tuple[Group, ...]
    fields: tuple[Field, ...]
    materials: tuple[Material, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        return {f.key: f for f in self.fields}

    def asked(self, answers: Mapping[str, Any]) -> list[Field]:
        """The fields that apply to these answers."""
        return [f for f in self.fields if holds(f.visible_when, answers)]

    def materials_for(self, answers: Mapping[str, Any]) -> list[Material]:
        """The materials that apply to these answers."""
        return [m for m in self.materials if holds(m.visible_when, answers)]


def from_content(content: Mapping[str, Any]) -> FormDefinition:
    """A form from the content of its edition; the profile's loading has checked it."""
    groups, fields = [], []
    for row in content["groups"]:
        group = Group(row["key"], row["title"], row.get("subject", ""))
        groups.append(group)
        fields += [_field(f, group) for f in row.get("fields", ())]
    materials = tuple(
        Material(**{**_known(Material, m), "substitutes": tuple(m.get("substitutes", ()))})
        for m in content.get("materials", ())
    )
    return FormDefinition(content["key"], content.get("title", ""), tuple(groups), tuple(fields), materials)


def _known(kind: type, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in kind.__dataclass_fields__ if name in row}  # type: ignore[attr-defined]


def _field(row: Mapping[str, Any], group: Group) -> Field:
    choices = tuple(Choice(**_known(Choice, c)) for c in row.get("choices", ()))
    known = {**_known(Field, row), "group": group.key, "choices": choices}
    known.setdefault("subject", group.subject)
    return Field(**known)


def merge(key: str, title: str, forms: Sequence[FormDefinition]) -> FormDefinition:
    """One form that asks each thing once.

    A field asked by several forms is required when one of them requires it whenever it applies, and applies when it
    applies to any; its first appearance decides place and wording. Materials merge by key in the same way.
    """
    groups: dict[str, Group] = {}
    fields: dict[str, Field] = {}
    materials: dict[str, Material] = {}
    for form in forms:
        for group in form.groups:
            groups.setdefault(group.key, group)
        for asked in form.fields:
            fields[asked.key] = _either(fields[asked.key], asked) if asked.key in fields else asked
        for material in form.materials:
            earlier = materials.get(material.key)
            materials[material.key] = _either_material(earlier, material) if earlier else material
    used = {f.group for f in fields.values()}
    order = {g: n for n, g in enumerate(groups)}
    ordered = sorted(fields.values(), key=lambda f: order[f.group])
    return FormDefinition(
        key, title, tuple(g for g in groups.values() if g.key in used), tuple(ordered), tuple(materials.values())
    )


def _any_of(one: Any, other: Any) -> Any:
    if not one or not other:
        return None
    return one if one == other else {"any": [one, other]}


def _either(one: Field, other: Field) -> Field:
    return replace(
        one,
        required=one.required or other.required,
        source=one.source or other.source,
        assumed=one.assumed and other.assumed,
        visible_when=_any_of(one.visible_when, other.visible_when),
    )


def _either_material(one: Material, other: Material) -> Material:
    return replace(
        one,
        mandatory=one.mandatory or other.mandatory,
        substitutes=tuple(dict.fromkeys((*one.substitutes, *other.substitutes))),
        statement=one.statement and other.statement,
        visible_when=_any_of(one.visible_when, other.visible_when),
    )


_JSON_TYPES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": 200},
    "long_text": {"type": "string", "maxLength": 2000},
    "name": {"type": "string", "maxLength": 100},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "choice": {},
    "choices": {"type": "array", "uniqueItems": True},
    "yesno": {"type": "boolean"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "money": {"type": "integer", "minimum": 0, "description": "fen"},
    "id_number": {"type": "string", "maxLength": 18},
    "phone": {"type": "string", "maxLength": 20},
    "address": {"type": "string", "maxLength": 200},
    "division": {"type": "string", "pattern": "^[0-9]{6}([0-9]{3}|[0-9]{6})?$"},
    "file": {"type": "string", "format": "uuid"},
}


def to_json_schema(form: FormDefinition, fields: Iterable[Field] | None = None) -> dict[str, Any]:
    """The form as JSON Schema (2020-12) over flat answers; conditions are checked apart, by :mod:`validation`."""
    asked = list(form.fields if fields is None else fields)
    properties = {}
    for one in asked:
        shape: dict[str, Any] = {"title": one.title, **_JSON_TYPES[one.type]}
        if one.choices:
            values = [c.value for c in one.choices]
            shape |= {"items": {"enum": values}} if one.type == "choices" else {"enum": values}
        if one.max_length is not None:
            shape["maxLength"] = one.max_length
        if one.minimum is not None:
            shape["minimum"] = one.minimum
        if one.maximum is not None:
            shape["maximum"] = one.maximum
        if one.source:
            shape["x-source"] = one.source
        properties[one.key] = shape
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.title,
        "type": "object",
        "properties": properties,
        "required": [f.key for f in asked if f.required and not f.visible_when],
        "additionalProperties": False,
    }
