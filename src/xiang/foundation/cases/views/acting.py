"""What an officer does from the case page: steps with their forms and previews, and what moves nothing (claim, hand
over, step back, follow)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from xiang.foundation.cases import documents, operations, queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.operations.performing import checked
from xiang.foundation.cases.presenting import steps
from xiang.foundation.cases.presenting.clocks import procedure_of
from xiang.foundation.cases.presenting.inbox import case_url, short_number, wanted_of
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.cases.views.desk import nav_of, open_case, show
from xiang.foundation.documents.queries import Preview
from xiang.foundation.ground.errors import Absent, DomainError, FieldError, Invalid
from xiang.foundation.pages.components import FieldView, Option
from xiang.foundation.pages.http import page
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Staff


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that an officer posted: the edge, what was given, from which page."""

    actor: Actor
    case: Case
    edge: Transition
    data: Mapping[str, Any]
    version: int | None

    @property
    def at_once(self) -> bool:
        return steps.Step(self.edge, None).at_once


@login_required
@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Take a step.

    1. Find the edge. 2. A step that asks more shows its form. 3. A step that must be previewed (and any on request)
    shows its document with these very words. 4. Perform, against the version that was seen. Nothing typed is lost.
    """
    actor, opened = open_case(request, number)
    case, given = opened.case, request.POST
    name, stage = given.get("transition", "") or given.get("preview", ""), given.get("stage", "")
    edge = procedure_of(case).transition(name, case.state)
    if edge is None or not set(edge.by) - {"applicant", "system"}:
        detail = "这件事刚刚有人办过，页面上的内容已不是最新。现在可以办的步骤在下面，您写的都留在这里。"
        typed = _typed(case, name, given)
        return show(request, number, problem=detail, opinion=given.get("opinion", ""), typed=typed, status=409)
    version = given.get("version", "")
    asked = Asked(actor, case, edge, steps.data_of(edge, given), int(version) if version.isdecimal() else None)
    try:
        return _next(request, asked, stage, preview="preview" in given)
    except Invalid as wrong:
        return _form(request, asked, wrong.errors, status=422)
    except DomainError as refused:
        if not asked.at_once and refused.status == 409:  # it can still be taken: the form again, against what is now
            fresh = replace(asked, case=queries.case_for(actor, number), version=None)
            return _form(request, fresh, problem=refused.detail, status=409)
        return show(request, number, problem=refused.detail, opinion=given.get("opinion", ""), status=refused.status)


def _typed(case: Case, name: str, given: QueryDict) -> list[tuple[str, str]]:
    """What was written on the form of a step that can no longer be taken: to be read, and used elsewhere."""
    edge = next((t for t in procedure_of(case).transitions if t.name == name), None)
    asked = steps.asked(edge) if edge else {}
    return [
        (shape.get("title", key), str(given[key])) for key, shape in asked.items() if str(given.get(key, "")).strip()
    ]


def _next(request: HttpRequest, asked: Asked, stage: str, *, preview: bool) -> HttpResponse:
    edge = asked.edge
    if (stage == "" and not asked.at_once) or stage == "edit":
        return _form(request, asked)
    shown = steps.was_shown(asked.case, edge, asked.data, request.POST.get("seal", ""))
    if (edge.preview and not shown) or (preview and edge.document):
        return _preview(request, asked)
    operations.perform(asked.case.id, edge.name, asked.actor, asked.data, expected_version=asked.version)
    messages.success(request, done_words(asked.case, edge))
    try:
        queries.case_for(asked.actor, asked.case.number)
    except Absent:  # the step handed it to another body: it is no longer theirs to open
        return redirect("cases:inbox")
    return redirect(case_url(asked.case.number, wanted_of(request.GET, asked.actor)))


def done_words(case: Case, edge: Transition) -> str:
    """What was done, and what follows by itself."""
    paper = "文书已编号，正在签章，签好自动送达申请人。" if edge.document else ""
    return f"{short_number(case.number)} 已{edge.title}。{paper}"


def _form(
    request: HttpRequest, asked: Asked, errors: Sequence[FieldError] = (), *, problem: str = "", status: int = 200
) -> HttpResponse:
    case, edge = asked.case, asked.edge
    context = _about(request, asked) | {
        "problem": problem,
        "fields": steps.fields_of(case, edge, asked.data, errors),
        "phrases": queries.phrases(case.procedure, edge.name),
        "says": _speaks_in(edge),
    }
    return page(request, "cases/desk/step.html", context, status=status)


def _speaks_in(edge: Transition) -> str:
    """The field that a phrase is written into: the reason where one is asked, else the opinion."""
    names = steps.asked(edge)
    return next((name for name in ("reason", "corrected") if name in names), steps.OPINION)


def _preview(request: HttpRequest, asked: Asked) -> HttpResponse:
    case, edge = asked.case, asked.edge
    whole = checked(case, procedure_of(case), edge, asked.data)
    paper: Preview | None = documents.preview(case, edge, whole) if edge.document else None
    context = _about(request, asked) | {
        "paper": paper,
        "seal": steps.seal_of(case, edge, asked.data),
        "carried": _carried(asked.data),
    }
    return page(request, "cases/desk/preview.html", context)


def _carried(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was given, as the fields that carry it on."""
    return [(name, "\n".join(v) if isinstance(v, list) else str(v)) for name, v in data.items()]


def _about(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    wanted = wanted_of(request.GET, asked.actor)
    return {
        "nav": nav_of(wanted),
        "case": asked.case,
        "short": short_number(asked.case.number),
        "edge": asked.edge,
        "version": asked.version if asked.version is not None else asked.case.version,
        "back": case_url(asked.case.number, wanted),
        "query": request.GET.urlencode(),
    }


# --- what moves nothing ----------------------------------------------------------------------------------------------

SIMPLE = {"claim": "已签收", "release": "已退回待签收", "follow": "已关注", "unfollow": "不再关注"}
REASONED = {
    "hand-over": ("转交", "转交给本科室的同事，时钟照走。"),
    "return": ("退回受理岗", "退给受理的同事补齐或者更正，已经受理的不撤销，时钟照走。"),
    "recuse": ("回避", "回避以后，这件事离开您的待办，您不能再打开它，由同事办理。"),
}


@login_required
@require_http_methods(["GET", "POST"])
def touch(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """Claim, release, follow at once; hand over, return and step back with a form of their own."""
    actor, opened = open_case(request, number)
    target = case_url(number, wanted_of(request.GET, actor))
    if what in REASONED:
        return _reasoned(request, actor, opened.case, what, target)
    if request.method != "POST":
        return redirect(target)
    try:
        getattr(operations, what)(opened.case.id, actor)
    except DomainError as refused:
        return show(request, number, problem=refused.detail, status=refused.status)
    messages.success(request, f"{short_number(number)} {SIMPLE[what]}。")
    return redirect(target)


def _reasoned(request: HttpRequest, actor: Actor, case: Case, what: str, target: str) -> HttpResponse:
    reason, to = request.POST.get("reason", "").strip(), request.POST.get("to", "")
    errors: dict[str, str] = {}
    problem = ""
    if request.method == "POST":
        errors = _missing(what, reason, to)
        if not errors:
            try:
                return _moved(request, actor, case, what, reason, to, target)
            except DomainError as refused:
                problem = refused.detail
    fields = _reason_fields(actor, case, what, reason, to, errors)
    title, explained = REASONED[what]
    wanted = wanted_of(request.GET, actor)
    context = {
        "nav": nav_of(wanted), "case": case, "short": short_number(case.number), "title": title, "explained": explained,
        "fields": fields, "problem": problem, "back": target, "query": request.GET.urlencode(),
    }  # fmt: skip
    return page(request, "cases/desk/touch.html", context, status=422 if errors or problem else 200)


def _missing(what: str, reason: str, to: str) -> dict[str, str]:
    wrong = {} if reason else {"reason": "请写一句理由，会记在办件经过里。"}
    if what == "hand-over" and not to:
        wrong["to"] = "请选转交给谁。"
    return wrong


def _moved(
    request: HttpRequest, actor: Actor, case: Case, what: str, reason: str, to: str, target: str
) -> HttpResponse:
    said = f"{short_number(case.number)} "
    match what:
        case "hand-over":
            colleague = next((s for s in colleagues(actor, case) if str(s.id) == to), None)
            if colleague is None:
                raise Invalid([FieldError("/to", "not_a_colleague", "只能转交给本科室的同事。")])
            operations.hand_over(case.id, actor, colleague, reason)
            messages.success(request, f"{said}已转交{colleague.party.name}。")
        case "return":
            moved = operations.return_to_receiver(case.id, actor, reason)
            receiver = moved.assignee.party.name if moved.assignee else "受理岗"
            messages.success(request, f"{said}已退回{receiver}。")
        case _:
            operations.recuse(case.id, actor, reason)
            messages.success(request, f"{said}您已回避，由同事办理。")
            return redirect("cases:inbox")
    return redirect(target)


def colleagues(actor: Actor, case: Case) -> list[Staff]:
    """Who else serves in the office that handles a case."""
    return [s for s in parties.staff_of(case.unit) if s.id != actor.staff_id] if case.unit else []


def _reason_fields(
    actor: Actor, case: Case, what: str, reason: str, to: str, errors: Mapping[str, str]
) -> list[FieldView]:
    fields = []
    if what == "hand-over":
        options = tuple(Option(str(s.id), s.party.name, str(s.id) == to) for s in colleagues(actor, case))
        hint = "" if options else "本科室现在没有别的同事，请负责人调配。"
        fields.append(FieldView("to", "转交给", "select", to, hint, errors.get("to", ""), options=options))
    fields.append(FieldView("reason", "理由", "textarea", reason, "", errors.get("reason", ""), maxlength=200))
    return fields
