"""Sections whose rows are published as editions: items, forms, templates, life events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xiang.foundation.publishing import queries
from xiang.foundation.publishing.models import Edition, EditionState
from xiang.foundation.publishing.operations import editions
from xiang.foundation.publishing.profile.rows import Context, Row
from xiang.foundation.publishing.profile.sections import Section


def edition_section(*, kind: str, title: str, order: int, files: str, **rest: Any) -> Section:
    """A section whose rows become editions of ``kind``; ``rest`` as for :class:`Section`.

    The row is the edition's content, published at once: written by ``profile:<name>``, approved by whoever loads.
    """

    def apply(row: Row, context: Context) -> None:
        if (known := queries.find(kind, row.key)) and known.digest == row.digest:
            return
        resting = Edition.objects.filter(kind=kind, key=row.key, state=EditionState.SUSPENDED).exists()
        new = editions.publish_now(kind, row.key, row.data, context.author, context.actor)
        if resting:
            editions.suspend(new.id, context.actor, "上一版正在暂停使用，新版装载后仍暂停。")

    def current(key: str) -> Mapping[str, Any] | None:
        return _content(kind, key)

    def propose(row: Row, context: Context) -> None:
        editions.draft(kind, row.key, row.data, context.author, note="配置文件改了，本地也改过：请人工取舍。")

    def retire(key: str, context: Context) -> None:
        for edition in Edition.objects.filter(
            kind=kind, key=key, state__in=[EditionState.PUBLISHED, EditionState.SUSPENDED]
        ):
            editions.retire(edition.id, context.actor, "配置文件里已经没有这一行")

    def keys() -> Iterable[str]:
        return [edition.key for edition in queries.all_current(kind)]

    own = {"apply": apply, "current": current, "propose": propose, "retire": retire, "keys": keys}
    return Section(kind=kind, title=title, order=order, files=files, **{**own, **rest})


def _content(kind: str, key: str) -> Mapping[str, Any] | None:
    """What the records say now: a colleague's open draft counts as a local edit, otherwise what is published last."""
    rows = Edition.objects.filter(kind=kind, key=key)
    local = rows.filter(state__in=[EditionState.DRAFT, EditionState.REVIEW]).exclude(author_ref__startswith="profile:")
    kept = rows.filter(state__in=[EditionState.PUBLISHED, EditionState.SUSPENDED]).order_by("-published_at", "-number")
    found = local.order_by("-created_at").first() or kept.first()
    content: Mapping[str, Any] | None = found.content if found else None
    return content
