"""这次不该用: a person says that a use of their data was wrong; the auditor looks into it and answers.

The ledger itself is the list: an objection and its answer are entries, with the words in their erasable payloads.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.ledger.models import Entry
from xiang.foundation.notices import operations as notices
from xiang.foundation.parties.actors import Actor
from xiang.hub.sharing import objections, uses

OBJECTED, ANSWERED = objections.OBJECTED, objections.ANSWERED
FINDINGS = {"justified": "有依据，用得对", "wrong": "不该用，已经处理"}
LONGEST = 500


def object_to(use_id: UUID, reason: str, actor: Actor) -> Entry:
    """Object to one use of one's own (or a ward's) data. Objecting again finds the first objection."""
    use = uses.use_for(actor, use_id)
    reason = reason.strip()
    if not reason:
        raise Invalid([FieldError("/reason", "reason_missing", "请写一句为什么不该用。")])
    if len(reason) > LONGEST:
        raise Invalid([FieldError("/reason", "reason_long", f"最多写 {LONGEST} 个字。")])
    with transaction.atomic():
        earlier = objections.of(actor).get(str(use.id))
        if earlier is not None:
            return earlier.entry
        refs = {"use": str(use.id), "entry": str(use.entry_id), "body": use.body_key, "resource": use.resource_key}
        return ledger.record(OBJECTED, actor.ref, refs, case_id=use.case_id, payload={"reason": reason})


def answer_objection(entry_id: UUID, finding: str, text: str, actor: Actor) -> Entry:
    """Answer an objection: whether the use was right, and what was done. The person is told."""
    if not actor.has("auditor"):
        raise Forbidden("auditor_only", "数据使用异议由审计人员答复。")
    text = text.strip()
    if finding not in FINDINGS or not text:
        raise Invalid([FieldError("/text", "answer_missing", "请选结论，并写明查到了什么、怎么处理。")])
    with transaction.atomic():
        found = objections.one(entry_id)
        if found is None:
            raise Absent
        if found.answer is not None:
            raise Refused("answered_already", "这条异议已经答复过了。")
        refs = {"objection": str(entry_id), "use": found.entry.refs["use"], "finding": finding}
        answered = ledger.record(ANSWERED, actor.ref, refs, case_id=found.entry.case_id, payload={"text": text})
        _tell(found.entry, finding, text)
    return answered


def _tell(objected: Entry, finding: str, text: str) -> None:
    kind, _, who = objected.actor_ref.partition(":")
    if kind == "party":
        notices.notify(
            UUID(who),
            ANSWERED,
            "您对数据使用的异议有答复了",
            f"{FINDINGS[finding]}。{text}",
            category="data_use",
            link=f"/data-use/{objected.refs['use']}/objection/",
            once=f"objection:{objected.id}",
        )
