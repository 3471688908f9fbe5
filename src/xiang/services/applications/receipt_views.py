"""The receipt page: what this matter asked, who answered, what it saved."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.components import StatusView
from xiang.foundation.pages.http import page
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.services.applications import receipt as receipts

GOOD = ("granted", "done")


@login_required
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """``/cases/<number>/receipt/``: for whoever applied or takes part; ``?format=json`` the same for programs."""
    case = _mine(actor_of(request), number)
    if case.parent is not None:
        return redirect("applications:receipt", case.parent.number)
    found = receipts.receipt_of(case)
    if request.GET.get("format") == "json":
        return JsonResponse(found.to_json(), json_dumps_params={"ensure_ascii": False})
    parts = receipts.parts_of(case)
    good = sum(part.outcome in GOOD for part in parts)
    context = {
        "nav": "cases",
        "case": case,
        "receipt": found.view(),
        "status": _status(case),
        "title": _title(case, len(parts), good),
        "all_well": not case.open and good == len(parts),
        "back_url": _progress(case),
    }
    return page(request, "applications/receipt.html", context)


def _mine(actor: Actor, number: str) -> Case:
    """The case, for its people only; where a death stands in it nobody is shown what was saved."""
    parts = Prefetch("children", Case.objects.select_related("unit__body").defer("answers"))
    rows = cases.mine(actor).filter(number=number).select_related("parent", "unit").prefetch_related(parts)
    found = rows.first()
    if found is None or found.facts.get("solemn"):
        raise Absent
    return found


def _status(case: Case) -> StatusView:
    if case.open:
        return StatusView("run", "还在办，数到今天")
    return StatusView("done", f"全部办结·{legal_day(case.concluded_at, 'short')}")


def _title(case: Case, parts: int, good: int) -> str:
    if case.open:
        return f"{case.title}，到现在省了什么"
    if parts == 1:
        return f"{case.item_title}办完了"
    return f"{parts} 项都办完了" if good == parts else f"{parts} 项都有了结果，{good} 项办成"


def _progress(case: Case) -> str:
    try:
        return reverse("cases:progress", args=[case.number])
    except NoReverseMatch:
        return "/"
