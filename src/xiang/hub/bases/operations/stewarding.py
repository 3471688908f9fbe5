"""What a data steward settles: pairs, and values that the sources have wrong."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.measures import operations as measures
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases.engine.kinds import KINDS
from xiang.hub.bases.models import Correction, Event, Golden, Pair, Record
from xiang.hub.bases.operations.merging import merge
from xiang.hub.bases.operations.valuing import revalue_stored
from xiang.hub.bases.rights import need_lead, need_steward, visible

CORRECTED, SETTLED = "bases.value.corrected", "hub.bases_values_settled"
DECISIONS = {"merge": "合并", "apart": "不是同一个", "later": "稍后再核"}


def decide_pair(pair_id: UUID, decision: str, actor: Actor, *, reason: str = "") -> Pair:
    """``merge`` the two golden records, keep them ``apart``, or put the pair at the end of the queue (``later``).

    Two different valid identity numbers are merged only for a written reason.
    """
    if decision not in DECISIONS:
        raise Invalid([FieldError("/decision", "decision_unknown", "请选合并、不是同一个或者稍后再核。")])
    with transaction.atomic():
        rows = Pair.objects.select_for_update(of=("self",)).select_related("registry", "left", "right")
        pair = rows.filter(id=pair_id).first()
        if pair is None:
            raise Absent
        need_lead(actor, pair.registry)
        state = {"merge": Pair.State.MERGED, "apart": Pair.State.APART, "later": Pair.State.LATER}[decision]
        settled = {"state": state, "decided_at": instant.now(), "decided_by": actor.ref, "reason": reason}
        if not Pair.objects.filter(id=pair_id, state__in=Pair.WAITING).update(**settled):
            raise Refused("pair_decided", "这一对已经有人处理过了，请看下一对。")
        if decision == "merge" and pair.left.golden_id != pair.right.golden_id:
            _need_reason(pair, reason)
            merge(pair.left.golden_id, pair.right.golden_id, reason or "人工核对为同一个", actor)
        ledger.record("bases.pair.decided", actor.ref, {"pair": str(pair_id), "decision": decision})
    pair.refresh_from_db()
    return pair


def _need_reason(pair: Pair, reason: str) -> None:
    kind = KINDS[pair.registry.kind]
    held = [kind.features(one.values).get(kind.apart) for one in (pair.left, pair.right)]
    if None not in held and held[0] != held[1] and not reason.strip():
        detail = "两条记录的号码不同，合并要写明依据，例如公安机关的更正证明。"
        raise Invalid([FieldError("/reason", "numbers_differ", detail)])


def correct(golden_id: UUID, field: str, value: str, basis: str, actor: Actor) -> Golden:
    """Settle a value by evidence. It stands above every rule, and every holder of another value is told by event."""
    with transaction.atomic():
        golden = _locked(golden_id)
        need_lead(actor, golden.registry)
        kind = KINDS[golden.registry.kind]
        wrong = []
        if field not in kind.fields:
            wrong.append(FieldError("/field", "field_unknown", "没有这一项。"))
        if not value.strip():
            wrong.append(FieldError("/value", "value_missing", "请填写正确的内容。"))
        if not basis.strip():
            wrong.append(FieldError("/basis", "basis_missing", "请写明依据，例如证件或者证明的名称。"))
        if wrong:
            raise Invalid(wrong)
        now = instant.now()
        Correction.objects.filter(golden=golden, field=field, withdrawn_at=None).update(withdrawn_at=now)
        Correction.objects.create(golden=golden, field=field, value=value.strip(), basis=basis, at=now, by=actor.ref)
        measures.append(SETTLED, {"registry": golden.registry.key}, 1)
        revalue_stored(golden)
        _tell(golden, field, value.strip(), actor)
    return golden


def withdraw_correction(golden_id: UUID, field: str, actor: Actor) -> Golden:
    """Take a settled value back; the rules decide again."""
    with transaction.atomic():
        golden = _locked(golden_id)
        need_lead(actor, golden.registry)
        rows = Correction.objects.filter(golden=golden, field=field, withdrawn_at=None)
        if not rows.update(withdrawn_at=instant.now()):
            raise Refused("not_corrected", "这一项没有人工核实的内容。")
        revalue_stored(golden)
        ledger.record("bases.correction.withdrawn", actor.ref, {"golden": str(golden_id), "field": field})
    return golden


def open_golden(golden_id: UUID, actor: Actor) -> Golden:
    """A golden record for a steward to look at: looking is written down. A merged one answers with the one it became."""
    need_steward(actor)
    with transaction.atomic():
        rows = Golden.objects.select_related("registry")
        golden = rows.filter(id=golden_id).first()
        while golden is not None and golden.redirect_id:
            golden = rows.filter(id=golden.redirect_id).first()
        if golden is None or not visible(Golden.objects.filter(id=golden.id), actor).exists():
            raise Absent
        ledger.record("bases.golden.read", actor.ref, {"golden": str(golden.id)})
    return golden


def _locked(golden_id: UUID) -> Golden:
    rows = Golden.objects.select_for_update(of=("self",)).select_related("registry")
    golden = rows.filter(id=golden_id, redirect=None).first()
    if golden is None:
        raise Absent
    return golden


def _tell(golden: Golden, field: str, value: str, actor: Actor) -> None:
    """One event for every holder that says otherwise: what to write they read from here, not from the event."""
    refs = {"golden": str(golden.id), "field": field}
    adding.add([Event(golden=golden, kind=Event.Kind.CORRECTED, by=actor.ref, refs={"field": field})])
    ledger.record(CORRECTED, actor.ref, refs)
    holders = Record.objects.select_related("source").filter(golden=golden)
    wrong = [one for one in holders if one.values.get(field) != value]
    events = [(str(one.id), refs | {"record": str(one.id), "source": one.source.key}) for one in wrong]
    outbox.emit_many(CORRECTED, events)
