"""Pages of requests: the to-do list, requests, scenarios, grants, channels, and the panel beside a case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.presenting.clocks import gather, view_of
from xiang.foundation.ground import instant, paging
from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.pages.components import PagingView, TableView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.hub.sharing import operations, queries, workbooks
from xiang.hub.sharing import request_presenting as presenting
from xiang.hub.sharing.models import Agreement, Channel, Disagreement, Grant, ShareRequest
from xiang.hub.sharing.presenting import requester_name

PAGE = 30
_MEDIA = {"jsonld": "application/ld+json", "turtle": "text/turtle"}


@login_required
@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the steward's body, on one list."""
    found = queries.duties(actor_of(request))
    counted = [(words, kind, found.of(key)) for key, (words, kind) in presenting.DUTIES.items() if found.of(key)]
    context = {"rows": presenting.duty_rows(found.rows), "counted": counted, "current": "duties"}
    return page(request, "sharing/duties.html", context)


@login_required
@require_GET
def duties_workbook(request: HttpRequest) -> HttpResponse:
    """The same list as Excel."""
    data = workbooks.written(queries.duties(actor_of(request)).rows)
    answer = HttpResponse(data, content_type=workbooks.MEDIA_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="to-do.xlsx"'
    return answer


@login_required
@require_POST
def duties_read_back(request: HttpRequest) -> HttpResponse:
    """Confirmations filled in in Excel."""
    given = request.FILES.get("file")
    queries.need_steward(actor_of(request))
    if not isinstance(given, UploadedFile) or given.file is None:
        raise Invalid([FieldError("/file", "file_missing", "请选择填好的 Excel 文件。")])
    done = workbooks.read_back(given.file, actor_of(request))
    messages.success(request, f"确认了 {done} 条改正。")
    return redirect("sharing:duties")


@login_required
@require_POST
def confirm_correction(request: HttpRequest, notice_id: Any) -> HttpResponse:
    """The own copy was put right, or none is kept."""
    operations.confirm_correction(notice_id, request.POST.get("state", ""), actor_of(request))
    messages.success(request, "已记下，对方能看到。")
    return redirect("sharing:duties")


@login_required
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Requests of the own body and to it, with the drafts that are not handed in."""
    actor = actor_of(request)
    queries.need_steward(actor)
    found = paging.page(queries.requests_for(actor), ("-id",), request.GET.get("cursor"), PAGE)
    address = reverse("sharing:requests")
    context = {
        "rows": presenting.rows_of(found.rows),
        "drafts": queries.drafts(actor)[:PAGE],
        "paging": PagingView(
            f"{address}?cursor={found.next}" if found.next else "", address if "cursor" in request.GET else ""
        ),
        "current": "requests",
    }
    return page(request, "sharing/requests.html", context)


@login_required
@require_GET
def request_page(request: HttpRequest, number: str) -> HttpResponse:
    """One request: where it stands and until when, what would be agreed, what the actor can do."""
    actor = actor_of(request)
    found = queries.request_for(actor, number)
    case = cases.by_id(found.pk)
    dispute = Disagreement.objects.filter(request=found).first()
    context = _facts(found) | {
        "clock": view_of(case, gather([case]), whole=True),
        "on_desk": case.open and case.unit_id in actor.unit_ids,
        "steps": presenting.steps_of(found, actor, dispute),
        "mending": found.state == ShareRequest.State.RETURNED and actor.body_key == found.requester,
        "agreement": Agreement.objects.filter(grant__request=found).order_by("-version").first(),
        "disagreement": dispute,
        "events": cases.events(case),
        "current": "requests",
    }
    return page(request, "sharing/request.html", context)


def _facts(found: ShareRequest) -> dict[str, Any]:
    return {
        "one": found,
        "row": presenting.rows_of([found])[0],
        "terms": presenting.terms_of(found),
        "asked_items": presenting.items_of(found),
    }


def panel(request: HttpRequest, case: Case) -> str:
    """Beside the officer's steps: what is asked, and what the entry allows."""
    if case.item_key != "hub.sharing":
        return ""
    try:
        found = queries.request_for(actor_of(request), case.number)
    except Absent:
        return ""
    return render_to_string("sharing/parts/review.html", _facts(found), request)


@login_required
@require_POST
def act(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """What the requester does with a request, and taking it back by the provider."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    found = queries.request_for(actor, number)
    if step == "renew":
        return redirect("sharing:draft", operations.renew(found, actor).pk, 4)
    if step in ("confirm", "take-back"):
        operations.act_as_requester(found, step.replace("-", "_"), actor)
    elif step in _WITH_REASON:
        _WITH_REASON[step](found, reason, actor)
    else:
        _dispute(found, step, reason, actor)
    messages.success(request, "已记下，对方会收到通知。")
    return redirect("sharing:request", number)


_WITH_REASON = {
    "revoke": operations.revoke_request,
    "close": operations.close_request,
    "disagree": operations.disagree,
}


def _dispute(found: ShareRequest, step: str, reason: str, actor: Actor) -> None:
    dispute = Disagreement.objects.select_related("request").filter(request=found).first()
    name, _, outcome = step.partition("-")
    if dispute is None or name not in ("further", "settle"):
        raise Absent
    if name == "further":
        operations.take_further(dispute, actor)
    else:
        operations.settle(dispute, outcome, reason, actor)


@login_required
@require_GET
def agreement(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The agreement to keep: ``jsonld`` or ``turtle``."""
    if form not in _MEDIA:
        raise Absent
    text = operations.exported(queries.agreement_of(actor_of(request), number), form)
    answer = HttpResponse(text, content_type=f"{_MEDIA[form]}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{number}.{"ttl" if form == "turtle" else "jsonld"}"'
    return answer


@login_required
@require_GET
def scenarios(request: HttpRequest) -> HttpResponse:
    """The benchmark applications with what they need and have."""
    shown = queries.satisfaction(actor_of(request))
    rows = presenting.scenario_rows(shown)
    needs = [one for scenario in shown for one in scenario.needs]
    context = {
        "rows": rows,
        "satisfied": sum(one.satisfied for one in shown),
        "met": sum(one.standing == "met" for one in needs),
        "needs": len(needs),
        "standings": presenting.STANDINGS,
        "current": "scenarios",
    }
    return page(request, "sharing/scenarios.html", context)


@login_required
@require_GET
def grants(request: HttpRequest) -> HttpResponse:
    """Grants to the own body and on the own data."""
    actor = actor_of(request)
    queries.need_steward(actor)
    found: paging.Page[Grant] = paging.page(queries.grants_for(actor), ("-id",), request.GET.get("cursor"), PAGE)
    address = reverse("sharing:grants")
    context = {
        "rows": [(one, requester_name(one.requester)) for one in found.rows],
        "paging": PagingView(
            f"{address}?cursor={found.next}" if found.next else "", address if "cursor" in request.GET else ""
        ),
        "current": "grants",
    }
    return page(request, "sharing/grants.html", context)


@login_required
@require_GET
def channels(request: HttpRequest) -> HttpResponse:
    """Point-to-point channels, those still on first."""
    actor = actor_of(request)
    queries.need_steward(actor)
    rows: list[Channel] = list(queries.channels(actor)[:500])
    still = [one for one in rows if one.retired_at is None]
    context = {
        "rows": [*still, *(one for one in rows if one.retired_at)],
        "still": len(still),
        "traffic": sum(one.rows_a_day for one in still),
        "current": "channels",
    }
    return page(request, "sharing/channels.html", context)


@login_required
@require_POST
def retire_channel(request: HttpRequest, key: str) -> HttpResponse:
    """Switch a channel off."""
    operations.retire_channel(key, actor_of(request))
    messages.success(request, "通道已停用。")
    return redirect("sharing:channels")


@login_required
@require_GET
def indicators(request: HttpRequest) -> HttpResponse:
    """The bodies side by side in a quarter: 2026-4, by default the present one."""
    actor = actor_of(request)
    queries.need_steward(actor)
    year, number = _quarter(request.GET.get("quarter", ""))
    start, after = date(year, 3 * number - 2, 1), date(year + number // 4, 3 * number % 12 + 1, 1)
    rows = presenting.league_rows(queries.league(actor, start, after - timedelta(days=1)))
    columns = ("机关", "挂接率（现在）", "及时更新率（现在）", "共享满足率", "答复及时率", "校核办结率")
    table = TableView(f"{year} 年第 {number} 季度各机关的共享指标", columns, tuple(rows), frozenset(range(1, 6)))
    before = f"{year - (number == 1)}-{(number + 2) % 4 + 1}"
    context = {"table": table, "year": year, "number": number, "before": before, "current": "indicators"}
    return page(request, "sharing/indicators.html", context)


def _quarter(said: str) -> tuple[int, int]:
    year, _, number = said.partition("-")
    if year.isdecimal() and number in ("1", "2", "3", "4") and 2020 <= int(year) <= 2100:
        return int(year), int(number)
    return instant.today().year, (instant.today().month + 2) // 3
