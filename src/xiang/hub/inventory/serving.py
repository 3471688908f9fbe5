"""Files that the inventory hands out."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from xiang.foundation.ground import instant
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import content, queries
from xiang.hub.inventory.standard import standard

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(actor: Actor, body_key: str = "") -> HttpResponse:
    """The entries that an actor may see as a workbook."""
    from xiang.hub.inventory.workbook import writing

    rows = queries.to_export(actor, body_key).iterator(chunk_size=500)
    return _file(writing.write((content.of_entry(row) for row in rows), standard()), "政务数据目录")


def template() -> HttpResponse:
    """The empty workbook with its explanation."""
    from xiang.hub.inventory.workbook import writing

    return _file(writing.write((), standard()), "目录导入模板")


def _file(raw: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(raw, content_type=_XLSX)
    title = f"{name}-{instant.today():%Y%m%d}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(True, title) or "attachment"
    return answer
