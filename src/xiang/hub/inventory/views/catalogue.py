"""Searching the catalogue, one entry with its versions, drafting a change, the workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiang.foundation.ground.errors import DomainError, FieldError, Invalid
from xiang.foundation.pages.components import PagingView, StateView, UploadView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import content, naming, operations, queries, serving
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.presenting import drafting, facets, wording
from xiang.hub.inventory.queries import Asked
from xiang.hub.inventory.searching.index import FACETS
from xiang.hub.inventory.standard import standard
from xiang.hub.inventory.views import officer


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``?q=人口&share=conditional``: words and one value a facet."""
    actor, terms = officer(request), standard()
    chosen = {name: request.GET.get(name, "")[:80] for name in (*FACETS, "freshness")}
    asked = Asked(request.GET.get("q", "").strip()[:200], {name: value for name, value in chosen.items() if value})
    cursor = request.GET.get("cursor", "")
    found = queries.search(actor, asked, cursor)
    context = {
        "nav": "inventory",
        "asked": asked,
        "rows": facets.rows(found, terms),
        "total": found.total,
        "facets": facets.facets(found, asked, terms),
        "paging": PagingView(
            facets.address(asked, cursor=found.next) if found.next else "",
            facets.address(asked) if cursor else "",
            f"{found.total} 个",
        ),
        "empty": StateView(
            "没有符合的目录", "少写几个字，或者去掉一个筛选再试。找不到的可以向省数据局提出需求。", icon="search"
        ),
        "may_write": actor.has("steward"),
    }
    return page(request, "inventory/search.html", context)


@login_required
@require_safe
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """One entry in force, its items and columns, its versions and what one of them changed."""
    actor, terms = officer(request), standard()
    found = queries.entry_for(actor, key)
    history = queries.history(found)
    chosen = request.GET.get("version", "")
    number = int(chosen) if chosen.isdecimal() and len(chosen) < 6 else found.version
    context = {
        "nav": "inventory",
        "entry": found,
        "body": naming.body_name(found.body_key),
        "grade": terms.grades.get(found.grade, ""),
        "grading": [(terms.objects.get(k, k), terms.harms.get(v, v)) for k, v in found.grading.items()],
        "grading_confirmed": terms.grading_confirmed,
        "classification": [(terms.classification.get(k, k), v) for k, v in found.classification.items()],
        "types": terms.types,
        "fresh": facets.FRESH[queries.freshness(found)],
        "item_rows": found.item_rows.select_related("system"),
        "resources": found.resources.filter(state="mounted").select_related("system"),
        "history": history,
        "number": number,
        "changes": wording.named(queries.version_changes(found, number)) if history and number else [],
        "open": queries.open_revision(found.key) if actor.body_key == found.body_key or actor.has("steward") else None,
        "own": actor.has("steward") and actor.body_key == found.body_key,
        "mountable": found.share != CatalogueEntry.Share.NOT_SHARED,
    }
    return page(request, "inventory/entry.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str = "") -> HttpResponse:
    """Draft a new entry or a change of one; everything that is wrong is said at its field, and nothing typed is lost."""
    actor, terms = officer(request), standard()
    before = _before(actor, key) | _of_table(request, actor, key)
    said = drafting.content_of(request.POST.dict(), before) if request.method == "POST" else before
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            made = operations.draft(said, actor, reason=request.POST.get("reason", ""))
            messages.success(request, "草稿已存好。下一步：请本机关另一位数据管理岗签字。")
            return redirect("inventory:revision", revision_id=made.id)
        except DomainError as wrong:
            refusal = wrong
    errors = list(refusal.errors) if isinstance(refusal, Invalid) else []
    context = {
        "nav": "inventory", "key": key, "said": said, "refusal": refusal, "terms": terms,
        "body": naming.body_name(str(said.get("body_key", ""))),
        "fields": drafting.fields(said, errors, terms, not key),
        "item_rows": drafting.items(said.get("items") or (), errors), "types": terms.types, "grades": terms.grades,
        "items_error": next((one.detail for one in errors if one.pointer == "/items"), ""),
        "wrong_items": [one for one in errors if one.pointer.startswith("/items/")],
    }  # fmt: skip
    return page(request, "inventory/entry_form.html", context, status=refusal.status if refusal else 200)


def _before(actor: Actor, key: str) -> dict[str, Any]:
    """What the form begins with: the open draft, the entry in force, or an empty one of the own body."""
    if not key:
        return {"body_key": actor.body_key, "items": []}
    found = queries.revisions_for(actor).filter(key=key, state__in=("draft", "returned")).first()
    return dict(found.content) if found else content.of_entry(queries.entry_for(actor, key))


def _of_table(request: HttpRequest, actor: Actor, key: str) -> dict[str, Any]:
    """A new entry begun from a scanned table (``?system=…&table=…``): an item a column, as the scan saw it."""
    system, table = request.GET.get("system", ""), request.GET.get("table", "")
    if key or not system:
        return {}
    found = queries.system_for(actor, system)
    return {"body_key": found.body_key, "items": drafting.items_of(queries.columns_of(found.key, table))}


@login_required
@require_POST
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for the revocation of an entry."""
    actor = officer(request)
    queries.entry_for(actor, key)
    made = operations.draft_revocation(key, actor, request.POST.get("reason", ""))
    messages.success(request, "撤销申请已存好。下一步：请本机关另一位数据管理岗签字。")
    return redirect("inventory:revision", revision_id=made.id)


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What the officer may see, as a workbook."""
    return serving.workbook(officer(request), request.GET.get("body", "")[:64])


@login_required
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook with its explanation."""
    officer(request)
    return serving.template()


@login_required
@require_http_methods(["GET", "POST"])
def import_(request: HttpRequest) -> HttpResponse:
    """Take a workbook in: all of it or nothing, with what to mend cell by cell."""
    actor = officer(request)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            given = request.FILES.get("workbook")
            if given is None:
                raise Invalid([FieldError("/workbook", "missing", "先选一个填好的 .xlsx 文件。")])
            made = operations.import_workbook(given.read(), actor)
            messages.success(request, f"已存成 {len(made)} 份草稿，没有变化的目录没有动。下一步：签字。")
            return redirect("inventory:revisions")
        except DomainError as wrong:
            refusal = wrong
    upload = UploadView("workbook", "填好的目录表", ".xlsx", "用下载的模板填，10 MB 以内")
    context = {"nav": "inventory", "upload": upload, "refusal": refusal, "errors": getattr(refusal, "errors", ())}
    return page(request, "inventory/import.html", context, status=refusal.status if refusal else 200)
