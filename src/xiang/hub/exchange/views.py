"""Pages of exchanges for data stewards: jobs, runs with their receipts, movings of databases."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.hub.exchange import operations, presenting, queries
from xiang.hub.exchange.engine.mapping import Rule, rules_of, text_of
from xiang.hub.exchange.models import Job
from xiang.hub.inventory import queries as registered
from xiang.hub.inventory.naming import body_name, body_names

_LATEST = 50
_MOVING = ("title", "body_key", "source_address", "target_address", "old_channel")
_FIELDS = (
    "title", "source_body", "source_address", "source_table", "target_body", "target_address", "target_table", "mode",
    "watermark", "tombstone",
)  # fmt: skip


def steward_of(request: HttpRequest) -> Actor:
    """The steward who asks; to anybody else the pages are not there."""
    actor = actor_of(request)
    if not actor.has("steward"):
        raise Absent
    return actor


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """All jobs with their last run, and what runs now."""
    actor = steward_of(request)
    rows = presenting.job_rows(queries.jobs(actor).order_by("key")[:500])
    latest = presenting.run_rows(queries.runs(actor)[:10])
    context = {"jobs": rows, "runs": latest, "nav": "exchange", "busy": any(one.open for one in latest)}
    return page(request, "exchange/jobs.html", context, fragment="exchange/_runs.html")


@login_required
@require_http_methods(["GET", "POST"])
def define(request: HttpRequest) -> HttpResponse:
    """Define a job."""
    actor = steward_of(request)
    given: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        keys = request.POST.get("key_columns", "").replace("，", ",").replace(",", " ").split()
        numbers = {name: _number(request.POST.get(name, ""), 0) for name in ("rate", "overlap")}
        try:
            mapping = _mapping(request.POST.get("mapping", ""))
            values = {**given, **numbers, "key_columns": keys, "mapping": mapping}
            made = operations.put_job(request.POST.get("key", "").strip(), values, actor)
        except Invalid as wrong:
            errors = wrong.errors
        else:
            messages.success(request, "任务已经建好，可以运行。")
            return redirect("exchange:job", made.key)
    context = {
        "given": request.POST,
        "errors": errors,
        "modes": Job.Mode.choices,
        "systems": registered.systems().order_by("key"),
        "nav": "exchange",
    }
    return page(request, "exchange/define.html", context, status=422 if errors else 200)


@login_required
@require_GET
def job(request: HttpRequest, key: str) -> HttpResponse:
    """One job: what it carries, its progress now, its history."""
    actor = steward_of(request)
    found = queries.job_for(actor, key)
    rows = presenting.run_rows(queries.runs(actor, key)[:_LATEST])
    context = {
        "job": found,
        "row": presenting.job_rows([found])[0],
        "schedule": getattr(found, "schedule", None),
        "mapping": text_of([Rule(**one) for one in found.mapping]),
        "runs": rows,
        "busy": any(one.open for one in rows),
        "nav": "exchange",
    }
    return page(request, "exchange/job.html", context, fragment="exchange/_runs.html")


@login_required
@require_POST
def act(request: HttpRequest, key: str) -> HttpResponse:
    """Run, pause, resume, schedule or retire a job."""
    actor, step = steward_of(request), request.POST.get("step", "")
    if step in ("run", "accept"):
        made = operations.start(key, actor, accept_drift=step == "accept")
        return redirect("exchange:run", made.pk)
    if step == "schedule":
        operations.schedule(key, _number(request.POST.get("every_minutes", ""), 0), actor)
    else:
        steps = {
            "pause": operations.pause,
            "resume": operations.resume,
            "retire": operations.retire,
            "unschedule": operations.unschedule,
        }
        if step not in steps:
            raise Invalid([FieldError("/step", "step_unknown", "没有这个操作，请从页面上的按钮选择。")])
        steps[step](key, actor)
    return redirect("exchange:jobs") if step == "retire" else redirect("exchange:job", key)


@login_required
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: progress while it runs; its receipt, or why it stopped, afterwards."""
    actor = steward_of(request)
    found = queries.run_for(actor, run_id)
    context = {
        "run": presenting.run_row(found),
        "drift": found.drift,
        "serious": any(one["serious"] for one in found.drift),
        "chunks": found.chunks.order_by("-number")[:10],
        "receipt": presenting.receipt_view(queries.receipt_of(actor, run_id)),
        "nav": "exchange",
    }
    return page(request, "exchange/run.html", context, fragment="exchange/_run.html")


@login_required
@require_POST
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Call a run off."""
    operations.cancel(run_id, steward_of(request))
    return redirect("exchange:run", run_id)


@login_required
@require_GET
def receipt(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The receipt as a file, to be checked anywhere."""
    found = queries.receipt_of(steward_of(request), run_id)
    if found is None:
        raise Absent("receipt_absent", "这次运行没有完成，没有回执。")
    names = ("content", "algorithm", "source_key", "source_signature", "target_key", "target_signature")
    return _file({name: getattr(found, name) for name in names}, f"receipt-{run_id}.json")


@login_required
@require_GET
def lineage(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Its OpenLineage events as a file."""
    found = queries.lineage_of(steward_of(request), run_id)
    return _file([one.event for one in found], f"lineage-{run_id}.json")


@login_required
@require_GET
def migrations(request: HttpRequest) -> HttpResponse:
    """All movings of databases."""
    found = list(queries.migrations(steward_of(request)))
    names = body_names(one.body_key for one in found)
    rows = [(one, names[one.body_key]) for one in found]
    return page(request, "exchange/migrations.html", {"migrations": rows, "nav": "exchange"})


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose the moving of a database: its tables are looked at before anything is kept."""
    actor = steward_of(request)
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        values = {name: request.POST.get(name, "").strip() for name in _MOVING}
        tables = list(dict.fromkeys(request.POST.get("tables", "").replace(",", " ").replace("，", " ").split()))
        try:
            made = operations.propose(request.POST.get("key", "").strip(), values, tables, actor)
        except Invalid as wrong:
            errors = wrong.errors
        else:
            return redirect("exchange:migration", made.key)
    context = {
        "given": request.POST,
        "errors": errors,
        "systems": registered.systems().order_by("key"),
        "nav": "exchange",
    }
    return page(request, "exchange/propose.html", context, status=422 if errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def migration(request: HttpRequest, key: str) -> HttpResponse:
    """One moving: its steps, its tables with both counts, the check and the cut-over."""
    actor = steward_of(request)
    found = queries.migration_for(actor, key)
    if request.method == "POST":
        if request.POST.get("step") == "check":
            operations.ask_check(key, actor)
        else:
            operations.advance(key, actor)
        return redirect("exchange:migration", key)
    tables = list(found.tables.select_related("job"))
    checking = found.check_due_at is not None
    context = {
        "migration": found,
        "body": body_name(found.body_key),
        "steps": presenting.steps_of(found),
        "tables": tables,
        "checked": sum(one.checked_at is not None or one.reason != "" for one in tables),
        "checking": checking,
        "next": presenting.next_step(found),
        "may_check": found.state not in ("assessed", "closed") and not checking,
        "nav": "exchange",
    }
    return page(request, "exchange/migration.html", context, fragment="exchange/_checks.html")


def _mapping(text: str) -> list[dict[str, Any]]:
    try:
        return [rule.plain() for rule in rules_of(text)]
    except ValueError as wrong:
        raise Invalid([FieldError("/mapping", "mapping_form", f"字段映射{wrong}")]) from wrong


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else otherwise


def _file(value: object, name: str) -> HttpResponse:
    answer = HttpResponse(json.dumps(value, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
