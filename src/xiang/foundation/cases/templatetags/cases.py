"""The row of an officer's list, joined in Python: see :mod:`xiang.foundation.pages.rendering`."""

from __future__ import annotations

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from xiang.foundation.cases.presenting.inbox import InboxView, RowView
from xiang.foundation.pages import rendering

register = template.Library()

_UNREAD = ' class="unread"'


@register.simple_tag
def caserow(row: RowView, view: InboxView) -> SafeString:
    """A case in the list, with a box where several can be handled at once. Every value is escaped on its way in."""
    url, short, item, state = escape(row.url), escape(row.short), escape(row.item), escape(row.state)
    box = ""
    if view.batches:
        token = escape(row.token)
        box = f'<input type="checkbox" form="batch" name="cases" value="{token}" aria-label="选择 {short}">'
    urged = f" {rendering.icon('bell-ringing', '申请人催办')}" if row.urged else ""
    place = f'<span class="mute small c-place">{escape(row.place)}</span>' if view.several_units else ""
    clock = rendering.clock_cell(row.clock) if row.clock else ""
    return mark_safe(  # noqa: S308
        f'<tr data-row data-href="{url}" data-peek="{escape(row.peek)}"{_UNREAD if row.unread else ""}><td>{box}</td>'
        f'<td class="mono">{short}</td><td class="m" title="{item}">{item}</td>'
        f'<td class="m"><a href="{url}">{escape(row.title)}</a>{urged}{place}</td><td title="{state}">{state}</td>'
        f"<td>{clock}</td><td>{escape(row.officer)}</td>"
        f'<td class="num">{row.received.month}-{row.received.day}</td></tr>'
    )
