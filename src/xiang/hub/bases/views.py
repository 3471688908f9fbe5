"""Pages of the base registries for data stewards."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.hub.bases import operations, presenting, queries
from xiang.hub.bases.engine.kinds import KINDS
from xiang.hub.bases.models import Registry

_NEXT = 8
_MOST = 1000  # waiting pairs that are counted


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All registries: what they hold, from whom, and what waits."""
    rows = presenting.registry_rows(queries.overviews(actor_of(request)))
    return page(request, "bases/overview.html", {"rows": rows, "current": "bases", "nav": "bases"})


@login_required
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest, key: str) -> HttpResponse:
    """Look for one golden record by a whole key. What is asked is posted: it must not stand in an address or a log."""
    actor = actor_of(request)
    registry = queries.registry_of(key)
    fields = _searchable(registry)
    asked = {field: request.POST.get(field, "").strip() for field, _ in fields}
    found = queries.search(actor, key, asked) if request.method == "POST" else queries.search(actor, key, {})
    rows = [(one.id, presenting.field_rows(one)[:3]) for one in found]
    context = {"registry": registry, "fields": fields, "rows": rows, "asked": request.method == "POST", "nav": "bases"}
    return page(request, "bases/search.html", context)


def _searchable(registry: Registry) -> list[tuple[str, str]]:
    kind = KINDS.get(registry.kind)
    return (
        [(field, presenting.TITLES.get(field, field)) for field in kind.fields if field != "former_names"]
        if kind
        else []
    )


@login_required
@require_GET
def golden(request: HttpRequest, golden_id: UUID) -> HttpResponse:
    """One golden record: values with where they came from, records, history, merges to undo."""
    found = operations.open_golden(golden_id, actor_of(request))
    if found.id != golden_id:
        return redirect("bases:golden", golden_id=found.id)
    context = {
        "golden": found,
        "fields": presenting.field_rows(found),
        "records": presenting.record_rows(queries.records_of(found), found.registry.kind),
        "events": presenting.event_rows(queries.history_of(found)[:50]),
        "merges": presenting.merge_rows(queries.merges_into(found)),
        "nav": "bases",
    }
    return page(request, "bases/golden.html", context)


@login_required
@require_POST
def correct(request: HttpRequest, golden_id: UUID) -> HttpResponse:
    """Settle a value by evidence."""
    said = request.POST
    operations.correct(
        golden_id, said.get("field", ""), said.get("value", ""), said.get("basis", ""), actor_of(request)
    )
    messages.success(request, "已经更正，持有旧值的部门会收到更正通知。")
    return redirect("bases:golden", golden_id=golden_id)


@login_required
@require_POST
def split(request: HttpRequest, golden_id: UUID) -> HttpResponse:
    """Records that never belonged here leave."""
    chosen = [UUID(one) for one in request.POST.getlist("record") if _is_id(one)]
    made = operations.split(golden_id, chosen, request.POST.get("reason", ""), actor_of(request))
    messages.success(request, "已经拆出，成为一条新的主记录。")
    return redirect("bases:golden", golden_id=made.id)


@login_required
@require_POST
def unmerge(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Undo a merge."""
    restored = operations.unmerge(merge_id, request.POST.get("reason", ""), actor_of(request))
    messages.success(request, "合并已经撤销，原来的主记录恢复了。")
    return redirect("bases:golden", golden_id=restored.id)


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The first pair that waits, or the one that was chosen, with its reasons; and those after it."""
    actor = actor_of(request)
    rows = queries.queue(actor, request.GET.get("registry", ""))
    waiting = list(rows[:_NEXT])
    chosen = request.GET.get("pair", "")
    first = queries.pair_for(actor, UUID(chosen)) if _is_id(chosen) else next(iter(waiting), None)
    context = {
        "first": presenting.pair_row(first) if first else None,
        "rest": [presenting.pair_row(one) for one in waiting if first and one.id != first.id],
        "count": rows[:_MOST].count(),
        "most": _MOST,
        "nav": "bases",
    }
    return page(request, "bases/queue.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """Merge, keep apart, or put off."""
    decision = request.POST.get("decision", "")
    pair = operations.decide_pair(pair_id, decision, actor_of(request), reason=request.POST.get("reason", ""))
    if decision == "merge":
        messages.success(request, "已经合并，这是合并后的主记录。合并错了可以在这里撤销。")
        return redirect("bases:golden", golden_id=pair.left.golden_id)
    messages.success(request, f"已记下：{operations.DECISIONS[decision]}。")
    return redirect("bases:queue")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
