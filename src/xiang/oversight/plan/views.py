"""Upload and list, the review beside the original text, one task to correct, the plan in force."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiang.foundation.ground.errors import Absent, DomainError, Invalid, Refused
from xiang.foundation.pages.components import UploadView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.oversight.plan import operations, presenting, queries, reading


def _officer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.is_staff:
        raise Absent
    return actor


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The plans in force, what is under review, and the file to read next."""
    actor, refusal = _officer(request), None
    if request.method == "POST":
        try:
            given = request.FILES.get("plan")
            if given is None:
                raise Refused("plan_missing", "请先选一个文件。")
            reading.need_size(given.size or 0)
            made = operations.upload(given.read(), given.name or "", actor)
            return redirect("plan:review", made.id)
        except DomainError as wrong:
            refusal = wrong
    upload = UploadView(
        "plan",
        "计划文件",
        reading.ACCEPTED,
        "Word（.docx）、PDF、网页或者文本，20 MB 以内",
        error=refusal.detail if refusal else "",
    )
    context = {
        "nav": "plan",
        "plans": queries.plans(actor)[:50],
        "readings": [presenting.reading_row(row) for row in queries.readings(actor).defer("text", "content")[:50]],
        "upload": upload,
        "refusal": refusal,
        "may_upload": bool(actor.division_paths),
    }
    return page(request, "plan/home.html", context, status=refusal.status if refusal else 200)


@login_required
@require_safe
def review(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """What was read beside the text it was read from; what is unclear comes first."""
    return _review(request, _officer(request), reading_id)


def _review(
    request: HttpRequest, actor: Actor, reading_id: UUID, refusal: DomainError | None = None, wrong: str = ""
) -> HttpResponse:
    found = queries.reading_for(actor, reading_id)
    context = presenting.review(found) | {"nav": "plan", "refusal": refusal, "wrong": wrong, "typed": request.POST}
    return page(request, "plan/review.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def decide(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Settle one damage or warning."""
    actor = _officer(request)
    finding = queries.finding_for(actor, finding_id)
    try:
        operations.decide(finding.id, actor, request.POST.get("choice", ""), request.POST.get("wording", ""))
    except DomainError as refusal:
        if isinstance(refusal, Absent):
            raise
        return _review(request, actor, finding.reading_id, refusal, str(finding.id))
    following = finding.reading.findings.filter(state="open", position__gt=finding.position).first()
    anchor = f"#f-{following.id}" if following else "#decide"
    return redirect(reverse("plan:review", args=[finding.reading_id]) + anchor)


@login_required
@require_http_methods(["GET", "POST"])
def head(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """Title, number, issuer and date."""
    return _form(request, reading_id, None)


@login_required
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, reading_id: UUID, position: int) -> HttpResponse:
    """One task to correct, beside its lines in the file."""
    return _form(request, reading_id, position)


def _form(request: HttpRequest, reading_id: UUID, position: int | None) -> HttpResponse:
    actor = _officer(request)
    found = queries.reading_for(actor, reading_id)
    before: dict[str, Any] = found.content if position is None else queries.task_at(found, position)
    said, refusal = presenting.said_of(before, position), None
    revision = found.revision
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in said}
        revision = int(request.POST.get("revision", "0") or 0) if request.POST.get("revision", "0").isdecimal() else 0
        try:
            if position is None:
                operations.correct_head(found.id, revision, said, actor)
            else:
                operations.correct_task(found.id, revision, position, said, actor)
            messages.success(request, "改好了，改动记在这份稿里。")
            return redirect(reverse("plan:review", args=[found.id]) + ("" if position is None else f"#t-{position}"))
        except DomainError as wrong:
            refusal = wrong
    errors = list(refusal.errors) if isinstance(refusal, Invalid) else []
    context = {
        "nav": "plan",
        "found": found,
        "task": before if position is not None else None,
        "fields": presenting.fields(said, errors, position),
        "original": queries.original(found, before) if position is not None else "",
        "said": said,
        "revision": revision,
        "refusal": refusal,
    }
    return page(request, "plan/form.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def adopt(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """The reading becomes the plan in force."""
    actor = _officer(request)
    try:
        made = operations.adopt(reading_id, actor)
    except Refused as refusal:
        return _review(request, actor, reading_id, refusal)
    messages.success(request, "已采用，成为正式的工作要点。")
    return redirect("plan:plan", made.id)


@login_required
@require_POST
def discard(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """Give a reading up."""
    operations.discard(reading_id, _officer(request))
    messages.success(request, "这份稿已作废，原文还留着。")
    return redirect("plan:home")


@login_required
@require_safe
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """A plan in force, chapter by chapter."""
    found = queries.plan_for(_officer(request), plan_id)
    return page(request, "plan/plan.html", {"nav": "plan", "plan": found, "chapters": presenting.chapters(found)})
