"""``/desk/batch/``: the same step for several cases. The choice is confirmed on a page of its own, then each case
answers for itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from xiang.foundation.cases import queries
from xiang.foundation.cases.operations.performing import checked
from xiang.foundation.cases.presenting import batches, steps
from xiang.foundation.cases.presenting.batches import Chosen, Result
from xiang.foundation.cases.presenting.clocks import procedure_of
from xiang.foundation.cases.presenting.inbox import query_of, wanted_of
from xiang.foundation.cases.views.desk import nav_of, officer
from xiang.foundation.ground.errors import DomainError, FieldError, Invalid, Refused
from xiang.foundation.pages.components import FieldView, Option
from xiang.foundation.pages.http import page
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Staff


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Claim, hand over or take a step, for every ticked case."""
    actor = officer(request)
    name = request.POST.get("transition", "")
    chosen = batches.chosen_of(actor, request.POST.getlist("cases"))
    try:
        if not chosen:
            raise Refused("none_chosen", "还没有选中办件。请在列表里勾选，再点要做的事。")
        if name == "claim":
            return _results(request, "签收", batches.claim(chosen, actor))
        if name == "hand_over":
            return _hand_over(request, actor, chosen)
        return _walk(request, actor, chosen, name)
    except DomainError as refused:
        context = _about(request, actor) | {"problem": refused.detail}
        return page(request, "cases/desk/batch_refused.html", context, status=refused.status)


def _walk(request: HttpRequest, actor: Actor, chosen: Sequence[Chosen], name: str) -> HttpResponse:
    edge = batches.common_edge(chosen, name)
    first = chosen[0].case
    data = steps.data_of(edge, request.POST)
    errors: Sequence[FieldError] = ()
    if request.POST.get("stage") == "do":
        try:
            checked(first, procedure_of(first), edge, data)
            return _results(request, edge.title, batches.walk(chosen, edge, actor, data))
        except Invalid as wrong:
            errors = wrong.errors
    fields = steps.fields_of(first, edge, data, errors)
    extra = {"edge": edge, "phrases": queries.phrases(first.procedure, edge.name), "says": steps.OPINION}
    return _confirm(request, actor, chosen, edge.title, edge.name, fields, extra, wrong=bool(errors))


def _hand_over(request: HttpRequest, actor: Actor, chosen: Sequence[Chosen]) -> HttpResponse:
    if len({one.case.unit_id for one in chosen}) > 1:
        raise Refused("not_alike", "选中的办件不在同一个科室，请分开转交。")
    staff = _colleagues(actor, chosen)
    to, reason = request.POST.get("to", ""), request.POST.get("reason", "").strip()
    wrong: dict[str, str] = {}
    if request.POST.get("stage") == "do":
        colleague = next((s for s in staff if str(s.id) == to), None)
        wrong = {} if reason else {"reason": "请写一句理由，会记在办件经过里。"}
        if colleague is None:
            wrong["to"] = "请选转交给谁。"
        elif not wrong:
            return _results(request, "转交", batches.hand_over(chosen, actor, colleague, reason))
    options = tuple(Option(str(s.id), s.party.name, str(s.id) == to) for s in staff)
    fields = [
        FieldView("to", "转交给", "select", to, error=wrong.get("to", ""), options=options),
        FieldView(
            "reason", "理由", "text", reason, "例如：休假期间由同事代办。", wrong.get("reason", ""), maxlength=200
        ),
    ]
    return _confirm(request, actor, chosen, "转交", "hand_over", fields, {}, wrong=bool(wrong))


def _colleagues(actor: Actor, chosen: Sequence[Chosen]) -> list[Staff]:
    unit = chosen[0].case.unit
    return [s for s in parties.staff_of(unit) if s.id != actor.staff_id] if unit else []


def _confirm(
    request: HttpRequest, actor: Actor, chosen: Sequence[Chosen], title: str, name: str,
    fields: Sequence[FieldView], extra: dict[str, Any], *, wrong: bool,
) -> HttpResponse:  # fmt: skip
    context = _about(request, actor) | {"title": title, "name": name, "chosen": chosen, "fields": fields} | extra
    return page(request, "cases/desk/batch.html", context, status=422 if wrong else 200)


def _results(request: HttpRequest, title: str, results: Sequence[Result]) -> HttpResponse:
    done = sum(one.done for one in results)
    context = _about(request, officer(request)) | {
        "title": title,
        "results": results,
        "done": done,
        "refused": len(results) - done,
    }
    return page(request, "cases/desk/batch_results.html", context)


def _about(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    wanted = wanted_of(request.GET, actor)
    query = query_of(wanted)
    return {"nav": nav_of(wanted), "back": f"{reverse('cases:inbox')}?{query}", "query": query}
