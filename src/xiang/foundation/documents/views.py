"""The pages on which anybody checks a paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from xiang.foundation.documents import checking, codes, files, throttle, verifying
from xiang.foundation.documents.verifying import Verdict
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of

_A_MINUTE = 30
_NOBODY_KNOWS = Verdict(
    "unknown",
    "查不到",
    "核验码",
    "可能抄错了，也可能不是这里签发的。请对照原件再输一次，或请对方当面重新出示。",
)


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """``/verify/``: type a code or number, or hand in the PDF. What is handed in is looked at and not kept."""
    if request.method == "GET":
        return page(request, "documents/verify.html", {})
    throttle.count(request, "verify", _A_MINUTE)
    upload = request.FILES.get("file")
    typed = request.POST.get("code", "").strip()
    if upload is not None:
        try:
            data, _ = files.read_upload(upload.chunks(), upload.name or "")
        except DomainError as refusal:
            return page(request, "documents/verify.html", {"problem": refusal.detail}, status=422)
        return _answer(request, verifying.by_file(checking.examine(data)))
    if not typed:
        return page(request, "documents/verify.html", {"problem": "请输入核验码，或选择一份 PDF。"}, status=422)
    code = codes.tidy(typed)
    if len(code) == codes.LENGTH and code.isalnum():
        return redirect("documents:check", code=code)
    return _answer(request, verifying.by_text(typed, actor_of(request)) or _NOBODY_KNOWS)


@require_GET
def check(request: HttpRequest, code: str) -> HttpResponse:
    """``/verify/<code>/``: what the QR code of a paper or of a credential on a telephone leads to."""
    throttle.count(request, "verify", _A_MINUTE)
    found = verifying.by_code(codes.tidy(code), actor_of(request))
    return _answer(request, found or _NOBODY_KNOWS)


def _answer(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    status = 404 if verdict is _NOBODY_KNOWS else 200
    answer = page(request, "documents/verdict.html", {"verdict": verdict, "at": instant.now()}, status=status)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
