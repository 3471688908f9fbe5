"""``/cases/``: my matters, their progress, and what I can do about them. A stranger's address reads as absent."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xiang.foundation.cases import operations, queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.presenting import mine as presenting_mine
from xiang.foundation.cases.presenting import progress as presenting
from xiang.foundation.cases.presenting import steps
from xiang.foundation.cases.presenting.clocks import procedure_of
from xiang.foundation.cases.presenting.events import documents_of
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.cases.rights import is_applicant
from xiang.foundation.documents import operations as documents
from xiang.foundation.ground.errors import Absent, DomainError, FieldError, Invalid
from xiang.foundation.pages.components import FieldView, UploadView
from xiang.foundation.pages.http import is_htmx, page
from xiang.foundation.parties.actors import Actor, actor_of

MORE = "more"
EXPLAINED = {
    "withdraw": "撤回以后办理终止，不能恢复；以后需要时可以重新申请。同一件事里等着它的其他事项也会结束。",
    "urge": "催办会记入办件记录，办理人员和效能监督都看得到。不影响办理结果。",
    "supplement": "交齐以后，从收到那天起重新计算受理期限。",
    "request_hearing": "听证不收费用。听证的时间不计入办理期限。",
}
DONE = {
    "withdraw": "已撤回。",
    "urge": "已催办，办理人员看得到。",
    "supplement": "补正已交，办理机关会接着办。",
    "request_hearing": "听证申请已交。",
}


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My matters."""
    actor = actor_of(request)
    text = request.GET.get("q", "").strip()[:60]
    view = presenting_mine.mine_view(actor, text, request.GET.get("after") or None)
    return page(request, "cases/resident/mine.html", {"nav": "cases", "view": view})


@login_required
@require_GET
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """How a matter stands. The page asks again every half minute; when nothing has changed, the answer is empty."""
    actor = actor_of(request)
    if actor.is_staff:
        return redirect("cases:case", number=number)
    case, children = queries.family_for(actor, number)
    papers = documents_of([case, *children])
    token = presenting.seen_token(case, children, papers)
    if is_htmx(request) and request.GET.get("seen") == token:
        return HttpResponse(status=204)
    if children:
        view = presenting.progress_view(case, children, papers, actor, all_events="all" in request.GET)
        return _shown(request, "event", {"case": case, "view": view, "token": token})
    single = presenting.single_view(case, papers, actor, all_events="all" in request.GET)
    return _shown(request, "single", {"case": case, "view": single, "token": token})


def _shown(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    whole, part = f"cases/resident/{name}.html", f"cases/resident/{name}_part.html"
    return page(request, whole, {"nav": "cases", **context}, fragment=part)


@login_required
@require_GET
def options(request: HttpRequest, number: str) -> HttpResponse:
    """Urge, withdraw, and what can be done against a decision: by matter."""
    actor = actor_of(request)
    case, children = queries.family_for(actor, number)
    if actor.is_staff:
        raise Absent
    views = presenting.options_view(children or [case], actor)
    context = {"nav": "cases", "case": case, "options": views, "solemn": presenting.is_solemn(case)}
    return page(request, "cases/resident/options.html", context)


# --- doing something -------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def do(request: HttpRequest, number: str, edge_name: str) -> HttpResponse:
    """A step of the applicant: supplement, withdraw, urge, ask for a hearing. What cannot be done now says why."""
    actor = actor_of(request)
    case = queries.case_for(actor, number)
    if actor.is_staff or not is_applicant(actor, case):
        raise Absent
    edge = procedure_of(case).transition(edge_name, case.state)
    if edge is None or "applicant" not in edge.by:
        messages.info(request, "这件事的进度变了，这一步现在不用办了。")
        return redirect("cases:progress", number=number)
    errors: dict[str, str] = {}
    problem = ""
    if request.method == "POST":
        try:
            return _done(request, actor, case, edge)
        except Invalid as wrong:
            errors = {error.pointer.strip("/"): error.detail for error in wrong.errors}
        except DomainError as refused:
            problem = refused.detail
    status = 422 if errors else 409 if problem else 200
    return page(request, "cases/resident/do.html", _asked(request, case, edge, errors, problem), status=status)


def _asked(
    request: HttpRequest, case: Case, edge: Transition, errors: dict[str, str], problem: str
) -> dict[str, object]:
    opinion = FieldView(
        steps.OPINION,
        {"withdraw": "撤回的原因", "urge": "想说的话", "request_hearing": "要求听证的理由"}.get(edge.name, "说明"),
        "textarea",
        request.POST.get(steps.OPINION, ""),
        error=errors.get(steps.OPINION, ""),
        required=False,
        maxlength=500,
    )
    return {
        "nav": "cases",
        "case": case,
        "edge": edge,
        "explained": EXPLAINED.get(edge.name, ""),
        "uploads": _uploads(case, errors) if edge.name == "supplement" else (),
        "fields": (opinion,),
        "problem": problem,
        "version": request.POST.get("version") or case.version,
        "back": reverse("cases:progress", args=[case.number]),
    }


def _uploads(case: Case, errors: dict[str, str]) -> list[UploadView]:
    """A place for each thing that was found missing, and one more."""
    missing = [str(one) for one in case.facts.get("missing", ())]
    named = [
        UploadView(f"file{n}", title, hint="PDF 或照片。也可以写在下面的说明里。", error=errors.get(f"file{n}", ""))
        for n, title in enumerate(missing)
    ]
    return [*named, UploadView(MORE, "其他材料（选交）", hint="PDF 或照片", error=errors.get(MORE, ""))]


def _done(request: HttpRequest, actor: Actor, case: Case, edge: Transition) -> HttpResponse:
    version = request.POST.get("version", "")
    data: dict[str, object] = {}
    opinion = request.POST.get(steps.OPINION, "").strip()
    if opinion:
        data[steps.OPINION] = opinion
    if edge.name == "supplement":
        data["files"] = _stored(request, actor, case, bool(opinion))
    expected = int(version) if version.isdecimal() else None
    operations.perform(case.id, edge.name, actor, data, expected_version=expected)
    messages.success(request, DONE.get(edge.name, f"已{edge.title}。"))
    return redirect("cases:progress", number=case.number)


def _stored(request: HttpRequest, actor: Actor, case: Case, explained: bool) -> list[str]:
    """Keep what was handed in, under the name of what was missing. The bytes are safe before the case says so."""
    missing = [str(one) for one in case.facts.get("missing", ())]
    handed = [(f"file{n}", title) for n, title in enumerate(missing)] + [(MORE, "其他材料")]
    sent = {field: upload for field, upload in request.FILES.items() if isinstance(upload, UploadedFile)}
    given = [(field, title, sent[field]) for field, title in handed if field in sent]
    if not given and not explained:
        raise Invalid(
            [FieldError("/file0" if missing else f"/{MORE}", "required", "请至少交一份，或者在说明里写清楚。")]
        )
    kept, wrong = [], []
    for field, title, upload in given:
        try:
            kept.append(_keep(upload, title, actor))
        except DomainError as refused:
            wrong.append(FieldError(f"/{field}", refused.code, refused.detail))
    if wrong:
        raise Invalid(wrong)
    return kept


def _keep(upload: UploadedFile[Any], title: str, actor: Actor) -> str:
    name = f"{title[:100]}{PurePath(upload.name or '').suffix.lower()}"
    return str(documents.store(upload.chunks(), name, actor.ref).id)
