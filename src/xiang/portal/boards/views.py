"""The pages of the board, for supervisors and configurators."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from xiang.foundation.ground import instant
from xiang.foundation.ground.province import prefectures
from xiang.foundation.measures import queries as measures
from xiang.foundation.pages.components import StatusView
from xiang.foundation.pages.http import page
from xiang.oversight.ratings import queries as ratings
from xiang.oversight.ratings.models import RatingFollowUp
from xiang.portal import links, rights
from xiang.portal.boards import figures, tracing
from xiang.portal.boards.figures import PERIODS, Period


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """``/board/``: what is slow, who must act, what moved; then every figure; beside it the map and the line of one."""
    actor = rights.need(request, rights.BOARD)
    over = figures.period(request.GET.get("period", ""))
    found = figures.board(over)
    main = found.find(request.GET.get("main", "") or figures.MAIN)
    line = figures.series(main, over)
    late = Q(state=RatingFollowUp.State.OPEN, contact_due__lt=instant.today())
    waiting = ratings.follow_ups(actor).exclude(state=RatingFollowUp.State.CLOSED).order_by()
    context: dict[str, Any] = {
        "nav": "board",
        "as_of": figures.as_of(),
        "over": over,
        "periods": _periods(request, over),
        "chapters": [(title, [figures.plan_row(one) for one in group]) for title, group in found.chapters],
        "counts": _counts([one.status for one in found.every]),
        "slow": figures.slow(found.every),
        "reached": any(one.target is not None and one.reading.value is not None for one in found.every),
        "changed": found.changed,
        "bad": waiting.aggregate(every=Count("id"), late=Count("id", filter=late)),
        "main": main,
        "map": figures.tiles(main, over),
        "line": line,
        "finding": figures.finding(main.measure.title, line, main.measure.unit),
        "filed": figures.by_item("cases.filed", over, figures.titles())[:12],
    }
    return page(request, "portal/boards/board.html", context)


def _periods(request: HttpRequest, over: Period) -> list[tuple[str, str, bool]]:
    kept = {name: value for name, value in request.GET.items() if name not in ("period", "cursor")}
    return [(words, f"?{urlencode({**kept, 'period': key})}", key == over.key) for key, words in PERIODS.items()]


def _counts(found: list[StatusView]) -> list[tuple[StatusView, int]]:
    """6 项：1 达标，1 临近…"""
    order = ("late", "soon", "done", "run", "wait")
    kinds = {view.kind: view for view in found}
    return [(kinds[kind], sum(v.kind == kind for v in found)) for kind in order if kind in kinds]


@login_required
@require_GET
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """One figure: its formula, its days, by item and city, and whether a recount agrees."""
    rights.need(request, rights.BOARD)
    over = figures.period(request.GET.get("period", ""))
    found = figures.figure(key, over)
    line = figures.series(found, over)
    context = {
        "nav": "board",
        "as_of": figures.as_of(),
        "over": over,
        "periods": _periods(request, over),
        "found": found,
        "line": line,
        "finding": figures.finding(found.measure.title, line, found.measure.unit),
        "slices": figures.by_item(key, over, figures.titles()),
        "map": figures.tiles(found, over) if "city" in found.measure.dimensions else None,
        "cases_url": f"{reverse('portal:figure_cases', args=[key])}?period={over.key}",
    }
    return page(request, "portal/boards/figure.html", context)


@login_required
@require_GET
def recount(request: HttpRequest, key: str) -> HttpResponse:
    """Count again from the rooms' own tables and compare; asked for by the page after it is shown."""
    rights.need(request, rights.BOARD)
    measure = figures.known(key)
    outcome = measures.recount(key) if measure.source else None
    context = {"outcome": outcome, "measure": measure, "at": instant.now(), "nav": "board"}
    return page(request, "portal/boards/recount.html", context, fragment="portal/boards/parts/recount.html")


@login_required
@require_GET
def cases(request: HttpRequest, key: str) -> HttpResponse:
    """The cases behind a figure, masked; what they add up to must be the figure."""
    actor = rights.need(request, rights.BOARD)
    over = figures.period(request.GET.get("period", ""))
    item, city = request.GET.get("item", "")[:96], request.GET.get("city", "")[:4]
    where = tracing.where_of(item, city)
    where = {name: value for name, value in where.items() if name in figures.known(key).dimensions}
    found = figures.figure(key, over, where)
    context = {
        "nav": "board",
        "as_of": figures.as_of(),
        "over": over,
        "periods": _periods(request, over),
        "found": found,
        "traced": tracing.traced(key, where, over, actor),
        "narrowed": [figures.titles().get(item, item)] * bool(item) + [_city(city)] * bool(city),
    }
    return page(request, "portal/boards/cases.html", context)


def _city(code: str) -> str:
    place = prefectures().get(code)
    return place[2] if place else code


@login_required
@require_GET
def case(request: HttpRequest, key: str, number: str) -> HttpResponse:
    """One case behind a figure and its entries in the ledger, each with a proof to take away."""
    actor = rights.need(request, rights.BOARD)
    found = figures.figure(key, figures.period(""))
    context = {
        "nav": "board",
        "as_of": figures.as_of(),
        "found": found,
        "masked": tracing.masked(number, actor),
        "back": links.url("portal:figure_cases", key),
    }
    return page(request, "portal/boards/case.html", context)


# --- taking away -----------------------------------------------------------------------------------------------------


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Every figure of the board as a table."""
    rights.need(request, rights.BOARD)
    over = figures.period(request.GET.get("period", ""))
    rows = [
        [title, f.measure.title, f.value, f.target if f.target is not None else "", f.reading.numerator,
         f.reading.denominator, f.measure.formula]
        for title, group in figures.board(over).chapters
        for f in group
    ]  # fmt: skip
    return _csv("board", ["栏目", "指标", "数值", "目标", "分子", "分母", "算式"], rows)


@login_required
@require_GET
def export_figure(request: HttpRequest, key: str) -> HttpResponse:
    """One figure day by day, and by item and city."""
    rights.need(request, rights.BOARD)
    over = figures.period(request.GET.get("period", ""))
    measure = figures.known(key)
    rows: list[list[Any]] = []
    for point in measures.series(key, "day", None, over.start, over.end):
        rows.append(["按日", point.day, *_numbers(point.reading)])
    rows += [["按事项", one.title, *_numbers(one.reading)] for one in figures.by_item(key, over, figures.titles())]
    rows += [["按市州", _city(code), *_numbers(reading)] for code, reading in figures.by_city(key, over).items()]
    return _csv(measure.key, ["分组", "名称", "分子", "分母", "数值"], rows)


def _numbers(reading: measures.Reading) -> list[Any]:
    return [reading.numerator, reading.denominator, "" if reading.value is None else reading.value]


def _csv(name: str, head: list[str], rows: list[list[Any]]) -> HttpResponse:
    """With a byte order mark, so that spreadsheets read the characters; a cell never begins a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{instant.today():%Y%m%d}.csv"'
    return answer


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell
