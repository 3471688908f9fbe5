"""The row of an officer's list, joined in Python: see :mod:`xiang.foundation.pages.rendering`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xiang.foundation.cases.presenting.inbox import InboxView, RowView
from xiang.foundation.pages import rendering

register = template.Library()

_ROW = (
    '<tr data-row data-href="{url}" data-peek="{peek}"{unread}><td>{box}</td><td class="mono">{short}</td>'
    '<td class="m" title="{item}">{item}</td><td class="m"><a href="{url}">{title}</a>{urged}{place}</td>'
    '<td title="{state}">{state}</td><td>{clock}</td><td>{officer}</td><td class="num">{received}</td></tr>'
)
_UNREAD = SafeString(' class="unread"')


@register.simple_tag
def caserow(row: RowView, view: InboxView) -> SafeString:
    """A case in the list, with a box where several can be handled at once."""
    box = '<input type="checkbox" form="batch" name="cases" value="{}" aria-label="选择 {}">'
    return format_html(
        _ROW,
        url=row.url,
        peek=row.peek,
        unread=_UNREAD if row.unread else "",
        box=format_html(box, row.token, row.short) if view.batches else "",
        short=row.short,
        item=row.item,
        title=row.title,
        urged=format_html(" {}", rendering.icon("bell-ringing", "申请人催办")) if row.urged else "",
        place=format_html('<span class="mute small c-place">{}</span>', row.place) if view.several_units else "",
        state=row.state,
        clock=rendering.clock_cell(row.clock) if row.clock else "",
        officer=row.officer,
        received=f"{row.received.month}-{row.received.day}",
    )
