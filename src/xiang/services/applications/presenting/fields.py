"""A field to fill: its control, its choices, what was typed so far; and what a posted form says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from xiang.foundation.documents.pdf import missing_glyphs
from xiang.foundation.forms.conditions import holds
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.forms.schema import Choice, Field, FormDefinition
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import FieldView, Option
from xiang.foundation.pages.texts import yuan
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.queries import Tree
from xiang.services.applications.presenting.facts import source_view, words_of

_CONTROLS = {
    "text": "text", "long_text": "textarea", "name": "name", "date": "date", "datetime": "datetime-local",
    "choice": "choice", "choices": "checks", "yesno": "yesno", "integer": "number", "number": "number",
    "money": "number", "id_number": "text", "phone": "tel", "address": "text", "division": "text", "file": "text",
}  # fmt: skip
_LONG_LIST = 8


def field_view(
    field: Field,
    value: Any,
    origin: Origin | None,
    error: str,
    number: int | None = None,
    *,
    answers: Mapping[str, Any] | None = None,
    tree: Tree | None = None,
) -> FieldView:
    """A field to fill. ``answers`` are those that choices are worded by."""
    control, options = _control(field, value, answers or {}, tree)
    view = FieldView(
        name=field.key,
        label=field.title,
        control=control,
        value="" if value is None or options else _typed_text(field, value),
        hint=field.hint,
        error=error,
        required=field.required,
        number=number,
        options=options,
        maxlength=field.max_length,
        autocomplete="off",
        source=source_view(origin) if origin and _worth_saying(origin) else None,
    )
    return _with_glyphs(view) if control == "name" else view


def _worth_saying(origin: Origin) -> bool:
    """Where a value comes from, while it is changed; that a source is down. What is typed says so itself."""
    return origin.kind in ("source", "changed", "outage") or (origin.kind == "typed" and bool(origin.note))


def _with_glyphs(view: FieldView) -> FieldView:
    return replace(view, check_url=reverse("applications:glyphs"), missing=tuple(missing_glyphs(view.value)))


def _control(field: Field, value: Any, answers: Mapping[str, Any], tree: Tree | None) -> tuple[str, tuple[Option, ...]]:
    if field.type == "yesno":
        return "yesno", (Option("true", "是", value is True), Option("false", "否", value is False))
    if field.type == "division":
        return "select", divisions(str(value or ""), tree)
    if not field.choices:
        return _CONTROLS[field.type], ()
    chosen = value if isinstance(value, list) else [value]
    shown = [c for c in field.choices if c.value in chosen or holds(c.visible_when, answers)]
    options = tuple(_option(c, c.value in chosen, answers) for c in shown)
    short = field.type == "choices" or len(options) < _LONG_LIST
    return (_CONTROLS[field.type] if short else "select"), options


def _option(choice: Choice, chosen: bool, answers: Mapping[str, Any]) -> Option:
    """A choice in the words of this matter: 随母亲 刘芸, 望月湖派出所."""
    named, hint = answers.get(choice.title_of), answers.get(choice.hint_of)
    title = f"{choice.title} {named}" if choice.title_of and named else choice.title
    return Option(str(choice.value), title, chosen, hint=str(hint) if choice.hint_of and hint else choice.hint)


def divisions(chosen: str, tree: Tree | None = None) -> tuple[Option, ...]:
    """The counties to choose from, each with its prefecture."""
    today, known = instant.today(), tree or parties.tree()
    rows = sorted((r for r in known.by_id.values() if r.level == "county" and r.in_force(today)), key=lambda r: r.code)
    named = [(row, known.by_id.get(row.parent_id) if row.parent_id else None) for row in rows]
    return tuple(
        Option(row.code, f"{above.name} {row.name}" if above else row.name, row.code == chosen[:6])
        for row, above in named
    )


def _typed_text(field: Field, value: Any) -> str:
    if field.type == "money" and isinstance(value, int):
        return yuan(value).replace(",", "")
    if field.type == "datetime":
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            return str(value)
        return f"{(at.astimezone(instant.SHANGHAI) if at.tzinfo else at):%Y-%m-%dT%H:%M}"
    return str(value)


def claim_view(field: Field, value: Any, error: str, tree: Tree | None = None) -> FieldView:
    """The control in which somebody says what a disputed record should say: of the field's own kind."""
    view = field_view(replace(field, hint=""), value, None, error, tree=tree)
    control = "text" if view.control == "name" else view.control
    label = f"“{field.title}”应该是"
    return replace(view, name="claim", label=label, control=control, required=True, check_url="", missing=None)


def given_answers(form: FormDefinition, post: Mapping[str, Any], extra: Iterable[str] = ()) -> dict[str, Any]:
    """What a posted form says about fields of this form (and scenario questions named in ``extra``)."""
    getlist = getattr(post, "getlist", None)
    found: dict[str, Any] = {}
    for key in {*form.by_key, *extra}:
        if key in post:
            field = form.by_key.get(key)
            many = field is not None and field.type == "choices" and getlist is not None
            found[key] = getlist(key) if many and getlist else post[key]
    return found


__all__ = ["claim_view", "divisions", "field_view", "given_answers", "words_of"]
