"""Proofs that anybody can check offline (存证证明), with ``tools/verify_proof.py`` and the public keys alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger import canonical, merkle, notes, tree
from xiang.foundation.ledger.models import Checkpoint, Entry, Payload
from xiang.foundation.ledger.verification import Finding, Report, verify_all

__all__ = ["Finding", "Report", "consistency", "prove", "verify_all"]

INCLUSION = "xiang-ledger-inclusion/1"
CONSISTENCY = "xiang-ledger-consistency/1"


def prove(entry_id: UUID | str, *, disclose: bool = False) -> dict[str, Any]:
    """That an entry is in the log: its bytes, its path, a signed checkpoint.

    With ``disclose`` the payload and its salt go along, for somebody who may read it; erased ones cannot.
    """
    entry = Entry.objects.filter(id=entry_id).first()
    if entry is None:
        raise Absent
    checkpoint = _covering(entry)
    index = entry.leaf_index
    if checkpoint is None or index is None:
        raise Refused("not_sealed_yet", "这条记录刚写下，还没有封存。请过几秒再取证明。")
    path = tree.digests(merkle.inclusion(index, checkpoint.size))
    proof: dict[str, Any] = {
        "format": INCLUSION,
        "hash": "SM3",
        "index": index,
        "entry": canonical.entry_bytes(entry).decode(),
        "path": [digest.hex() for digest in path],
        "checkpoint": notes.to_json(checkpoint),
    }
    if disclose:
        proof["payload"] = _disclosed(entry)
    return proof


def consistency(first: int, second: int) -> dict[str, Any]:
    """That the log of the second checkpoint begins with that of the first (by their sizes)."""
    found = {c.size: c for c in Checkpoint.objects.filter(size__in=[first, second])}
    if first not in found or second not in found:
        raise Absent("no_such_checkpoint", "没有这个大小的检查点。")
    older, newer = sorted((first, second))
    return {
        "format": CONSISTENCY,
        "hash": "SM3",
        "first": notes.to_json(found[older]),
        "second": notes.to_json(found[newer]),
        "path": [digest.hex() for digest in tree.digests(merkle.consistency(older, newer))],
    }


def _covering(entry: Entry) -> Checkpoint | None:
    """The first witnessed checkpoint that covers an entry, or the first one at all."""
    if entry.leaf_index is None:
        return None
    covering = Checkpoint.objects.filter(size__gt=entry.leaf_index).order_by("size")
    return covering.exclude(witness_signature="").first() or covering.first()


def _disclosed(entry: Entry) -> dict[str, Any]:
    kept = Payload.objects.filter(entry=entry).first()
    if kept is None:
        raise Absent("no_payload", "这条记录没有附带内容。")
    if kept.content is None:
        raise Refused("already_erased", "这条记录的内容已经删除。")
    return {"salt": kept.content["salt"], "content": kept.content["payload"]}
