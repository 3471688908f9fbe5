"""Receipts (交换回执): what both ends counted, in canonical JSON, signed by the key of each end's body.

Anybody checks one with the two public keys alone: the signatures are SM2 over the bytes of the content.
"""

from __future__ import annotations

from typing import Any

from xiang.foundation.ledger import canonical
from xiang.foundation.trust import digest, keys, signing
from xiang.foundation.trust.providers import provider
from xiang.foundation.trust.signing import Signature
from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.running import Outcome
from xiang.hub.exchange.models import Receipt, Run

VERSION = 2


def content_of(run: Run, outcome: Outcome, source: str, target: str) -> dict[str, Any]:
    """What is signed. ``source`` and ``target`` are the ends' names without secrets."""
    job = run.job
    return {
        "v": VERSION,
        "run": str(run.pk),
        "job": job.key,
        "mode": job.mode,
        "method": f"sum of SM3(salt, pages of {outcome.source.page} binary COPY tuples by key) modulo 2^256",
        "mapping": job.mapping,
        "salt": outcome.source.salt.hex(),
        "columns": [[one.name, one.type] for one in outcome.wire.columns],
        "key": list(outcome.wire.key),
        "source": {"body": job.source_body, "place": source, **_counted(outcome.source)},
        "target": {"body": job.target_body, "place": target, **_counted(outcome.target)},
        "agrees": outcome.agrees,
        "written": outcome.changes.written,
        "deleted": outcome.changes.deleted,
        "started": canonical.moment(run.started_at or run.asked_at),
    }


def _counted(tally: Tally) -> dict[str, Any]:
    return {"rows": tally.rows, "digest": tally.hex}


def signed(run: Run, content: dict[str, Any], at: Any) -> Receipt:
    """The receipt with both signatures; not saved. Signing stays out of transactions."""
    data = canonical.encode(content)
    source, target = _sign(run.job.source_body, data), _sign(run.job.target_body, data)
    return Receipt(
        run=run,
        content=data.decode(),
        source_key=source.key_id,
        source_signature=source.value.hex(),
        target_key=target.key_id,
        target_signature=target.value.hex(),
        algorithm=source.algorithm,
        at=at,
    )


def _sign(body_key: str, data: bytes) -> Signature:
    """By the key with which this body signs its documents."""
    key = keys.current(f"documents.{digest.sm3(body_key.encode())[:6].hex()}")
    return Signature(key.id, key.algorithm, provider().sign(key.id, data))


def holds(receipt: Receipt) -> bool:
    """Whether both signatures are of this content."""
    data = receipt.content.encode()
    pairs = ((receipt.source_key, receipt.source_signature), (receipt.target_key, receipt.target_signature))
    return all(signing.verify(data, Signature(key, receipt.algorithm, bytes.fromhex(value))) for key, value in pairs)
