"""``/ckan/api/3/action/<name>``: CKAN's envelope around the actions. A token decides who calls, never a session."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from xiang.foundation.ground.errors import Absent, DomainError, Forbidden, Invalid
from xiang.foundation.parties.actors import ANONYMOUS, Actor
from xiang.foundation.parties.rest.access import BearerToken
from xiang.foundation.parties.rest.refusals import Unauthenticated
from xiang.hub.inventory.ckan.actions import ACTIONS, WRITES

LARGEST = 4 << 20
_LISTS = {"facet.field", "fq_list"}


@csrf_exempt  # no session is looked at: a page of somebody else's has no token to send
def act(request: HttpRequest, name: str) -> JsonResponse:
    """One action by GET (reading) or POST with a JSON body."""
    try:
        action = ACTIONS.get(name)
        if action is None:
            return _failed("Bad request - Action name not known", 400, "Not Found Error")
        if name in WRITES and request.method != "POST":
            return _failed("写操作要用 POST。", 400, "Validation Error")
        sent = _sent(request)
        with transaction.atomic():
            return _enveloped(name, action(_caller(request, name), sent))
    except DomainError as refusal:
        return _refused(refusal)


def _enveloped(name: str, result: Any) -> JsonResponse:
    help_address = f"{reverse('inventory:ckan_action', args=['help_show'])}?name={name}"
    said = {"help": help_address, "success": True, "result": result}
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False})


def _caller(request: HttpRequest, name: str) -> Actor:
    """Whose token came, in CKAN's way (bare) or as a bearer; nobody without one."""
    given = request.headers.get("X-CKAN-API-Key") or request.headers.get("Authorization") or ""
    secret = given.removeprefix("Bearer ").strip()
    if not secret:
        return ANONYMOUS
    return BearerToken("desk:write" if name in WRITES else "desk:read").authenticate(request, secret)


def _sent(request: HttpRequest) -> dict[str, Any]:
    if request.method == "GET":
        return {name: request.GET.getlist(name) if name in _LISTS else request.GET[name] for name in request.GET}
    try:
        said = json.loads(request.body[: LARGEST + 1] or b"{}")
    except ValueError:
        raise DomainError("malformed", "请求读不懂：请用 JSON。") from None
    if not isinstance(said, dict):
        raise DomainError("malformed", "请求读不懂：请用 JSON 对象。")
    if "\\u0000" in json.dumps(said):
        raise DomainError("bad_character", "有一个字符不能保存，请删掉后再试。")
    return said


def _refused(refusal: DomainError) -> JsonResponse:
    if isinstance(refusal, Absent):
        return _failed(refusal.detail, 404, "Not Found Error")
    if isinstance(refusal, Forbidden | Unauthenticated):
        return _failed(refusal.detail, 403, "Authorization Error")
    errors: dict[str, list[str]] = {}
    if isinstance(refusal, Invalid):
        for error in refusal.errors:
            errors.setdefault(error.pointer.lstrip("/") or "__junk", []).append(error.detail)
    return _failed(
        refusal.detail, 409 if errors or refusal.status in (409, 422) else refusal.status, "Validation Error", errors
    )


def _failed(message: str, status: int, kind: str, errors: dict[str, list[str]] | None = None) -> JsonResponse:
    error = {"__type": kind, "message": message, **(errors or {})}
    said = {"help": "", "success": False, "error": error}
    return JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
