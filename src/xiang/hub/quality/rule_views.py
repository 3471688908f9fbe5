"""Pages where a steward writes a resource's rules, has some suggested, and looks at the data now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.ground.errors import Absent, Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.hub.quality import operations, queries
from xiang.hub.quality.engine import profiling, rules
from xiang.hub.quality.engine.indicators import DIMENSIONS, INDICATORS, KINDS, dimension_of
from xiang.hub.quality.engine.telling import FORMS, REASONS
from xiang.hub.quality.models import Run

SHOWN, RUNS = 100, 20


def _steward(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has("steward"):
        raise Absent
    return actor


@login_required
@require_GET
def resources(request: HttpRequest) -> HttpResponse:
    """The resources whose rules I write."""
    actor = _steward(request)
    found = Paginator(queries.resources(actor), SHOWN).get_page(request.GET.get("page"))
    own = queries.own_sheets(row.key for row in found)
    names = queries.body_names(row.system.body_key for row in found)
    rows = [(row, names.get(row.system.body_key, row.system.body_key), row.key in own) for row in found]
    return page(request, "quality/resources.html", {"rows": rows, "found": found, "nav": "quality_rules"})


@login_required
@require_GET
def resource(request: HttpRequest, key: str) -> HttpResponse:
    """The rules in words and as text, and the looks at the data."""
    actor = _steward(request)
    return _editor(request, actor, key, "", ())


def _editor(request: HttpRequest, actor: Actor, key: str, text: str, errors: Any) -> HttpResponse:
    found = queries.resource(actor, key)
    content = queries.rules_of(found)
    context = {
        "resource": found,
        "own": bool(queries.own_sheets([key])),
        "listed": [_rule(each) for each in rules.build(content).rules] if content else [],
        "text": text or (profiling.as_yaml(content) if content else ""),
        "errors": errors,
        "runs": queries.runs(actor).filter(resource_key=key)[:RUNS],
        "nav": "quality_rules",
    }
    return page(request, "quality/resource.html", context, status=422 if errors else 200)


def _rule(rule: rules.Rule) -> dict[str, Any]:
    indicator = f"{DIMENSIONS[rule.dimension]}·{INDICATORS[rule.indicator]}"
    columns = "、".join(rule.columns) or rule.parameters.get("sql", "")
    return {"kind": KINDS[rule.kind], "columns": columns, "indicator": indicator, "message": rule.message}


@login_required
@require_POST
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the rules; what does not hold comes back with what was typed."""
    actor = _steward(request)
    queries.resource(actor, key)
    text = request.POST.get("rules", "")
    try:
        operations.put_rules(key, rules.content_of(text), actor)
    except Invalid as wrong:
        return _editor(request, actor, key, text, wrong.errors)
    messages.success(request, "规则已经保存，下一次检查就用它。")
    return redirect("quality:resource", key)


@login_required
@require_POST
def look(request: HttpRequest, key: str) -> HttpResponse:
    """Order a look at the data."""
    made = operations.order(key, request.POST.get("kind", ""), _steward(request))
    return redirect("quality:run", made.id)


@login_required
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What a look found; the page asks again until it is done."""
    actor = actor_of(request)
    found = queries.run(actor, run_id)
    result = found.result
    suggested = found.kind == Run.Kind.SUGGEST and "rules" in result
    context = {
        "run": found,
        "checked": [_result(each) for each in result["rules"]] if found.kind == Run.Kind.CHECK and result else [],
        "text": profiling.as_yaml(result["rules"]) if suggested else "",
        "columns": [
            {**each, "filled": 100 * each["filled"], "form": FORMS.get(each["form"], "—")} for each in result["columns"]
        ]
        if suggested
        else [],
        "nav": "quality_rules",
    }
    return page(request, "quality/run.html", context)


def _result(each: dict[str, Any]) -> dict[str, Any]:
    indicator = f"{DIMENSIONS[dimension_of(each['indicator'])]}·{INDICATORS[each['indicator']]}"
    share = 100 * (each["assessed"] - each["failed"]) / each["assessed"] if each["assessed"] else None
    first = [{**one, "why": REASONS.get(one["reason"], one["reason"])} for one in each["first"]]
    return {**each, "indicator": indicator, "share": share, "first": first}
