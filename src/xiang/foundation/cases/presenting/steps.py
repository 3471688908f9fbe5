"""Steps that can be taken: the action bar, and the form that a step asks, made from its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac

from xiang.foundation.cases import queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.presenting.clocks import procedure_of
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.cases.rights import Past, Refusal
from xiang.foundation.ground.errors import FieldError
from xiang.foundation.pages.components import ActionView, FieldView, Option
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Role

OPINION = "opinion"
LONG = 200
_SHORT_CHOICE = 5


@dataclass(frozen=True, slots=True)
class Step:
    """An edge with what a page needs to know of it."""

    edge: Transition
    refusal: Refusal | None

    @property
    def asks_more(self) -> bool:
        """Whether the step asks anything besides an opinion."""
        return bool(asked(self.edge).keys() - {OPINION})

    @property
    def at_once(self) -> bool:
        """Whether it can be taken from the case page itself."""
        return not self.asks_more and not self.edge.preview


def officers_steps(case: Case, actor: Actor, past: Past | None = None) -> list[Step]:
    """The steps of the office from here, those that are this officer's first and the usual one before all; each one
    that is not theirs says why."""
    found = [
        Step(edge, refusal or _held_by_colleague(case, actor))
        for edge, refusal in queries.actions(case, actor, past)
        if set(edge.by) - {"applicant", "system"}
    ]
    return sorted(found, key=lambda step: (step.refusal is not None, step.edge.key != "A"))


def applicants_steps(case: Case, actor: Actor) -> list[Step]:
    """The steps of the applicant from here."""
    return [
        Step(edge, None) for edge, refusal in queries.actions(case, actor) if "applicant" in edge.by and not refusal
    ]


def _held_by_colleague(case: Case, actor: Actor) -> Refusal | None:
    if case.assignee is None or case.assignee_id == actor.staff_id:
        return None
    return Refusal("claimed_by_other", f"在{case.assignee.party.name}手上")


def action_bar(steps: Sequence[Step]) -> list[ActionView]:
    """The steps as buttons of the bar; the first that is open and no refusal is the primary one."""
    primary = next((s.edge for s in steps if s.refusal is None and not s.edge.preview and s.edge.key == "A"), None)
    return [
        ActionView(
            label=step.edge.title,
            value=step.edge.name,
            basis=_basis(step),
            key=step.edge.key if step.refusal is None else "",
            primary=step.edge is primary,
            disabled=_why_not(step),
            preview=step.edge.preview,
        )
        for step in steps
    ]


def _basis(step: Step) -> str:
    return step.edge.basis.removeprefix("中华人民共和国").removeprefix("行政")


def _why_not(step: Step) -> str:
    if step.refusal is None:
        return ""
    if step.refusal.code == "not_your_step":
        roles = [Role(role).label for role in step.edge.by if role in Role.values]
        return f"由{'或'.join(roles)}岗办"
    return {"same_person": "受审分离，请同事办", "recused": "您已回避"}.get(step.refusal.code, step.refusal.detail)


# --- the form of a step ----------------------------------------------------------------------------------------------


def asked(edge: Transition) -> Mapping[str, Any]:
    """What the step asks, by name."""
    found: Mapping[str, Any] = (edge.asks or {}).get("properties", {})
    return found


def fields_of(
    case: Case, edge: Transition, given: Mapping[str, Any], errors: Iterable[FieldError] = ()
) -> list[FieldView]:
    """The step's form with what was typed and what is wrong with it; the opinion stands last."""
    by_name: dict[str, str] = {}
    for error in errors:
        by_name.setdefault(_name_in(error, edge), error.detail)
    required = set((edge.asks or {}).get("required", ()))
    names = sorted(asked(edge), key=lambda name: name == OPINION)
    return [
        _field(case, name, asked(edge)[name], given.get(name), by_name.get(name, ""), required=name in required)
        for name in names
    ]


def _name_in(error: FieldError, edge: Transition) -> str:
    """The field that an error is about; a missing one is named in its sentence only."""
    first = error.pointer.strip("/").partition("/")[0]
    if first in asked(edge):
        return first
    return next((name for name, shape in asked(edge).items() if shape.get("title", name) in error.detail), first)


def _field(case: Case, name: str, shape: Mapping[str, Any], value: Any, error: str, *, required: bool) -> FieldView:
    title = shape.get("title", name)
    options = tuple(Option(key, words, str(value) == key) for key, words in choices_of(case, shape).items())
    if options:
        control = "choice" if len(options) <= _SHORT_CHOICE else "select"
        return FieldView(name, title, control, str(value or ""), error=error, required=required, options=options)
    kind, longest = shape.get("type"), shape.get("maxLength")
    text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    if kind == "array":
        least = shape.get("minItems", 0)
        hint = f"一行写一项{f'，至少 {least} 项' if least > 1 else ''}。"
        return FieldView(name, title, "textarea", text, hint, error, required=required)
    if kind == "integer":
        return FieldView(name, title, "text", text, error=error, required=required, inputmode="numeric", maxlength=6)
    if shape.get("format") == "date":
        return FieldView(name, title, "date", text, error=error, required=required)
    hint = "写入文书，申请人看得到。" if name == OPINION else ""
    control = "textarea" if longest is None or longest > LONG else "text"
    return FieldView(name, title, control, text, hint, error, required=required, maxlength=longest)


def choices_of(case: Case, shape: Mapping[str, Any]) -> Mapping[str, str]:
    """The closed choices of a field. Reasons to stop the clock are those of the regime that the item allows."""
    if "x-titles" in shape:
        titles: Mapping[str, str] = shape["x-titles"]
        return titles
    if shape.get("x-choices") == "stop_reasons":
        allowed = case.facts.get("stop_reasons")
        reasons = procedure_of(case).stop_reasons
        return {key: title for key, title in reasons.items() if allowed is None or key in allowed}
    return {}


def data_of(edge: Transition, post: QueryDict) -> dict[str, Any]:
    """What was given on a step's form, in the types that it asks; what was left open is left out."""
    found: dict[str, Any] = {}
    for name, shape in asked(edge).items():
        text = post.get(name, "").strip()
        match shape.get("type"):
            case "array":
                lines = [line.strip() for line in text.splitlines() if line.strip()]
                if lines or name in (edge.asks or {}).get("required", ()):
                    found[name] = lines
            case "integer":
                if text:
                    found[name] = int(text) if text.isdecimal() and len(text) < 9 else text
            case _:
                if text:
                    found[name] = text
    return found


# --- preview ---------------------------------------------------------------------------------------------------------


def seal_of(case: Case, edge: Transition, data: Mapping[str, Any]) -> str:
    """A mark that this step of this case was shown with these words: a refusal is issued only as it was previewed."""
    text = json.dumps([str(case.id), case.version, edge.name, data], ensure_ascii=False, sort_keys=True)
    return salted_hmac("cases.preview", text).hexdigest()


def was_shown(case: Case, edge: Transition, data: Mapping[str, Any], seal: str) -> bool:
    """Whether exactly this was previewed."""
    return constant_time_compare(seal_of(case, edge, data), seal)
