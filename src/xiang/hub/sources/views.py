"""Connections on pages: the hub's operators enter, try, check and retire them; a body's stewards see which are theirs."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiang.foundation.ground.errors import Absent, DomainError, FieldError, Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.hub.sources import operations, presenting, queries, rights


def _operator(request: HttpRequest) -> Actor:
    """Whoever keeps connections; to anybody else the form is not there."""
    actor = actor_of(request)
    if not rights.is_operator(actor):
        raise Absent
    return actor


@login_required
@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """Connections in use, with what the last check said."""
    actor = actor_of(request)
    if not (rights.is_operator(actor) or actor.has("steward") or actor.has("auditor")):
        raise Absent
    rows = list(queries.connections_for(actor)[:500])
    context = {"nav": "sources", "rows": presenting.rows(rows), "may_write": rights.is_operator(actor)}
    return page(request, "sources/connections.html", context)


@login_required
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, body_key: str = "", name: str = "") -> HttpResponse:
    """Enter a connection, or change it; ``step=try`` looks whether it would work and keeps nothing. The secret is never sent
    back: without scripts it is typed again after a try."""
    actor = _operator(request)
    known = queries.connection_for(actor, body_key, name) if name else None
    said = {key: value.strip() for key, value in request.POST.dict().items() if key != "secret"}
    key = (body_key, name) if known else (said.get("body_key", ""), said.get("name", ""))
    refusal: DomainError | None = None
    tried: operations.Tried | None = None
    if request.method == "POST":
        typed = said | {"secret": request.POST.get("secret", "")}
        try:
            if said.get("step") == "try":
                tried = operations.try_out(*key, typed, actor)
            else:
                made = operations.put(*key, typed, actor)
                done = operations.check(made.pk, actor)
                told = "已经连上。" if done.code == operations.WORKS else presenting.words(done.code)
                messages.success(request, f"连接 {made.ref} 存好了，{told}")
                return redirect("sources:connections")
        except DomainError as wrong:
            refusal = wrong
    wrongs = {one.pointer.lstrip("/"): one.detail for one in refusal.errors} if isinstance(refusal, Invalid) else {}
    context = {
        "nav": "sources",
        "connection": known,
        "state": presenting.row(known) if known else None,
        "fields": presenting.fields(said if request.method == "POST" else presenting.known(known), wrongs, known),
        "refusal": refusal,
        "tried": tried and presenting.tried(tried),
    }
    trying = said.get("step") == "try"
    status = refusal.status if refusal and not trying else 200
    # An answer to a try by script is the note alone: what was typed, the secret too, stays in the browser.
    fragment = "sources/_tried.html" if trying else ""
    answer = page(request, "sources/connection.html", context, fragment=fragment, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def act(request: HttpRequest, body_key: str, name: str) -> HttpResponse:
    """Check a connection now, or take it out of use."""
    actor = _operator(request)
    found = queries.connection_for(actor, body_key, name)
    step = request.POST.get("step", "")
    if step == "check":
        done = operations.check(found.pk, actor)
        if done.code == operations.WORKS:
            messages.success(request, f"{found.ref} 连上了，{done.tables} 张表，{done.milliseconds} 毫秒。")
        else:
            messages.warning(request, f"{found.ref} 没有连上。{presenting.words(done.code)}")
    elif step == "retire":
        operations.retire(found.pk, actor)
        messages.success(request, f"{found.ref} 已停用，口令已销毁。用它登记的系统要换连接才能再读。")
    else:
        raise Invalid([FieldError("/step", "step_unknown", "没有这个操作，请从页面上的按钮选择。")])
    return redirect("sources:connections")
