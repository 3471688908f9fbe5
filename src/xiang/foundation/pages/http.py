"""Between a view and the wire: rendering, refusals in words, security headers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from xiang.foundation.ground.errors import DomainError, Invalid
from xiang.foundation.ground.reference import moment
from xiang.foundation.pages.components import Link, StateView

Answer = Callable[[HttpRequest], HttpResponse]

API_PREFIXES = ("/api/", "/gateway/", "/ckan/", "/dcat/")


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def accepts_html(request: HttpRequest) -> bool:
    """A person at a browser, rather than a program: decides between a page and a problem document."""
    if request.path.startswith(API_PREFIXES):
        return False
    accept = request.headers.get("Accept", "*/*")
    return "text/html" in accept or "application/xhtml+xml" in accept or accept.startswith("*/*")


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    fragment: str = "",
) -> HttpResponse:
    """Render a page; an htmx request gets only ``fragment``, when there is one."""
    name = fragment if fragment and is_htmx(request) else template
    answer = render(request, name, dict(context or {}), status=status)
    if fragment:
        answer["Vary"] = "HX-Request"
    return answer


# --- refusals --------------------------------------------------------------------------------------------------------

_TITLES = {
    400: "这一步没有做成",
    401: "请先登录",
    403: "这一步不能由您来做",
    404: "打不开这个页面",
    405: "不能这样请求",
    409: "现在不能这样办",
    413: "内容太大",
    415: "格式不对",
    422: "有几处需要改一改",
    429: "请求太多了",
    500: "系统出错了",
    503: "暂时连不上",
}
_ICONS = {403: "hand-stop", 404: "lock", 409: "arrows-split", 422: "pencil", 503: "plug-connected-x"}
_KINDS = {404: "done", 409: "you", 422: "you", 503: "soon"}


def problem_state(error: DomainError) -> StateView:
    """The refusal as a state card: what happened, and one way on."""
    return StateView(
        title=_TITLES.get(error.status, _TITLES[400]),
        body=error.detail,
        icon=_ICONS.get(error.status, "info-circle"),
        kind=_KINDS.get(error.status, "done"),  # type: ignore[arg-type]
        actions=(Link("回到首页", "/"),),
    )


def problem_document(request: HttpRequest, error: DomainError) -> dict[str, Any]:
    """RFC 9457. The ``type`` ends in the stable code; ``params`` of the error hold no personal data by contract."""
    document: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": _TITLES.get(error.status, _TITLES[400]),
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "instance": request.path,
    }
    if isinstance(error, Invalid):
        document["errors"] = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in error.errors]
    if error.params:
        document["params"] = {name: str(value) for name, value in error.params.items()}
    return document


def problem_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The one answer to a refusal: problem document, htmx note, or page."""
    if not accepts_html(request):
        return JsonResponse(
            problem_document(request, error),
            status=error.status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    context = {"state": problem_state(error), "errors": getattr(error, "errors", ())}
    if is_htmx(request):
        answer = HttpResponse(render_to_string("pages/parts/problem_note.html", context, request), status=error.status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#problem", "innerHTML show:window:top"
        return answer
    return render(request, "pages/problem.html", context, status=error.status)


class MomentMiddleware:
    """A request is a moment: whether remembered reference data still holds is asked once."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with moment():
            return self.get_response(request)


class ProblemMiddleware:
    """Turns a refusal that a view did not answer itself into words."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return problem_response(request, error) if isinstance(error, DomainError) else None


# --- headers ---------------------------------------------------------------------------------------------------------

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Attributes only, for the positions of cells (``--x``); never a style element.
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The configuration screens are unfold's, whose Alpine templates are evaluated in the browser. Staff only.
_CONFIG_POLICY = _POLICY | {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
}
CONFIG_PREFIX = "/config/"


def _nonce(request: HttpRequest) -> str:
    """A nonce for the rare script that cannot be a file; naming it in a template puts it into the header."""
    if not hasattr(request, "_csp_nonce"):
        request._csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
    nonce: str = request._csp_nonce  # type: ignore[attr-defined]
    return nonce


def content_security_policy(request: HttpRequest) -> str:
    policy = dict(_CONFIG_POLICY if request.path.startswith(CONFIG_PREFIX) else _POLICY)
    if hasattr(request, "_csp_nonce"):
        policy["script-src"] += f" 'nonce-{_nonce(request)}'"
    if settings.SECURE:
        policy["upgrade-insecure-requests"] = ""
    return "; ".join(f"{name} {value}".strip() for name, value in policy.items())


class SecurityHeadersMiddleware:
    """Content security policy, and nothing of one person left in a shared browser for the next."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = lambda: _nonce(request)  # type: ignore[attr-defined]
        answer = self.get_response(request)
        answer.headers.setdefault("Content-Security-Policy", content_security_policy(request))
        answer.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self), payment=()")
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Referrer-Policy", "same-origin")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            # At a window or kiosk the back button must not show the previous client.
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer
