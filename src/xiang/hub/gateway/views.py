"""Pages of the gateway for data stewards: live operations, applications, interfaces with a test console."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.hub.gateway import console, described, operations, queries
from xiang.hub.gateway.models import Document
from xiang.hub.gateway.plane import describing
from xiang.hub.gateway.plane.problems import KNOWN
from xiang.hub.gateway.plane.resources import Resource, resource_of
from xiang.hub.sharing.models import Grant

KINDS = {"query": "查询", "verify": "核验", "batch": "批量查询"}


@login_required
@require_GET
def operations_page(request: HttpRequest) -> HttpResponse:
    """Live operations; the page asks again by itself."""
    shown = queries.overview(actor_of(request))
    top = max((calls for _, calls, _ in shown.by_minute), default=0)
    titles = queries.titles(shown)
    context = {
        "shown": shown,
        "health": console.health(),
        "alarms": [(_words(one.code), one.code, titles.get(one.name, one.name), one.calls) for one in shown.alarms],
        "codes": [(_words(code), code, calls) for code, calls in shown.codes],
        "applications": [(titles.get(one.name, one.name), one) for one in shown.applications],
        "resources": [(titles.get(one.name, one.name), one) for one in shown.resources],
        "busiest": top,
        "nav": "gateway",
    }
    return page(request, "gateway/operations.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def applications(request: HttpRequest) -> HttpResponse:
    """All applications that one may see; registering another."""
    actor = actor_of(request)
    if request.method == "POST":
        said = request.POST
        values: dict[str, Any] = {
            "title": said.get("title", "").strip(),
            "body_key": said.get("body_key", "").strip() or actor.body_key,
            "division": said.get("division", "").strip(),
            "environment": said.get("environment", "").strip(),
            "rate": _number(said.get("rate", "")),
            "certificates": [one.strip().lower().replace(":", "") for one in said.get("certificates", "").split()],
        }
        made = operations.register(said.get("key", "").strip(), values, actor)
        messages.success(request, f"应用“{made.title}”已经登记，接下来生成密钥。")
        return redirect("gateway:application", made.key)
    context = {"applications": queries.applications(actor), "body_key": actor.body_key, "nav": "gateway"}
    return page(request, "gateway/applications.html", context)


@login_required
@require_GET
def application(request: HttpRequest, key: str) -> HttpResponse:
    """One application with its keys."""
    found = queries.application_for(actor_of(request), key)
    return page(request, "gateway/application.html", {"application": found, "nav": "gateway"})


@login_required
@require_POST
def act(request: HttpRequest, key: str) -> HttpResponse:
    """A new key (its secret is in this answer and nowhere else), a key revoked, the application stopped."""
    actor, step = actor_of(request), request.POST.get("step", "")
    found = queries.application_for(actor, key)
    if step == "new":
        grace = timedelta(hours=_number(request.POST.get("grace", "")))
        made = operations.new_key(key, actor, grace=grace)
        context = {"application": found, "made": made, "nav": "gateway"}
        answer = page(request, "gateway/application.html", context)
        answer["Cache-Control"] = "no-store"
        return answer
    if step == "revoke":
        operations.revoke_key(request.POST.get("id", ""), actor)
        messages.success(request, "密钥已经作废，立即生效。")
    elif step == "stop":
        operations.stop(key, actor)
        messages.success(request, "应用已经停用，立即生效。")
    else:
        raise Invalid([FieldError("/step", "step_unknown", "没有这个操作，请从页面上的按钮选择。")])
    return redirect("gateway:application", key)


@login_required
@require_GET
def resources(request: HttpRequest) -> HttpResponse:
    """The interfaces that the plane serves."""
    queries.need_steward(actor_of(request))
    rows = Document.objects.filter(kind="resource", gone=False).order_by("key")
    found = [resource_of(json.loads(row.content)) for row in rows]
    return page(request, "gateway/resources.html", {"resources": found, "nav": "gateway"})


@sensitive_post_parameters("body")
@login_required
@require_http_methods(["GET", "POST"])
def resource(request: HttpRequest, key: str) -> HttpResponse:
    """One interface: its description, and the console to try it."""
    actor = actor_of(request)
    queries.need_steward(actor)
    found = _resource(key)
    kind = request.POST.get("kind", "query")
    if kind not in KINDS:
        raise Invalid([FieldError("/kind", "kind_unknown", "没有这种调用，请从页面上选择。")])
    grants = queries.grants_on(actor, key)
    body = request.POST.get("body", "") or _example(found, grants[:1])
    tried = None
    if request.method == "POST":
        tried = console.attempt(actor, request.POST.get("application", ""), key, kind, body)
    settings = described.known_limits()
    context = {
        "resource": found,
        "data_items": list(found.items.values()),  # around the content, "items" are those of the navigation
        "openapi": json.dumps(describing.document([found], settings), ensure_ascii=False, indent=2),
        "address": console.address(),
        "grants": grants,
        "applications": queries.applications(actor).filter(stopped_at=None),
        "kinds": KINDS,
        "kind": kind,
        "body": body,
        "tried": tried,
        "codes": sorted((status, code, detail) for code, (status, detail) in KNOWN.items()),
        "nav": "gateway",
    }
    return page(request, "gateway/resource.html", context)


def _resource(key: str) -> Resource:
    row = Document.objects.filter(kind="resource", key=key, gone=False).first()
    if row is None:
        raise Absent("resource_absent", "没有这个数据资源，或者还没有发布到网关。")
    return resource_of(json.loads(row.content))


def _example(found: Resource, grants: Sequence[Grant]) -> str:
    """A question that one of these grants allows, as far as it is known."""
    said: dict[str, Any] = {"subject": "", "fields": list(found.items)[:3], "purpose": "service", "case_number": ""}
    for one in grants:
        purposes = [purpose for purpose in one.purposes if purpose != "*"]
        items = [item for item in one.items if item != "*"]
        said |= {"fields": one.fields[:3], "purpose": (purposes or ["service"])[0]}
        said |= {"items": items[:1]} if items else {}
    return json.dumps(said, ensure_ascii=False, indent=2)


def _words(code: str) -> str:
    return KNOWN[code][1] if code in KNOWN else code


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
