"""What happened in a case: for its officers in full, for the applicant as sentences, with documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from xiang.foundation.cases.models import Case, CaseEvent
from xiang.foundation.cases.presenting.answers import Paper
from xiang.foundation.cases.presenting.clocks import procedure_of
from xiang.foundation.documents.models import Document, StoredFile
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import EventView
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.parties.actors import Actor

ICONS = {
    "submit": "send", "claim": "hand-grab", "release": "hand-stop", "hand_over": "arrows-exchange",
    "return": "arrow-back-up", "recuse": "user-off", "recompute": "calendar-question",
}  # fmt: skip
INTERNAL = frozenset(
    {
        "claim", "release", "hand_over", "return", "recuse", "recommend_grant", "recommend_refusal", "send_back",
        "ask_extension", "inspect", "hear_interested", "offer",
    }
)  # fmt: skip
"""Steps inside the office: how it came to its decision. The applicant sees what it did towards them."""

SENTENCES: Mapping[str, str] = {
    "submit": "{who}提交了{item}",
    "start": "{item}的前一项办好了，{unit}开始办理",
    "accept": "{unit}受理了{item}",
    "deem_accepted": "{unit}没有在期限内答复，{item}依法视为受理",
    "acceptance_overdue": "{unit}没有在期限内答复是否受理{item}",
    "correct_on_spot": "{unit}请您当场更正了{item}",
    "ask_supplement": "{unit}一次性告知{item}要补正的内容",
    "supplement": "{who}补正了{item}",
    "supplement_overdue": "{item}的补正期限过了，仍可以补",
    "not_needed": "{unit}告知：{item}不需要办理",
    "decline": "{unit}不予受理{item}",
    "stop": "{unit}停止计时：{reason_title}，这些天不计入{item}的时限",
    "resume": "{unit}恢复{item}的计时",
    "tell_hearing": "{unit}告知您可以要求听证",
    "request_hearing": "{who}申请了听证",
    "hold_hearing": "{unit}举行了听证",
    "hearing_overdue": "{unit}没有在期限内举行听证",
    "extend": "{unit}经负责人批准，延长{item}的时限",
    "grant": "{unit}办好了{item}",
    "refuse": "{unit}决定不予办理{item}",
    "deliver": "{item}的结果已送达",
    "delivery_overdue": "{unit}没有在期限内送达{item}的结果",
    "bill": "{item}等您缴费",
    "paid": "{item}的费用已缴清",
    "payment_overdue": "{item}的缴费期限过了",
    "drop": "{item}不再需要，已结束",
    "lapse": "{item}没有补正，视为撤回",
    "withdraw": "{who}撤回了{item}",
    "urge": "{who}催办了{item}",
    "mark_overdue": "{item}超过了承诺时限，已记入办件记录",
    "mark_legal_overdue": "{item}超过了法定时限，已记入办件记录",
    "finish": "全部办完",
    "correct": "{unit}更正了{item}的结果",
    "revoke": "{unit}撤销了{item}的决定",
    "cancel": "{unit}注销了{item}的证照",
    "invalidate": "{unit}宣布{item}的证照无效",
    "recompute": "放假安排公布，{item}的到期日重算了",
}


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A numbered document as lists show it: its state in words while there is nothing to open."""

    title: str
    number: str
    at: datetime
    url: str = ""
    wait: str = ""
    trouble: bool = False


# --- documents -------------------------------------------------------------------------------------------------------


def documents_of(cases: Iterable[Case]) -> list[Document]:
    """The documents of some cases whose right the caller has checked, in order."""
    return list(Document.objects.filter(case_id__in=[case.id for case in cases]).order_by("id"))


def document_view(document: Document, reader: Actor) -> DocumentView:
    """One document with the way to open it: for whom it is addressed to, and for officers."""
    theirs = reader.is_staff or (document.recipient_id is not None and document.recipient_id == reader.subject_id)
    ready = document.state == Document.State.SEALED
    failed = document.state == Document.State.FAILED
    return DocumentView(
        title=document.title,
        number=document.number,
        at=document.requested_at,
        url=reverse("downloads:document", args=[document.id]) if ready and theirs else "",
        wait="" if ready else "没有生成，工作人员正在处理" if failed else "正在签章",
        trouble=failed,
    )


def supplements(case: Case, events: Sequence[CaseEvent]) -> list[Paper]:
    """The files that the applicant handed in afterwards."""
    ids = [one for event in events for one in event.data.get("files", ())]
    wanted = [found for one in ids if (found := _uuid(one["id"] if isinstance(one, Mapping) else one))]
    names = dict(StoredFile.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}
    return [Paper(names[one], "申请人补正", "上传", "file-plus", one) for one in wanted if one in names]


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


# --- officers --------------------------------------------------------------------------------------------------------


def for_officers(case: Case, events: Sequence[CaseEvent], papers: Sequence[Document], reader: Actor) -> list[EventView]:
    """Everything, the newest first, with who did it and what was said."""
    by_event = {paper.event_id: paper for paper in papers}
    icons = {edge.name: edge.icon for edge in procedure_of(case).transitions} | ICONS
    return [
        EventView(
            at=event.recorded_at,
            words=_in_full(event, by_event.get(event.id)),
            icon=icons.get(event.transition, "point"),
            url=document_view(by_event[event.id], reader).url if event.id in by_event else "",
            actor=event.actor_name if event.actor_ref != "system" else "",
        )
        for event in reversed(events)
    ]


def _in_full(event: CaseEvent, paper: Document | None) -> str:
    said = [event.title, *_details(event)]
    if paper is not None:
        said.append(f"发{paper.title} {paper.number}")
    if event.effective_on != instant.legal_date(event.recorded_at):
        said.append(f"自{legal_day(event.effective_on, 'short')}起算")
    words = "，".join(said)
    return f"{words}：“{event.opinion}”" if event.opinion else words


def _details(event: CaseEvent) -> list[str]:
    data = event.data
    said = [str(data[name]) for name in ("reason_title",) if data.get(name)]
    if data.get("days"):
        said.append(f"预计 {data['days']} 天")
    if data.get("missing"):
        said.append("、".join(map(str, data["missing"])))
    for name in ("reason", "result", "findings", "heard", "record"):
        if data.get(name) and not (name == "reason" and data.get("reason_title")):
            said.append(str(data[name]))
    if data.get("inspectors"):
        said.insert(0, "、".join(map(str, data["inspectors"])))
    return said


# --- applicants ------------------------------------------------------------------------------------------------------


def for_applicants(
    cases: Iterable[Case], events: Iterable[CaseEvent], papers: Sequence[Document], reader: Actor
) -> list[EventView]:
    """What the offices did towards the applicant, as sentences; ``events`` come newest first."""
    by_id = {case.id: case for case in cases}
    by_event = {paper.event_id: document_view(paper, reader) for paper in papers}
    shown = []
    for event in events:
        case = by_id.get(event.case_id)
        if case is None or event.transition in INTERNAL or (event.transition == "submit" and case.parent_id):
            continue
        paper = by_event.get(event.id)
        words = _sentence(case, event, "您" if event.actor_ref == reader.ref else event.actor_name)
        shown.append(EventView(event.recorded_at, words, url=paper.url if paper else ""))
    return shown


def _sentence(case: Case, event: CaseEvent, who: str) -> str:
    unit = case.unit.name if case.unit else ""
    pattern = SENTENCES.get(event.transition, "{item}：{title}")
    return pattern.format(
        item=case.item_title or case.title,
        unit=unit or "办理机关",
        who=who or "申请人",
        title=event.title,
        reason_title=event.data.get("reason_title", ""),
    )


def last_urge(events: Sequence[CaseEvent]) -> CaseEvent | None:
    """The applicant's last reminder, while the office has not moved since."""
    for event in reversed(events):
        if event.transition == "urge":
            return event
        if event.actor_ref.startswith("staff:") and event.transition not in ("claim", "release", "hand_over"):
            return None
    return None
