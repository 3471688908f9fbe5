"""A field shown: its value in words, and where that comes from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from xiang.foundation.forms.prefill import Origin
from xiang.foundation.forms.schema import Field
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import FactView, SourceView
from xiang.foundation.pages.texts import mask_id, yuan
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.queries import Tree

GIVEN = ("source", "changed")
_NUMERIC = ("integer", "number", "money", "date", "datetime", "id_number", "phone")
CHECKED_LATER = "恢复后由我们核对"

Link = Callable[[str], str]


def fact_view(
    field: Field,
    value: Any,
    origin: Origin | None,
    dispute_url: Link | None = None,
    *,
    form: str = "",
    tree: Tree | None = None,
) -> FactView:
    """A field with where its value comes from. What a body said can be disputed: at ``dispute_url``, or with ``form`` by
    a button of that form, which can change it as well."""
    fetched = origin is not None and origin.kind in GIVEN and bool(field.source)
    disputed = origin is not None and origin.disputed
    changed = origin is not None and origin.kind == "changed"
    return FactView(
        label=field.title,
        value=words_of(field, value, tree) or ("没有登记" if origin and origin.kind == "absent" else ""),
        source=source_view(origin) if origin or not field.assumed else SourceView("按最常见的情形先填好", kind="hand"),
        dispute_url=_dispute(field, dispute_url, form) if fetched else "",
        disputed="已提出有误，照常办理" if disputed else "",
        numeric=field.type in _NUMERIC,
        differs=f"来源为 {words_of(field, origin.said, tree) or '空'}" if origin and changed else "",
        key=field.key,
        form=form,
        change=_change(field, fetched) if form else "",
    )


def _dispute(field: Field, url: Link | None, form: str) -> str:
    """Registers are mended by who keeps them; a credential is exchanged, not disputed."""
    if not field.source.startswith("hub:"):
        return ""
    return url(field.key) if url else field.key if form else ""


def _change(field: Field, fetched: bool) -> str:
    """The word on the button; none for a fact on record, which is right or disputed."""
    return "" if fetched and not field.changeable else "改"


def source_view(origin: Origin | None) -> SourceView | None:
    """Where a value comes from, in the words of the visual language."""
    if origin is None:
        return None
    if origin.kind == "typed":
        return SourceView("您填写", at=origin.moment, kind="hand", note=CHECKED_LATER if origin.note else "")
    if origin.kind == "outage":
        return SourceView(origin.body, origin.system, origin.moment, kind="gone", note="连不上")
    if origin.kind == "changed":
        return SourceView("您改过", at=origin.moment, kind="hand", note=f"来源：{origin.body}")
    note = "没有登记" if origin.kind == "absent" else ""
    return SourceView(origin.body, origin.system or origin.resource, origin.moment, note=note)


def words_of(field: Field, value: Any, tree: Tree | None = None) -> str:
    """A value as people read it: the title of a choice, a masked number, a date in words."""
    if value in (None, "", []):
        return ""
    if field.choices:
        titles = {c.value: c.title for c in field.choices}
        return "、".join(str(titles.get(v, v)) for v in (value if isinstance(value, list) else [value]))
    match field.type:
        case "yesno":
            return "是" if value else "否"
        case "id_number":
            return mask_id(str(value))
        case "money":
            return f"{yuan(value)} 元" if isinstance(value, int) else str(value)
        case "date" | "datetime":
            return _when(str(value))
        case "division":
            return (tree or parties.tree()).title(str(value))
    return str(value)


def _when(value: str) -> str:
    """2026年9月16日 07:42; what somebody typed and is no date stays as typed."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    day = f"{at.year}年{at.month}月{at.day}日"
    if len(value) <= 10:
        return day
    local = at.astimezone(instant.SHANGHAI) if at.tzinfo else at
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
