"""What is signed: a checkpoint as four lines of text, and a witness's statement as a fifth.

The text is made from the columns every time, so a changed column is a broken signature::

    xiang/hunan/ledger
    1024
    0f3c… (root, hexadecimal)
    2026-03-01T02:03:04.000005Z
    witnessed by <name> at 2026-03-01T02:03:05.000000Z
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from xiang.foundation.ledger.canonical import moment
from xiang.foundation.ledger.models import Checkpoint
from xiang.foundation.trust.signing import Signature


def origin() -> str:
    """The name of this log; no two logs of the world should share one."""
    return str(getattr(settings, "LEDGER_ORIGIN", f"xiang/{settings.PROFILE_DIR.name}/ledger"))


def body(log: str, size: int, root: str, at: datetime) -> bytes:
    """What the ledger signs."""
    return f"{log}\n{size}\n{root}\n{moment(at)}\n".encode()


def body_of(checkpoint: Checkpoint) -> bytes:
    """What the ledger signed in this checkpoint."""
    return body(checkpoint.origin, checkpoint.size, checkpoint.root, checkpoint.at)


def statement(note: bytes, witness: str, at: datetime) -> bytes:
    """What a witness signs under a checkpoint."""
    return note + f"witnessed by {witness} at {moment(at)}\n".encode()


def signature_of(checkpoint: Checkpoint) -> Signature:
    """The ledger's signature."""
    return Signature(checkpoint.key_id, checkpoint.algorithm, bytes.fromhex(checkpoint.signature))


def countersignature_of(checkpoint: Checkpoint) -> Signature | None:
    """The witness's signature, if it has given one."""
    if not checkpoint.witness_signature:
        return None
    value = bytes.fromhex(checkpoint.witness_signature)
    return Signature(checkpoint.witness_key_id, checkpoint.witness_algorithm, value)


def to_json(checkpoint: Checkpoint) -> dict[str, Any]:
    """A checkpoint as proofs and exports carry it."""
    shown: dict[str, Any] = {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root,
        "at": moment(checkpoint.at),
        "signature": _signature(signature_of(checkpoint)),
        "witness": None,
    }
    countersignature = countersignature_of(checkpoint)
    if countersignature and checkpoint.witnessed_at:
        about = {"name": checkpoint.witness_name, "at": moment(checkpoint.witnessed_at)}
        shown["witness"] = {**about, "signature": _signature(countersignature)}
    return shown


def _signature(signature: Signature) -> dict[str, str]:
    return {"key_id": signature.key_id, "algorithm": signature.algorithm, "value": signature.value.hex()}
