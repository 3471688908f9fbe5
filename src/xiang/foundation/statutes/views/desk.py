"""``/config/rules/``: every limit, fee and threshold with its basis; unconfirmed ones stand out; corrections append."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Invalid
from xiang.foundation.pages.components import CounterView, FieldView, FilterView, Kind, StatusView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.statutes import operations, queries
from xiang.foundation.statutes.models import Rule
from xiang.foundation.statutes.rules import RuleRow
from xiang.foundation.statutes.views import forms

GROUPS = {
    "licence": "行政许可",
    "legal": "法定时限",
    "item": "承诺时限",
    "birth": "出生",
    "premium": "医保缴费",
    "fee": "收费",
    "remedy": "救济",
    "service": "通用服务",
    "data": "数据共享",
    "rating": "好差评",
    "card": "红黄牌",
}
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as the list shows it."""

    id: UUID
    row: RuleRow
    status: StatusView
    recorded_by: str = ""


def is_configurator(request: HttpRequest) -> bool:
    return actor_of(request).has("configurator")


def _configurator(request: HttpRequest) -> Actor:
    """The actor; for others the page is not there."""
    actor = actor_of(request)
    if not actor.has("configurator"):
        raise Absent()
    return actor


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    _configurator(request)
    today, chosen = instant.today(), {name: request.GET.get(name, "").strip() for name in ("group", "show", "q")}
    order = [*GROUPS, OTHER]
    every = [_line(rule, today) for rule in queries.rules()]
    every.sort(key=lambda line: order.index(_group(line.row.key)))
    lines = [line for line in every if _matches(line, chosen, today)]
    context = {
        "nav": "rules",
        "lines": lines,
        "query": chosen["q"],
        "counters": _counters(every, chosen, today),
        "filters": _filters(every, chosen),
        "kept": {name: value for name, value in chosen.items() if value and name != "q"},
    }
    return page(request, "statutes/rules.html", context, fragment="statutes/parts/rules.html")


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    actor, found = _configurator(request), Rule.objects.filter(pk=rule_id).first()
    if found is None:
        raise Absent()
    if request.method != "POST":
        return _rule_page(request, found, forms.fields(found))
    given = {name: str(value) for name, value in request.POST.items()}
    try:
        change = operations.correct_rule(found.id, forms.row(found, given), actor, given.get("reason", ""))
    except Invalid as refusal:
        return _rule_page(request, found, forms.fields(found, given, refusal.errors), status=422)
    said = "和原来一样，没有改动。" if change == "unchanged" else "已更正。以后开始计时的办件用新的数值，正在办的不变。"
    messages.success(request, said)
    live = queries.history(found.key, found.region).filter(superseded_at=None).first()
    return redirect("statutes:rule", rule_id=live.id if live else found.id)


def _rule_page(request: HttpRequest, found: Rule, fields: list[FieldView], status: int = 200) -> HttpResponse:
    today = instant.today()
    context = {
        "nav": "rules",
        "line": _line(found, today),
        "rule": found,
        "history": [(past, _line(past, today)) for past in queries.history(found.key, found.region)],
        "fields": fields,
        "live": found.superseded_at is None,
    }
    return page(request, "statutes/rule.html", context, status=status)


def _group(key: str) -> str:
    first = key.partition(".")[0]
    return first if first in GROUPS else OTHER


def _line(rule: Rule, today: date) -> Line:
    return Line(rule.id, queries.row_of(rule), _status(rule, today), rule.recorded_by)


def _status(rule: Rule, today: date) -> StatusView:
    if rule.superseded_at is not None:
        return StatusView("done", "已更正")
    if rule.valid_to and rule.valid_to < today:
        return StatusView("done", "已失效")
    if rule.valid_from > today:
        return StatusView("wait", "未施行")
    return StatusView("run", "有效", "check") if rule.confirmed else StatusView("soon", "待核实", "alert-circle")


def _matches(line: Line, chosen: dict[str, str], today: date) -> bool:
    row = line.row
    ended = row.valid_to is not None and row.valid_to < today
    shown = {"unconfirmed": not row.confirmed and not ended, "ended": ended, "silence": bool(row.silence)}
    text = f"{row.key} {row.title} {row.basis} {row.words}".lower()
    return (
        chosen["group"] in ("", _group(row.key))
        and shown.get(chosen["show"], not ended)
        and chosen["q"].lower() in text
    )


def _counters(every: Iterable[Line], chosen: dict[str, str], today: date) -> list[CounterView]:
    lines = list(every)
    kinds: tuple[tuple[str, Kind, str, str], ...] = (
        ("", "run", "有效", "scale"),
        ("unconfirmed", "soon", "待核实", "alert-circle"),
        ("silence", "stop", "不答复有后果", "hourglass-low"),
        ("ended", "done", "已失效", "archive"),
    )
    return [
        CounterView(
            kind,
            words,
            str(sum(_matches(line, {"group": chosen["group"], "show": show, "q": ""}, today) for line in lines)),
            "?" + urlencode({"group": chosen["group"], "show": show}),
            show == chosen["show"],
            icon,
        )
        for show, kind, words, icon in kinds
    ]


def _filters(every: Iterable[Line], chosen: dict[str, str]) -> list[FilterView]:
    pills = [FilterView("group", "全部", on=not chosen["group"], url="?" + urlencode({"show": chosen["show"]}))]
    present = {_group(line.row.key) for line in every}
    for name, title in {**GROUPS, OTHER: "其他"}.items():
        if name in present:
            url = "?" + urlencode({"group": name, "show": chosen["show"]})
            pills.append(FilterView("group", title, on=name == chosen["group"], url=url))
    return pills
