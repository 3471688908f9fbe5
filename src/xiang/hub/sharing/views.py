"""Pages of the hub for data stewards, and disputes for the officers who keep the records."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground.errors import Refused
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.hub.inventory import queries as inventory
from xiang.hub.sharing import flowing, operations, presenting, queries


@login_required
@require_GET
def systems(request: HttpRequest) -> HttpResponse:
    """Systems, whether they can be reached, what they offer and how much they were asked."""
    actor = actor_of(request)
    standings = queries.standings(actor)
    context = {
        "flow": flowing.drawn(queries.flows(actor)),
        "standings": standings,
        "down": [one for one in standings if not one.reachable],
        "orphans": inventory.orphans(),
        "may_unplug": settings.DEMO,
        "current": "hub",
    }
    return page(request, "sharing/systems.html", context, fragment="sharing/_flow.html")


@login_required
@require_POST
def switch(request: HttpRequest, key: str) -> HttpResponse:
    """Unplug a system or plug it in again, in a demonstration."""
    operations.set_system_state(key, request.POST.get("state", ""), actor_of(request))
    return redirect("sharing:systems")


@login_required
@require_GET
def resource(request: HttpRequest, key: str) -> HttpResponse:
    """One resource: its items, its catalogue entry, who may read it."""
    actor = actor_of(request)
    found = queries.resource_for(actor, key)
    context = {
        "resource": found,
        "grants": presenting.grant_rows(found),
        "reportable": queries.reportable(actor, found),
        "current": "hub",
    }
    return page(request, "sharing/resource.html", context)


@login_required
@require_POST
def report(request: HttpRequest, key: str) -> HttpResponse:
    """A body that uses the data says that a record is wrong (校核)."""
    said = {name: request.POST.get(name, "").strip() for name in ("number", "field", "claim", "reason")}
    found = queries.resource_for(actor_of(request), key)
    subject = Subject("person", None, {found.lookup.scheme: said["number"]})
    operations.dispute(
        key, subject, said["field"], said["claim"], actor=actor_of(request), reason=said["reason"], as_user=True
    )
    messages.success(request, "校核已经提出，保管机关核查后会告诉您。核查期间照常办事。")
    return redirect("sharing:resource", key)


@login_required
@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    """Open disputes that the officer's line of work is to check."""
    rows = presenting.dispute_rows(queries.disputes_to_check(actor_of(request))[:100])
    return page(request, "sharing/disputes.html", {"rows": rows, "current": "disputes"})


@login_required
@require_POST
def answer(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Take a dispute up, or say what the check found."""
    actor, step = actor_of(request), request.POST.get("step", "")
    if step == "take":
        operations.take_up_dispute(dispute_id, actor)
    elif step == "mended":
        try:
            operations.confirm_mended(dispute_id, actor)
            messages.success(request, "已查到改好的内容，提出的人和用过这条记录的机关都会收到通知。")
        except Refused as still:
            messages.warning(request, still.detail)
    else:
        words = request.POST.get("answer", "")
        operations.answer_dispute(dispute_id, corrected=step == "correct", answer=words, actor=actor)
        messages.success(request, "核查结果已经记下，本人会收到通知。")
    return redirect("sharing:disputes")
