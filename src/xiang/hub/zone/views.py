"""Pages of the zone for data stewards."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.ground.errors import Absent, Invalid
from xiang.foundation.ground.errors import FieldError as Wrong
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.hub.zone import engines, operations, queries


def steward_of(request: HttpRequest) -> Actor:
    """The steward who asks; to anybody else the pages are not there."""
    actor = actor_of(request)
    if not actor.has("steward"):
        raise Absent
    return actor


@login_required
@require_GET
def tables(request: HttpRequest) -> HttpResponse:
    """All tables by domain, and what each body's take."""
    actor = steward_of(request)
    context = {
        "tables": queries.tables(actor),
        "usage": queries.usage(actor),
        "engine": "Spark Connect" if engines.engine_name() == "spark" else "DuckDB",
        "nav": "zone",
    }
    return page(request, "zone/tables.html", context)


@login_required
@require_GET
def table(request: HttpRequest, key: str) -> HttpResponse:
    """One table: its snapshots, its copy, its backups."""
    actor = steward_of(request)
    found = queries.table_for(actor, key)
    context = {
        "table": found,
        "copy": getattr(found, "copy", None),
        "snapshots": queries.snapshots(actor, key),
        "backups": found.backups.all(),
        "nav": "zone",
    }
    return page(request, "zone/table.html", context)


@login_required
@require_POST
def act(request: HttpRequest, key: str) -> HttpResponse:
    """Make a copy, clear old snapshots, back up, or put a backup back."""
    actor, step = steward_of(request), request.POST.get("step", "")
    if step == "copy":
        made = operations.make_copy(key, actor)
        messages.success(request, f"行存副本已经生成，共 {made.rows} 行。")
    elif step == "clear":
        messages.success(request, f"清理了 {operations.clear_old(key, actor)} 个过期文件。")
    elif step == "backup":
        operations.back_up(key, actor)
        messages.success(request, "备份已经完成。")
    elif step == "restore":
        operations.restore(_uuid(request.POST.get("backup", "")), actor)
        messages.success(request, "已经恢复到这份备份。")
    else:
        raise Invalid([Wrong("/step", "step_unknown", "没有这个操作，请从页面上的按钮选择。")])
    return redirect("zone:table", key)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Absent("backup_absent", "没有这份备份，或者备份文件已经不在。") from wrong
