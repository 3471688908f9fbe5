"""The tags and filters of every page: ``{% load xiang %}``. What each takes is in ``components.py``.

Small pieces are joined in Python (``rendering.py``), larger ones are templates under ``pages/parts/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from xiang.foundation.ground.province import prefectures
from xiang.foundation.pages import lotus as lotus_drawing
from xiang.foundation.pages import navigation, rendering, texts
from xiang.foundation.pages import panels as panel_registry
from xiang.foundation.pages.components import (
    ICONS,
    ActionView,
    BeforeAfter,
    BigRow,
    ClockView,
    CounterView,
    DataUseView,
    DayCell,
    EventView,
    FactGroup,
    FactView,
    FieldView,
    FilterView,
    Kind,
    LanesView,
    Link,
    MapView,
    NameView,
    PagingView,
    PlanRow,
    ReceiptView,
    SaveBar,
    SourceView,
    StateView,
    StatusView,
    TableView,
    UploadView,
)
from xiang.foundation.pages.lanes import arrange
from xiang.foundation.pages.qr import qr_svg

register = template.Library()
PARTS = "pages/parts/"


# --- filters ---------------------------------------------------------------------------------------------------------


@register.filter
def legaldate(value: date | datetime | None, style: str = "") -> str:
    return texts.legal_day(value, style)


@register.filter
def moment(value: datetime | None) -> str:
    return texts.moment(value)


@register.filter
def yuan(value: int | None) -> str:
    return texts.yuan(value)


@register.filter
def mask_id(value: str | None) -> str:
    return texts.mask_id(value)


@register.filter
def mask_phone(value: str | None) -> str:
    return texts.mask_phone(value)


@register.filter
def mask_name(value: str | None) -> str:
    return texts.mask_name(value)


# --- small pieces ----------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    return rendering.icon(name, label)


@register.simple_tag
def status(kind: Kind | StatusView, words: str = "", bare: bool = False, icon: str = "") -> SafeString:
    view = kind if isinstance(kind, StatusView) else StatusView(kind, words, icon)
    return rendering.status(view, bare)


@register.simple_tag
def src(source: SourceView | None) -> SafeString:
    return rendering.source(source) if source else SafeString("")


@register.simple_tag
def days(clock: ClockView | None, short: bool = False) -> SafeString:
    return rendering.clock_line(clock, short) if clock else SafeString("")


@register.simple_tag
def daycells(clock: ClockView | Sequence[DayCell] | None) -> SafeString:
    if clock is None:
        return SafeString("")
    if isinstance(clock, ClockView):
        return rendering.day_cells(clock.cells, clock.kind)
    return rendering.day_cells(clock)


@register.simple_tag
def clockcell(clock: ClockView | None) -> SafeString:
    return rendering.clock_cell(clock) if clock else SafeString("")


@register.simple_tag
def lotus(width: int = 96) -> SafeString:
    return lotus_drawing.lotus(width)


@register.simple_tag
def qr(text: str, label: str = "核验二维码") -> SafeString:
    return qr_svg(text, label)


@register.simple_tag
def backlink(url: str, words: str) -> SafeString:
    return format_html('<a class="x-back" href="{}">{}{}</a>', url, rendering.icon("chevron-left"), words)


@register.simple_tag
def printbutton(words: str = "打印") -> SafeString:
    """Hidden until the script says that it can print."""
    return format_html(
        '<button type="button" class="btn btn-plain needs-js" data-print>{}{}</button>',
        rendering.icon("printer"),
        words,
    )


@register.simple_tag
def copynumber(number: str) -> SafeString:
    """A number to read out and to copy."""
    return format_html(
        '<span class="x-number num nowrap">{0}<button type="button" class="x-copy needs-js" data-copy="{0}" '
        'aria-label="复制编号 {0}">{1}</button></span>',
        number,
        rendering.icon("copy"),
    )


@register.simple_tag
def kbd(*keys: str) -> SafeString:
    return format_html_join("", '<span class="x-kbd">{}</span>', ((key,) for key in keys))


# --- notices and states ----------------------------------------------------------------------------------------------


def _note(kind: str, title: str, body: str, icon: str, role: str) -> SafeString:
    shape = "" if kind == "info" else f" s-{kind}"
    return format_html(
        '<div class="x-note{}"{}>{}<div>{}{}</div></div>',
        shape,
        mark_safe(f' role="{role}"') if role else "",  # noqa: S308 - one of ours
        rendering.icon(icon or ICONS.get(kind, "info-circle")),
        format_html("<b>{}</b>", title) if title else "",
        body,
    )


@register.simple_tag
def note(kind: str, title: str, body: str = "", icon: str = "") -> SafeString:
    return _note(kind, title, body, icon, "")


@register.simple_block_tag
def notice(content: SafeString, kind: str = "info", title: str = "", icon: str = "", role: str = "") -> SafeString:
    """A notice around any markup; ``role="status"`` when it arrives by htmx."""
    return _note(kind, title, content, icon, role)


@register.inclusion_tag(PARTS + "state.html", takes_context=True)
def state(context: Context, view: StateView, level: int = 3) -> dict[str, Any]:
    return {"view": view, "level": level, "request": context.get("request")}


# --- clock -----------------------------------------------------------------------------------------------------------


@register.inclusion_tag(PARTS + "calendar.html")
def calendar(clock: ClockView, level: int = 2) -> dict[str, Any]:
    cells = [(cell, rendering.month_class(cell), rendering.month_words(cell)) for cell in clock.calendar]
    return {"clock": clock, "cells": cells, "level": level}


@register.inclusion_tag(PARTS + "lanes.html", takes_context=True)
def lanes(context: Context, view: LanesView) -> dict[str, Any]:
    return {"view": view, "laid": arrange(view), "request": context.get("request")}


# --- facts, receipt, names -------------------------------------------------------------------------------------------


@register.inclusion_tag(PARTS + "fact.html")
def fact(view: FactView) -> dict[str, Any]:
    return {"fact": view}


@register.inclusion_tag(PARTS + "deskfact.html")
def deskfact(view: FactView) -> dict[str, Any]:
    return {"fact": view}


@register.inclusion_tag(PARTS + "factgroup.html")
def factgroup(group: FactGroup) -> dict[str, Any]:
    return {"group": group, "count": group.count or len(group.facts)}


@register.inclusion_tag(PARTS + "cells.html")
def cells(receipt: ReceiptView) -> dict[str, Any]:
    return {"receipt": receipt, "parts": [(part, min(at, 5)) for at, part in enumerate(receipt.parts)]}


@register.inclusion_tag(PARTS + "before_after.html")
def before_after(receipt: ReceiptView | Sequence[BeforeAfter]) -> dict[str, Any]:
    rows = receipt.rows if isinstance(receipt, ReceiptView) else receipt
    return {"rows": rows, "how": receipt.how if isinstance(receipt, ReceiptView) else ""}


@register.inclusion_tag(PARTS + "tian.html")
def tian(name: str | NameView, anchor: str = "") -> dict[str, Any]:
    view = name if isinstance(name, NameView) else NameView(name)
    return {"view": view, "characters": [(c, c in view.missing) for c in view.name], "anchor": anchor}


@register.inclusion_tag(PARTS + "datause.html")
def datause(use: DataUseView) -> dict[str, Any]:
    return {"use": use}


# --- boards ----------------------------------------------------------------------------------------------------------


@register.inclusion_tag(PARTS + "tiles.html")
def map_tiles(view: MapView) -> dict[str, Any]:
    places = prefectures()
    placed = [(tile, *places[tile.key][:2]) for tile in view.tiles if tile.key in places]
    return {"placed": sorted(placed, key=lambda one: one[1:]), "legend": view.legend}


register.tag("tiles", register.tags["map_tiles"])


@register.inclusion_tag(PARTS + "planrow.html")
def planrow(row: PlanRow) -> dict[str, Any]:
    return {"row": row}


# --- desk ------------------------------------------------------------------------------------------------------------


@register.inclusion_tag(PARTS + "counters.html")
def counters(views: Iterable[CounterView]) -> dict[str, Any]:
    return {"counters": views}


@register.inclusion_tag(PARTS + "filters.html")
def filters(views: Iterable[FilterView], label: str = "筛选", target: str = "") -> dict[str, Any]:
    return {"filters": views, "label": label, "target": target}


@register.inclusion_tag(PARTS + "actions.html")
def actions(views: Iterable[ActionView], name: str = "transition", label: str = "可以做的") -> dict[str, Any]:
    return {"actions": views, "name": name, "label": label}


@register.inclusion_tag(PARTS + "timeline.html")
def timeline(events: Iterable[EventView]) -> dict[str, Any]:
    return {"events": events}


@register.inclusion_tag(PARTS + "datatable.html")
def datatable(table: TableView) -> dict[str, Any]:
    return {"table": table}


@register.inclusion_tag(PARTS + "paging.html")
def paging(view: PagingView) -> dict[str, Any]:
    return {"paging": view}


# --- forms -----------------------------------------------------------------------------------------------------------


@register.inclusion_tag(PARTS + "formfield.html")
def formfield(view: FieldView) -> dict[str, Any]:
    described = [f"{view.name}-hint"] * bool(view.hint) + [f"{view.name}-error"] * bool(view.error)
    name = NameView(view.value, view.missing or (), checked=view.missing is not None)
    return {"field": view, "described": " ".join(described), "name": name}


@register.inclusion_tag(PARTS + "errorsummary.html")
def errorsummary(fields: Iterable[FieldView | UploadView]) -> dict[str, Any]:
    return {"wrong": [field for field in fields if field.error]}


@register.inclusion_tag(PARTS + "upload.html", takes_context=True)
def upload(context: Context, view: UploadView) -> dict[str, Any]:
    return {"upload": view, "request": context.get("request")}


@register.inclusion_tag(PARTS + "stepper.html")
def stepper(step: int, of: int) -> dict[str, Any]:
    return {"step": step, "of": of, "cells": [n < step for n in range(of)]}


@register.inclusion_tag(PARTS + "savebar.html")
def savebar(bar: SaveBar) -> dict[str, Any]:
    return {"bar": bar}


@register.inclusion_tag(PARTS + "big.html")
def big(row: BigRow) -> dict[str, Any]:
    return {"row": row}


@register.simple_tag(takes_context=True)
def linkbutton(context: Context, link: Link, wide: bool = False) -> SafeString:
    """A button; with ``post`` a form of its own, guarded against a second click."""
    shape = f"btn btn-{link.kind}" + (" btn-wide" if wide else "")
    inner = format_html(
        "{}{}{}",
        rendering.icon(link.icon) if link.icon else "",
        link.label,
        format_html('<span class="x-kbd" aria-hidden="true">{}</span>', link.key) if link.key else "",
    )
    key = format_html(' data-key="{}"', link.key) if link.key else ""
    if not link.post:
        return format_html('<a class="{}" href="{}"{}>{}</a>', shape, link.url, key, inner)
    request: HttpRequest | None = context.get("request")
    token = get_token(request) if request else ""
    return format_html(
        '<form class="x-inline" method="post" action="{}" data-once>'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="{}"{}>{}</button></form>',
        link.url,
        token,
        shape,
        key,
        inner,
    )


# --- shell -----------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def navitems(context: Context, audience: str) -> list[navigation.Shown]:
    """The items of an audience that this person sees; the context's ``nav`` names the current one."""
    if "nav_preview" in context:  # the gallery's
        preview: dict[str, list[navigation.Shown]] = context["nav_preview"]
        if audience in preview:
            return preview[audience]
    return navigation.items(context["request"], audience, str(context.get("nav") or ""))


@register.simple_tag(takes_context=True)
def panels(context: Context, slot: str, subject: Any = None) -> SafeString:
    return panel_registry.render(slot, context["request"], subject)


@register.simple_tag
def anchor() -> str:
    """An id for one page, to tie a label to its control."""
    return f"x{uuid4().hex[:8]}"
