"""What the pages of an application for one item show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import DomainError, FieldError
from xiang.foundation.pages.components import FieldView
from xiang.foundation.parties.actors import Actor
from xiang.services.applications import materials, operations, presenting
from xiang.services.applications.formpage import FormPage
from xiang.services.applications.presenting.review import Handling, review_view
from xiang.services.items import queries as items
from xiang.services.items.guide import length
from xiang.services.items.models import Item

STEPS = 2


def form_context(
    request: HttpRequest, draft: Draft, errors: Sequence[FieldError], edit: Sequence[str]
) -> dict[str, Any]:
    """The form."""
    item, form = items.item(draft.key), operations.form_for(draft)
    papers = materials.standings(form, draft)
    own = operations.own_roles(draft)
    view = presenting.form_view(form, draft, draft.answers, papers, errors, edit=edit, own=own)
    return {
        "nav": "items",
        "draft": draft,
        "item": item,
        "view": view,
        "place": _place(draft, errors),
        "editing": edit,
        "errors": errors,
        "wrong": wrong_places(view, errors),
        "saved": presenting.saved_words(draft),
        "step": 1,
        "steps": STEPS,
    }


def _place(draft: Draft, errors: Sequence[FieldError]) -> FieldView | None:
    """Where it is to be handled, when neither the person nor the form says so."""
    if operations.division_of(draft) and not draft.division:
        return None
    error = next((e.detail for e in errors if e.pointer == "/division"), "")
    options = presenting.divisions(draft.division)
    hint = "由这里的机关办理，办好以后可以换地方领。"
    return FieldView("division", "在哪里办", "select", hint=hint, error=error, options=options)


def wrong_places(view: presenting.FormView, errors: Sequence[FieldError]) -> list[tuple[str, str]]:
    """What is to be mended, each with the place on the page where: the first control of its field."""
    anchors = {f"/{field.name}": field.anchor for field in view.fields}
    anchors |= {f"/materials/{u.name}": u.anchor for u in (*view.papers.uploads, *view.papers.optional)}
    anchors |= {f"/materials/{s.name.removeprefix(presenting.STATEMENT)}": s.anchor for s in view.papers.statements}
    return [(anchors.get(e.pointer, e.pointer.strip("/")), e.detail) for e in errors]


def review_context(request: HttpRequest, draft: Draft, errors: Sequence[FieldError]) -> dict[str, Any]:
    """The form to be read through."""
    item, form = items.item(draft.key), operations.form_for(draft)
    papers = materials.standings(form, draft)
    return {
        "nav": "items",
        "draft": draft,
        "item": item,
        "title": item.short,
        "view": review_view(form, draft, draft.answers, papers),
        "handled": [_handling(draft, item)],
        "errors": errors or operations.problems(draft),
        "form_url": reverse("applications:draft", args=[draft.id]),
        "step": STEPS,
        "steps": STEPS,
    }


def _handling(draft: Draft, item: Item) -> Handling:
    try:
        unit = operations.unit_of(draft)
    except DomainError as wrong:
        return Handling(item.short, item.icon, "", note=wrong.detail)
    promise = str(length(items.rule_of(item, "promised")))
    return Handling(item.short, item.icon, unit.name, promise, unit.body.name)


def _answer(draft: Draft, given: Any, actor: Actor) -> Draft:
    given = dict(given)
    division = given.pop("division", None)
    draft = drafts.save_answers(draft, operations.form_for(draft), given)
    return operations.choose_division(draft, division) if division else draft


PAGE = FormPage(
    kind=operations.ITEM,
    url="applications:draft",
    review_url="applications:review",
    template="applications/form.html",
    review_template="applications/review.html",
    answer=_answer,
    fill=operations.fill,
    complete=operations.complete,
    problems=operations.problems,
    submit=operations.submit,
    context=form_context,
    review=review_context,
    parts={"head": "applications/_head.html", "preset": "applications/_preset.html",
           "papers": "applications/_papers.html", "given": "applications/_given.html"},
    questions=lambda draft: ("division",),
)  # fmt: skip
