"""The ledger's home with its figures and defects, the graph, systems and what a scan found in them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiang.foundation.ground.errors import DomainError, Invalid
from xiang.foundation.pages.components import CounterView, FieldView, Option
from xiang.foundation.pages.http import page
from xiang.hub.inventory import naming, operations, queries
from xiang.hub.inventory.models import Scan, System
from xiang.hub.inventory.presenting import drawing
from xiang.hub.inventory.views import officer
from xiang.hub.sources import addresses
from xiang.hub.sources import queries as connections
from xiang.hub.sources.found import REASONS

_DRIFT = {
    "table_new": "新增的表", "table_gone": "不见了的表", "column_new": "新增的列", "column_gone": "不见了的列",
    "column_changed": "变了的列",
}  # fmt: skip


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """How complete the ledger is, body by body, and what is to be mended."""
    actor = officer(request)
    coverage = queries.coverage(actor)
    names = naming.body_names(one.body_key for one in coverage)
    loose = queries.orphans(actor)
    waiting = queries.waiting_for(actor).count()
    context = {
        "nav": "inventory",
        "counters": _counters(coverage, loose.counts or {}, waiting),
        "coverage": [(names[one.body_key], one) for one in coverage],
        "loose": loose,
        "more": {name: number > 200 for name, number in (loose.counts or {}).items()},
        "may_write": actor.has("steward"),
    }
    return page(request, "inventory/home.html", context)


def _counters(coverage: list[queries.Coverage], loose: dict[str, int] | Any, waiting: int) -> list[CounterView]:
    entries, mounted = sum(one.entries for one in coverage), sum(one.mounted for one in coverage)
    stale = sum(one.stale for one in coverage)
    return [
        CounterView("you", "等您签字或审核", str(waiting), "revisions/", icon="signature"),
        CounterView("run", "个目录", str(entries), "catalogue/", icon="list-details"),
        CounterView("run", "个有数据", str(mounted), "catalogue/", icon="database"),
        CounterView("late" if stale else "done", "个过期未更新", str(stale), "catalogue/?freshness=stale"),
        CounterView(
            "soon" if any(loose.values()) else "done", "处对不上", str(sum(loose.values())), "#loose", icon="unlink"
        ),
    ]


@login_required
@require_safe
def graph(request: HttpRequest, body_key: str) -> HttpResponse:
    """System–catalogue–data of one body."""
    actor = officer(request)
    found = queries.graph(actor, body_key)
    drawn = drawing.draw(found, queries.mapped_items(found.entries))
    context = {"nav": "inventory", "drawing": drawn, "body": naming.body_name(body_key), "body_key": body_key}
    return page(request, "inventory/graph.html", context)


@login_required
@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    """Systems in service with their last scan."""
    actor = officer(request)
    rows = list(queries.systems_for(actor)[:500])
    scans, names = queries.last_scans(rows), naming.body_names(row.body_key for row in rows)
    shown = [(row, names[row.body_key], scans.get(row.key), _said(scans.get(row.key))) for row in rows]
    return page(
        request, "inventory/systems.html", {"nav": "inventory", "rows": shown, "may_write": actor.has("steward")}
    )


@login_required
@require_safe
def system(request: HttpRequest, key: str) -> HttpResponse:
    """One system: what the last scan found, what changed, which column is in which entry."""
    actor = officer(request)
    found = queries.system_for(actor, key)
    scan = queries.last_scans([found]).get(key)
    tables: dict[str, list[queries.Mapped]] = {}
    for row in queries.mapping(found):
        tables.setdefault(row.table, []).append(row)
    context = {
        "nav": "inventory",
        "system": found,
        "body": naming.body_name(found.body_key),
        "scan": scan,
        "reason": _said(scan),
        "own": actor.has("steward") and actor.body_key == found.body_key,
        "drift": [(_DRIFT[one["kind"]], one) for one in scan.drift] if scan else [],
        "tables": [(name, rows, sum(1 for row in rows if row.items)) for name, rows in tables.items()],
        "resources": found.resources.select_related("entry").order_by("key"),
    }
    return page(request, "inventory/system.html", context)


def _said(scan: Scan | None) -> str:
    return REASONS.get(scan.reason, "没有扫描成，请过一会儿再试。") if scan and scan.reason else ""


@login_required
@require_POST
def scan(request: HttpRequest, key: str) -> HttpResponse:
    """Look into the system now."""
    actor = officer(request)
    queries.system_for(actor, key)
    done = operations.scan(key, actor)
    if done.outcome == Scan.Outcome.DONE:
        messages.success(request, f"读到 {done.tables} 张表、{done.columns} 列，用了 {done.milliseconds} 毫秒。")
    else:
        messages.warning(request, _said(done) + "上一次读到的仍然保留。")
    return redirect("inventory:system", key=key)


@login_required
@require_http_methods(["GET", "POST"])
def edit_system(request: HttpRequest, key: str = "") -> HttpResponse:
    """Register a system, or change what is known of it. What was typed stays when something is wrong."""
    actor = officer(request)
    known = queries.system_for(actor, key) if key else None
    body_key = known.body_key if known else actor.body_key
    said = request.POST.dict() if request.method == "POST" else _known(known)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            made = operations.register_system(key, said, actor)
            messages.success(request, f"“{made.title}”已登记。下一步：扫描库表。")
            return redirect("inventory:system", key=made.key)
        except DomainError as wrong:
            refusal = wrong
    wrongs = {one.pointer.lstrip("/"): one.detail for one in refusal.errors} if isinstance(refusal, Invalid) else {}
    context = {
        "nav": "inventory",
        "system": known,
        "fields": _fields(said, wrongs, known, body_key),
        "kept": connections.connections_for(actor).filter(body_key=body_key),
        "refusal": refusal,
    }
    return page(request, "inventory/system_form.html", context, status=refusal.status if refusal else 200)


def _known(system: System | None) -> dict[str, str]:
    names = ("title", "short", "kind", "connection", "description", "protection")
    return {name: str(getattr(system, name) or "") for name in names} if system else {}


def _fields(said: dict[str, str], wrong: dict[str, str], known: System | None, body_key: str) -> list[FieldView]:
    def one(
        name: str, label: str, hint: str = "", required: bool = True, control: str = "text", options: Any = ()
    ) -> FieldView:
        choices = tuple(Option(str(v), str(w), said.get(name) == str(v)) for v, w in options)
        return FieldView(name, label, control, said.get(name, ""), hint, wrong.get(name, ""), required, options=choices)

    connection = (
        f"总枢纽为本机关登记的数据库连接，例如 kept:{body_key}__person；或者运维设好的 "
        f"env:XIANG_SOURCE_{addresses.in_environment(body_key)}__PERSON、sqlite:{body_key}__person、"
        f"file:{body_key}__person.csv。地址和口令不写在这里。"
    )
    levels = [(n, f"第{'一二三四五'[n - 1]}级") for n in range(1, 6)]
    return [
        *([] if known else [one("key", "系统标识", "小写字母开头，只含小写字母、数字和下划线；以后不变")]),
        one("title", "系统全称"),
        one("short", "简称", "对人说话时的叫法，例如“医保系统”", required=False),
        one("kind", "种类", control="select", options=System.Kind.choices),
        one("connection", "怎么连", connection),
        one("protection", "网络安全等级保护", required=False, control="select", options=levels),
        one("description", "做什么用", required=False, control="textarea"),
    ]
