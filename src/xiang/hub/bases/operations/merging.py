"""Merging, un-merging and splitting golden records (合并、撤销、拆分). An id never comes to mean somebody else.

The older id stays; the other points to it, and keeps what it was. Un-merging gives it back its records.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.measures import operations as measures
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases.models import Correction, Event, Golden, Merge, Pair, Record
from xiang.hub.bases.operations.valuing import revalue_stored
from xiang.hub.bases.rights import need_lead

MERGED, UNMERGED, SPLIT = "bases.golden.merged", "bases.golden.unmerged", "bases.golden.split"
UNDONE = "hub.bases_merges_undone"


def merge(one_id: UUID, other_id: UUID, reason: str, actor: Actor) -> Golden:
    """Two golden records are of the same being; the older one stays. ``Refused`` when one was merged already."""
    with transaction.atomic():
        kept, dropped = _both(one_id, other_id)
        need_lead(actor, kept.registry)
        _need(reason)
        absorb(kept, dropped.id, reason, actor)
        revalue_stored(kept)
    return kept


def absorb(kept: Golden, dropped_id: UUID, reason: str, actor: Actor, *, by_rule: bool = False) -> UUID:
    """Let ``kept`` take over the records of a younger one, in the caller's transaction; the caller works out the values."""
    moved = Golden.objects.filter(id=dropped_id, redirect=None).update(redirect=kept, changed_at=instant.now())
    if not moved:
        raise Refused("merged_already", "其中一条已经并入别的主记录，请刷新后再看。")
    records = [str(one) for one in Record.objects.filter(golden_id=dropped_id).values_list("id", flat=True)]
    Record.objects.filter(golden_id=dropped_id).update(golden=kept)
    now, refs = instant.now(), {"kept": str(kept.id), "dropped": str(dropped_id)}
    Merge.objects.create(
        kept=kept, dropped_id=dropped_id, records=records, reason=reason, by_rule=by_rule, at=now, by=actor.ref
    )
    measures.append(UNDONE, {"registry": kept.registry.key}, 0, 1)
    _take_corrections(kept, dropped_id)
    Pair.objects.filter(left__golden=kept, right__golden=kept, state__in=Pair.WAITING).update(
        state=Pair.State.MERGED, decided_at=now, decided_by=actor.ref
    )
    _told(MERGED, kept.id, Event.Kind.MERGED, refs, actor)
    adding.add([Event(golden_id=dropped_id, kind=Event.Kind.DROPPED, by=actor.ref, refs=refs)])
    return dropped_id


def _take_corrections(kept: Golden, dropped_id: UUID) -> None:
    """What was settled of the younger one holds for both, unless the older one has a settled value of its own."""
    own = {one.field for one in Correction.objects.filter(golden=kept, withdrawn_at=None)}
    for one in Correction.objects.filter(golden_id=dropped_id, withdrawn_at=None):
        if one.field not in own:
            Correction.objects.create(
                golden=kept, field=one.field, value=one.value, basis=one.basis, at=one.at, by=f"merge:{dropped_id}"
            )


def unmerge(merge_id: UUID, reason: str, actor: Actor) -> Golden:
    """Undo a merge: the younger golden record has its id, its records and its settled values again.

    Records that came after the merge stay with the older one. Answers the restored one.
    """
    with transaction.atomic():
        done = Merge.objects.select_related("kept__registry", "dropped__registry").filter(id=merge_id).first()
        if done is None:
            raise Absent
        need_lead(actor, done.kept.registry)
        _need(reason)
        now = instant.now()
        if not Merge.objects.filter(id=merge_id, undone_at=None).update(undone_at=now, undone_by=actor.ref):
            raise Refused("unmerged_already", "这次合并已经撤销过了。")
        measures.append(UNDONE, {"registry": done.kept.registry.key}, 1)
        holder = current(done.kept)
        Golden.objects.filter(id=done.dropped_id).update(redirect=None, changed_at=now)
        Record.objects.filter(id__in=done.records, golden=holder).update(golden=done.dropped)
        Correction.objects.filter(golden=holder, by=f"merge:{done.dropped_id}", withdrawn_at=None).update(
            withdrawn_at=now
        )
        _hold_apart(holder, done.dropped, actor, reason)
        done.dropped.redirect = None
        for golden in (holder, done.dropped):
            revalue_stored(golden)
        refs = {"kept": str(holder.id), "restored": str(done.dropped_id), "merge": str(merge_id)}
        _told(UNMERGED, holder.id, Event.Kind.UNMERGED, refs, actor)
        adding.add([Event(golden=done.dropped, kind=Event.Kind.UNMERGED, by=actor.ref, refs=refs)])
    return done.dropped


def split(golden_id: UUID, record_ids: Collection[UUID], reason: str, actor: Actor) -> Golden:
    """Records that never belonged here get a golden record with a new id; the old id stays with the rest."""
    with transaction.atomic():
        golden = Golden.objects.select_for_update(of=("self",)).select_related("registry").filter(id=golden_id).first()
        if golden is None or golden.redirect_id:
            raise Absent
        need_lead(actor, golden.registry)
        _need(reason)
        own = set(Record.objects.filter(golden=golden).values_list("id", flat=True))
        chosen = own & set(record_ids)
        if not chosen or chosen == own:
            raise Refused("split_all", "要拆出一部分记录：至少选一条，也至少留一条。")
        made = Golden.objects.create(registry=golden.registry, values={})
        Record.objects.filter(id__in=chosen).update(golden=made)
        _hold_apart(golden, made, actor, reason)
        for one in (golden, made):
            revalue_stored(one)
        refs = {"kept": str(golden.id), "made": str(made.id)}
        _told(SPLIT, golden.id, Event.Kind.SPLIT, refs, actor)
        adding.add([Event(golden=made, kind=Event.Kind.SPLIT, by=actor.ref, refs=refs)])
    return made


def current(golden: Golden) -> Golden:
    """The golden record that stands for this one today."""
    while golden.redirect is not None:
        golden = golden.redirect
    return golden


def _both(one_id: UUID, other_id: UUID) -> tuple[Golden, Golden]:
    """The older and the younger, locked in that order."""
    rows = Golden.objects.select_for_update(of=("self",)).select_related("registry")
    found = list(rows.filter(id__in=(one_id, other_id)).order_by("id"))
    if len(found) != 2 or found[0].registry_id != found[1].registry_id:
        raise Absent
    if any(one.redirect_id for one in found):
        raise Refused("merged_already", "其中一条已经并入别的主记录，请刷新后再看。")
    return found[0], found[1]


def _hold_apart(one: Golden, other: Golden, actor: Actor, reason: str) -> None:
    """Remember that these are two: no later record merges them by itself."""
    ends = [
        Record.objects.filter(golden=golden).order_by("id").values_list("id", flat=True).first()
        for golden in (one, other)
    ]
    if ends[0] is None or ends[1] is None:
        return
    left, right = sorted(end for end in ends if end is not None)
    settled = {"state": Pair.State.APART, "decided_at": instant.now(), "decided_by": actor.ref, "reason": reason}
    Pair.objects.update_or_create(left_id=left, right_id=right, defaults={"registry_id": one.registry_id, **settled})


def _told(kind: str, golden_id: UUID, happened: Event.Kind, refs: dict[str, str], actor: Actor) -> None:
    adding.add([Event(golden_id=golden_id, kind=happened, by=actor.ref, refs=refs)])
    ledger.record(kind, actor.ref, refs)
    outbox.emit(kind, str(golden_id), dict(refs))


def _need(reason: str) -> None:
    if not reason.strip():
        raise Invalid([FieldError("/reason", "reason_missing", "请写一句理由，以后查得到。")])
