"""A life event's draft as its pages show it: open questions, the one form, the other party, what the answers lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.ground.errors import FieldError
from xiang.foundation.pages.components import FactView, FieldView, Option, SourceView
from xiang.services.applications import materials, presenting
from xiang.services.applications.operations import own_roles
from xiang.services.applications.presenting import FORM_ID, Fold, FormView, Row
from xiang.services.applications.presenting.facts import Link, source_view
from xiang.services.lifeevents import queries
from xiang.services.lifeevents.definitions import ALONE, LifeEvent
from xiang.services.lifeevents.facts import with_facts
from xiang.services.lifeevents.models import Confirmation
from xiang.services.lifeevents.operations.checking import held_back_roles
from xiang.services.lifeevents.operations.confirming import agreed_to
from xiang.services.lifeevents.operations.filling import form_of

SITUATION = "situation"


@dataclass(frozen=True)
class DraftView:
    """A draft's page: questions nobody but the person can answer, the form, the other party."""

    questions: Sequence[FieldView]
    form: FormView
    notes: Sequence[tuple[str, str]]
    decline: Mapping[str, Any] | None
    other: Confirmation | None
    other_needed: bool
    solemn: bool
    items: Sequence[str]
    other_count: int = 0
    other_at: int | None = None
    other_alone: bool = False
    other_current: bool = False
    asks_first: bool = False
    names: Sequence[str] = field(default=())

    @property
    def typed(self) -> int:
        return len(self.questions) + self.form.must

    @property
    def headline(self) -> str:
        if self.decline:
            return "这件事不在这里办"
        if self.asks_first:
            return "先说说是哪一种情形"
        if self.solemn:
            return f"有 {self.typed} 项要请您填，其余由我们办" if self.typed else "请看一遍，其余由我们办"
        return f"只有 {self.typed} 项要您填" if self.typed else "没有要您填的，看一遍就行"


def draft_view(
    event: LifeEvent,
    draft: Draft,
    errors: Sequence[FieldError] = (),
    dispute_url: Link | None = None,
    *,
    edit: Iterable[str] | None = None,
) -> DraftView:
    """Everything that a draft's page shows. ``edit`` as in :func:`presenting.form_view`."""
    answers = with_facts(event.content, draft.answers)
    form = form_of(event, draft, answers)
    papers = materials.standings(form, draft, answers)
    held_back = held_back_roles(event, draft, form, answers)
    hidden = {f.key for f in form.fields if f.source and f.subject in held_back} | {event.other_party_field}
    shown = [p for p in papers if p.material.subject not in held_back]
    own = own_roles(draft)
    view = presenting.form_view(form, draft, answers, shown, errors, dispute_url, edit=edit, hidden=hidden, own=own)
    questions = _questions(event, form, draft, errors, frozenset(edit or ()))
    unanswered = [q for q in questions if q.field is not None and not _answered(draft, q.key)]
    together = [event.item(s.item).short for s in event.items_for(answers)]
    if edit is not None:
        view = replace(view, folds=[*view.folds, *_situation(questions, together)])
    other = queries.other_party(draft) if event.other_party else None
    return DraftView(
        questions=[q.field for q in (unanswered if edit is not None else questions) if q.field],
        form=view,
        notes=_notes(event, answers),
        decline=next(iter(event.effect(answers, "decline")), None),
        other=other,
        other_needed=event.awaits_other(form, answers),
        solemn=event.solemn(answers),
        items=together,
        other_count=_other_count(event, form, answers),
        other_at=_place_of(event, form, view),
        other_current=other is not None and agreed_to(event, draft, other),
        other_alone=answers.get(event.other_party_field) == ALONE,
        asks_first=bool(unanswered) and edit is not None,
        names=names_of(draft),
    )


def names_of(draft: Draft) -> list[str]:
    """The names that will freeze, of every child."""
    keys = sorted(k for k in draft.answers if k.startswith("child") and k.endswith(".name"))
    return [str(draft.answers[key]) for key in keys if draft.answers[key]]


def _notes(event: LifeEvent, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What differs in the situations that hold. Where a death stands, the situation is not named: who will call is."""
    holding = [s for s in event.holding(answers) if s.then.get("note") and s.key != "usual"]
    return [(str(s.then.get("contact", {}).get("title") or s.title), str(s.then["note"])) for s in holding]


# --- the other party -------------------------------------------------------------------------------------------------


def _other_count(event: LifeEvent, form: FormDefinition, answers: Mapping[str, Any]) -> int:
    """How many facts of the other party would be read."""
    return sum(bool(f.source) and f.subject == event.other_party for f in form.asked(answers))


def _place_of(event: LifeEvent, form: FormDefinition, view: FormView) -> int | None:
    """Before which fold the other party's card stands: where their own facts are, or would be."""
    if event.other_party_field not in form.by_key:
        return None
    order = [group.key for group in form.groups]
    before = set(order[: order.index(event.other_party)])
    return sum(fold.key in before for fold in view.folds)


# --- scenario questions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Question:
    """A scenario question: to be answered, or answered and open to change."""

    key: str
    field: FieldView | None = None
    fact: FactView | None = None


def _answered(draft: Draft, key: str) -> bool:
    return draft.answers.get(key) not in (None, "")


def _questions(
    event: LifeEvent, form: FormDefinition, draft: Draft, errors: Sequence[FieldError], edit: frozenset[str]
) -> list[_Question]:
    """The scenario questions that are no field of the form. One that the person answered can be changed; so can one
    that data or a usual answer settled, where the page has a way to."""
    found = []
    for row in event.questions:
        key = row["key"]
        if key in form.by_key and _answered(draft, key):
            continue
        said = draft.origins.get(key)
        if not _answered(draft, key) or key in edit or any(e.pointer == f"/{key}" for e in errors):
            found.append(_Question(key, field=_question(row, draft.answers.get(key), errors)))
        else:
            typed = said is not None and said.get("kind") == "typed"
            field_too = _question(row, draft.answers.get(key), errors) if typed else None
            found.append(_Question(key, field=field_too, fact=_fact(row, draft.answers[key], said)))
    return found


def _question(row: Mapping[str, Any], value: Any, errors: Sequence[FieldError]) -> FieldView:
    wrong = next((e.detail for e in errors if e.pointer == f"/{row['key']}"), "")
    options = tuple(Option(str(c["value"]), c["title"], c["value"] == value) for c in row["choices"])
    return FieldView(
        row["key"], row["title"], "choice", hint=row.get("hint", ""), error=wrong, options=options, form=FORM_ID
    )


def _fact(row: Mapping[str, Any], value: Any, said: Mapping[str, Any] | None) -> FactView:
    words = next((c["title"] for c in row["choices"] if c["value"] == value), str(value))
    source = source_view(Origin.from_json(said)) if said else SourceView("按登记信息和最常见的情形", kind="hand")
    return FactView(row["title"], words, source, key=row["key"], form=FORM_ID, change="改")


def _situation(questions: Sequence[_Question], together: Sequence[str]) -> list[Fold]:
    """What decides how the matter goes, and so what is handled together; last among what to check."""
    rows = [Row(fact=q.fact) if q.fact else Row(field=q.field) for q in questions if q.fact or _editing(q)]
    opened = any(row.field for row in rows)
    rows.append(Row(fact=FactView(f"一起办 {len(together)} 件事", "、".join(together))))
    return [Fold(SITUATION, "办理情形", rows, len(rows), opened)]


def _editing(question: _Question) -> bool:
    return question.field is not None and any(option.chosen for option in question.field.options)
