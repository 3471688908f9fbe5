"""What the tests of documents share: an office, a template, a document ordered."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tests import cast
from xiang.foundation.documents import operations
from xiang.foundation.documents.models import Document
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models import Party, Unit

NUMBERING = "{body}受字〔{year}〕第{serial:05d}号"
PARAGRAPHS = ["您申请的“{item}”（办件编号 {number}），我机关已受理。", "{missing}"]
CONTEXT = {
    "item": "食品经营许可",
    "number": "XC2025-0922-00001",
    "applicant": "刘芸",
    "body": "岳麓区市场监督管理局",
    "today": "2025年9月22日",
    "basis": "行政许可法第三十二条",
    "missing": ["房屋租赁合同", "平面图"],
}


def template(**changes: object) -> None:
    given = {"numbering": NUMBERING, "paragraphs": PARAGRAPHS, "basis": "{basis}"} | changes
    operations.put_template("acceptance_notice", "受理通知书", **given)  # type: ignore[arg-type]


def office() -> Unit:
    return cast.province().market.unit


def order(
    unit: Unit | None, recipient: Party | None = None, *, case_id: UUID | None = None, **changes: object
) -> Document:
    """A document ordered, as a step of a case orders it."""
    with transaction.atomic():
        return operations.request(
            "acceptance_notice",
            case_id=case_id or new_id(),
            event_id=new_id(),
            unit=unit,
            recipient_id=recipient.id if recipient else None,
            context=CONTEXT | changes,
        )
