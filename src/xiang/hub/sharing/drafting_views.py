"""Writing an application, step by step; each step saves before it goes on, and the last one hands in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from xiang.foundation.ground.errors import Absent, Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.hub.inventory import queries as inventory
from xiang.hub.sharing import asking, operations, queries, wizard
from xiang.hub.sharing.models import Scenario, ShareDraft, ShareRequest
from xiang.hub.sharing.names import body_name


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft, for a scenario when the list was where one came from."""
    content = {"scenario": request.POST.get("scenario", "")}
    return redirect("sharing:draft", operations.save_draft(content, actor_of(request)).pk, 1)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: UUID, step: int) -> HttpResponse:
    """One step of a draft."""
    actor = actor_of(request)
    found = queries.draft_for(actor, draft_id)
    if found.handed_in_at is not None:
        return redirect("sharing:requests")
    if not 1 <= step <= wizard.LAST:
        raise Absent
    if request.method == "POST":
        return _forward(request, actor, found, step)
    return _shown(request, actor, found, step)


def _forward(request: HttpRequest, actor: Actor, found: ShareDraft, step: int) -> HttpResponse:
    if step < wizard.LAST:
        operations.save_draft(wizard.read(step, request.POST, found.content), actor, found.pk)
        again = step == 2 and "search" in request.POST
        if again:
            return redirect(f"{request.path}?{_query(request.POST.get('text', ''))}")
        return redirect("sharing:draft", found.pk, step + 1)
    try:
        made = operations.hand_in(found.pk, actor)
    except Invalid:
        return redirect("sharing:draft", found.pk, wizard.LAST)  # which says what is missing, and where
    messages.success(request, f"已提交 {len(made)} 份申请。每份的期限见申请页。")
    return redirect("sharing:request", made[0].number) if len(made) == 1 else redirect("sharing:requests")


def _query(text: str) -> str:
    return urlencode({"text": text})


def _shown(request: HttpRequest, actor: Actor, found: ShareDraft, step: int) -> HttpResponse:
    content = found.content
    context: dict[str, Any] = {
        "draft": found, "step": step, "last": wizard.LAST, "title": wizard.STEPS[step - 1], "current": "requests",
    }  # fmt: skip
    keys = [one["entry"] for one in content.get("entries") or []]
    if step == 1:
        context["fields"] = wizard.choices(content)
    elif step == 2:
        context |= _offers(request, actor, content, keys)
    elif step == 3:
        entries = {one.key: one for one in inventory.visible_to(actor).filter(key__in=keys)}
        context["parts"] = wizard.part_fields(content, entries)
    elif step == 4:
        context["fields"] = wizard.basis_fields(content, {})
    else:
        context |= _look(actor, content)
    return page(request, "sharing/draft.html", context)


def _offers(request: HttpRequest, actor: Actor, content: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    scenario = Scenario.objects.filter(key=content.get("scenario", ""), retired=False).first()
    text = request.GET.get("text", "").strip()
    offered = queries.offered(actor, scenario, text)
    missing = inventory.visible_to(actor).filter(key__in=[key for key in keys if key not in {o.key for o in offered}])
    rows = [*missing, *offered]
    field = wizard.entry_field(rows, keys)
    return {"offered": field, "shown": [one.key for one in rows], "text": text, "scenario": scenario}


def _look(actor: Actor, content: dict[str, Any]) -> dict[str, Any]:
    """The application as it will be handed in, or what is still missing, with the step where it is mended."""
    try:
        asked = asking.checked(content, parties.body(actor.body_key), actor)
    except Invalid as wrong:
        return {"wrong": [(one.detail, wizard.step_of(one)) for one in wrong.errors]}
    parts = [(part.entry, body_name(part.entry.body_key), _titles(part)) for part in asked.parts]
    return {"parts": parts, "asked": asked.values, "wrong": []}


def _titles(part: asking.Part) -> str:
    known = asking.known_items(part.entry, part.resource)
    return "、".join(known[name] for name in part.items)


@login_required
@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, number: str) -> HttpResponse:
    """A returned request, changed on one page and handed in again."""
    actor = actor_of(request)
    found = queries.request_for(actor, number)
    if found.state != ShareRequest.State.RETURNED or found.requester != actor.body_key:
        raise Absent
    content, errors, wrong = operations.content_of(found), {}, []
    if request.method == "POST":
        content = wizard.read(4, request.POST, wizard.read(3, request.POST, content))
        try:
            operations.resubmit(found, content, actor)
        except Invalid as refused:
            errors = {one.pointer.lstrip("/"): one.detail for one in refused.errors}
            wrong = [one.detail for one in refused.errors]
        else:
            messages.success(request, "已改好并重新提交。")
            return redirect("sharing:request", number)
    context = {
        "one": found,
        "parts": wizard.part_fields(content, {found.entry.key: found.entry}),
        "fields": wizard.basis_fields(content, errors),
        "wrong": wrong,
        "current": "requests",
    }
    return page(request, "sharing/mend.html", context, status=422 if wrong else 200)
