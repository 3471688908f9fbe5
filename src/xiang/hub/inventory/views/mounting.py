"""Mounting a table under an entry, and taking a resource out of use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from xiang.foundation.ground.errors import DomainError, Invalid
from xiang.foundation.pages.components import FieldView, Option
from xiang.foundation.pages.http import page
from xiang.hub.inventory import naming, operations, queries
from xiang.hub.inventory.models import CatalogueEntry, Column
from xiang.hub.inventory.operations.mounting import SCHEMES
from xiang.hub.inventory.views import officer


@login_required
@require_http_methods(["GET", "POST"])
def mount(request: HttpRequest, key: str) -> HttpResponse:
    """Choose the table (``?place=system.table``) and say how a row is found."""
    actor = officer(request)
    entry = queries.entry_for(actor, key)
    places = queries.mapped_tables(entry)
    said: dict[str, Any] = request.POST.dict() if request.method == "POST" else {"place": request.GET.get("place", "")}
    if not said.get("place") and len(places) == 1:
        said["place"] = f"{places[0][0]}.{places[0][2]}"
    system, _, table = str(said.get("place", "")).partition(".")
    refusal: DomainError | None = None
    if request.method == "POST":
        said["columns"] = request.POST.getlist("columns")
        try:
            made = operations.mount_table(key, said | {"system": system, "table": table}, actor)
            messages.success(request, f"“{made.title}”已挂接，别的机关现在可以申请。")
            return redirect("inventory:entry", key=key)
        except DomainError as wrong:
            refusal = wrong
    else:
        said |= {"title": entry.title, "key": f"{system}_{table}".lower() if table else "", "scheme": "id_number"}
    wrongs = {one.pointer.lstrip("/"): one.detail for one in refusal.errors} if isinstance(refusal, Invalid) else {}
    context = {
        "nav": "inventory",
        "entry": entry,
        "body": naming.body_name(entry.body_key),
        "places": [(f"{one}.{name}", f"{title}·{name}") for one, title, name in places],
        "place": said.get("place", ""),
        "fields": _fields(said, wrongs, queries.columns_of(system, table)) if table else [],
        "items": entry.item_rows.filter(system__key=system, table=table).exclude(column=""),
        "refusal": refusal,
    }
    return page(request, "inventory/mount.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def unmount(request: HttpRequest, key: str) -> HttpResponse:
    """Take a resource out of use."""
    found = queries.resource(key)
    operations.unmount(key, officer(request))
    messages.success(request, f"“{found.title}”已下线，凭授权也不能再查。")
    return redirect("inventory:entry", key=CatalogueEntry.objects.get(pk=found.entry_id).key)


def _fields(said: dict[str, Any], wrong: dict[str, str], columns: Sequence[Column]) -> list[FieldView]:
    chosen = said.get("columns") or [one.name for one in columns if one.primary][:1]
    held = tuple(Option(one.name, one.name, one.name in chosen, one.comment) for one in columns)
    schemes = tuple(Option(code, words, said.get("scheme") == code) for code, words in SCHEMES.items())
    many = (Option("yes", "一个号码可能有几行，都给", bool(said.get("many"))),)
    return [
        FieldView("title", "这份数据叫什么", "text", said.get("title", ""), "", wrong.get("title", "")),
        FieldView(
            "key", "资源标识", "text", said.get("key", ""), "接口地址里用它：小写字母、数字、下划线和短横；以后不变",
            wrong.get("xiang_key", ""),
        ),
        FieldView("scheme", "按哪种号码查", "choice", "", "", wrong.get("scheme", ""), options=schemes),
        FieldView("columns", "号码在哪一列", "checks", "", "", wrong.get("columns", ""), options=held),
        FieldView("many", "一个号码有几行", "checks", "", "", "", False, options=many),
    ]  # fmt: skip
