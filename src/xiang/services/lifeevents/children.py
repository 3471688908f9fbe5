"""Twins: one delivery, several children. The first child's answers are ``child.…``, the second's ``child2.…``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from xiang.foundation.cases.models import Case
from xiang.foundation.forms.schema import Field, FormDefinition, Group

FIRST = "child"
MOST = 9
"""More than nine children of one delivery were never born."""


def count_of(answers: Mapping[str, Any]) -> int:
    """How many children the answers are about: one where nobody said, or where what was typed is no such number."""
    for key in (f"{FIRST}.count", f"{FIRST}.siblings"):
        said = str(answers.get(key) or "")
        if said.isdecimal() and 1 <= int(said[:4]) <= MOST:
            return int(said)
    return 1


def prefix(number: int) -> str:
    """How the answers about a child begin: ``child``, ``child2``, …"""
    return FIRST if number == 1 else f"{FIRST}{number}"


def renamed(key: str, number: int) -> str:
    """A key with ``child.`` renamed to the numbered child's."""
    return prefix(number) + key[len(FIRST) :] if key.startswith(f"{FIRST}.") else key


def key_for(key: str, number: int) -> str:
    """Under which key the numbered child's own cases know an answer of the whole; empty when it is another child's."""
    head, _, rest = key.partition(".")
    if not head.startswith(FIRST) or not (head == FIRST or head[len(FIRST) :].isdigit()):
        return key
    return f"{FIRST}.{rest}" if head == prefix(number) else ""


def _renamed(value: Any, number: int) -> Any:
    """A key, condition or list with ``child.`` renamed to the numbered child's."""
    if isinstance(value, str):
        return renamed(value, number)
    if isinstance(value, Mapping):
        return {k: _renamed(v, number) if k in ("field", "all", "any", "not") else v for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(v, number) for v in value]
    return value


def for_children(form: FormDefinition, count: int) -> FormDefinition:
    """The form with a group of its own for each further child."""
    return form if count < 2 else _several(form, count)


def _several(form: FormDefinition, count: int) -> FormDefinition:
    mine = [f for f in form.fields if f.key.startswith(f"{FIRST}.")]
    fields = [_named(f, 1) if f in mine else f for f in form.fields]
    groups: list[Group] = []
    for group in form.groups:
        groups.append(Group(group.key, _ordinal(1), group.subject) if group.key == FIRST else group)
        if group.key == FIRST:
            groups += [Group(prefix(n), _ordinal(n), prefix(n)) for n in range(2, count + 1)]
    fields += [_of_child(f, n) for n in range(2, count + 1) for f in mine]
    return FormDefinition(form.key, form.title, tuple(groups), tuple(fields), form.materials)


def _ordinal(number: int) -> str:
    return f"第 {number} 个孩子"


def _named(field: Field, number: int) -> Field:
    """A title that says which child: the person reads it apart from its group."""
    if "孩子" in field.title:
        return replace(field, title=field.title.replace("孩子", _ordinal(number), 1))
    return replace(field, title=f"{_ordinal(number)}{field.title}") if field.typed else field


def _of_child(field: Field, number: int) -> Field:
    key = prefix(number)
    subject = key if field.subject == FIRST else field.subject
    condition = _renamed(field.visible_when, number)
    named = _named(field, number)
    return replace(named, key=_renamed(field.key, number), group=key, subject=subject, visible_when=condition)


def spread(parent: Case) -> list[tuple[Case, Callable[[str], str]]]:
    """The sub-cases of an event, and under which key each knows an answer of the whole."""
    return [(case, partial(key_for, number=int(case.facts.get("child", 1)))) for case in parent.children.all()]


def answers_of(answers: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The answers as the numbered child's own cases see them: theirs under ``child.…``, nobody else's children."""
    mine = prefix(number)
    others = tuple(f"{FIRST}{n}." for n in range(2, 10))
    kept = {k: v for k, v in answers.items() if not k.startswith(others) and not k.startswith(f"{FIRST}.")}
    return kept | {f"{FIRST}.{k.split('.', 1)[1]}": v for k, v in answers.items() if k.startswith(f"{mine}.")}
