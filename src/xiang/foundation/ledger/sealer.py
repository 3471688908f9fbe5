"""The sealer (封存): gives committed entries their places in the tree, and signs the tree.

Entries have no order of their own: a transaction that began first may commit last, so "every id after the last one
sealed" would lose rows. The sealer takes whatever is committed and has no place yet.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Sequence

from django.db import OperationalError, connection, transaction
from django.db.models import F

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError, Unavailable
from xiang.foundation.ledger import canonical, exports, merkle, notes, tree
from xiang.foundation.ledger.models import Checkpoint, Entry, Fence, Node
from xiang.foundation.ledger.witness import Seen, witness
from xiang.foundation.trust import signing

log = logging.getLogger("xiang.ledger")

CHUNK = 500


class FencedOff(Exception):
    """Another sealer has taken over; what this one was about to write is rolled back."""


def seal_pending(chunk: int = CHUNK) -> int:
    """Seal every committed entry; how many. May be killed anywhere and run anywhere, by any number at once.

    1. Take the fence: a new epoch with our name, which stops whoever had it before. 2. In the same transaction read
    entries without a place, in order of id; give them the next indexes; write the subtrees they complete; move the
    size. 3. Chunk by chunk, each only while the fence is still ours.
    """
    owner, epoch, sealed = f"{os.getpid()}-{secrets.token_hex(4)}", 0, 0
    while Entry.objects.filter(leaf_index=None).exists():
        try:
            with transaction.atomic():
                fence = _hold(owner, epoch) if epoch else _take(owner)
                epoch, done = fence.epoch, _seal_chunk(fence, chunk)
        except FencedOff:
            break
        sealed += done
        if not done:
            break
    return sealed


def checkpoint() -> Checkpoint | None:
    """Sign the present size of the log, have it witnessed and exported; ``None`` while nothing is sealed.

    Signing and the witness come before and after the row's transaction, never inside. What was left undone by an
    earlier run (no witness, no export) is made good.
    """
    size = tree.size()
    if not size:
        return None
    made = Checkpoint.objects.filter(size=size).first() or _sign(size)
    if not made.witness_signature:
        _countersign(made)
    exports.write_pending()
    made.refresh_from_db()
    return made


def seal_and_checkpoint() -> Checkpoint | None:
    """What the worker does every few seconds. When the disk is full it says so, and the next run makes it good."""
    try:
        seal_pending()
        return checkpoint()
    except OperationalError as wrong:
        log.error("the ledger cannot be sealed: %s", type(wrong.__cause__ or wrong).__name__)
        raise Unavailable(
            "ledger_not_sealed", "账本暂时不能封存，可能是磁盘空间不足。业务照常，恢复后会自动补封。"
        ) from wrong


def _take(owner: str) -> Fence:
    Fence.objects.get_or_create(name=tree.LOG)
    Fence.objects.filter(name=tree.LOG).update(owner=owner, epoch=F("epoch") + 1)
    return Fence.objects.get(name=tree.LOG)


def _hold(owner: str, epoch: int) -> Fence:
    """Lock the fence if it is still ours."""
    if not Fence.objects.filter(name=tree.LOG, owner=owner, epoch=epoch).update(owner=owner):
        raise FencedOff
    return Fence.objects.get(name=tree.LOG)


def _seal_chunk(fence: Fence, chunk: int) -> int:
    entries = list(Entry.objects.filter(leaf_index=None).order_by("id")[:chunk])
    if not entries:
        return 0
    growth, nodes = tree.growth(fence.size), []
    for entry in entries:
        complete = growth.append(merkle.leaf_digest(canonical.entry_bytes(entry)))
        nodes += [Node(position=place, digest=digest) for place, digest in complete]
    _assign(entries, fence.size)
    Node.objects.bulk_create(nodes)
    mine = Fence.objects.filter(name=tree.LOG, owner=fence.owner, epoch=fence.epoch, size=fence.size)
    if not mine.update(size=growth.size):
        raise FencedOff
    return len(entries)


def _assign(entries: Sequence[Entry], first: int) -> None:
    """Give indexes, the only change that an entry ever sees. One prepared statement; a CASE over 500 rows costs 10x."""
    key = Entry._meta.pk
    rows = [(first + i, key.get_db_prep_value(entry.id, connection)) for i, entry in enumerate(entries)]
    table, column = (connection.ops.quote_name(name) for name in (Entry._meta.db_table, key.attname))
    with connection.cursor() as cursor:
        statement = f"UPDATE {table} SET leaf_index = %s WHERE {column} = %s AND leaf_index IS NULL"  # noqa: S608
        cursor.executemany(statement, rows)
        if cursor.rowcount != len(rows):
            raise FencedOff


def _sign(size: int) -> Checkpoint:
    root, at, origin = tree.root(size).hex(), instant.now(), notes.origin()
    signature = signing.sign("ledger", notes.body(origin, size, root, at))
    made, _ = Checkpoint.objects.get_or_create(
        size=size,
        defaults={
            "root": root,
            "at": at,
            "origin": origin,
            "key_id": signature.key_id,
            "algorithm": signature.algorithm,
            "signature": signature.value.hex(),
        },
    )
    return made


def _countersign(made: Checkpoint) -> None:
    """Ask the witness. A refusal or silence is said aloud and leaves the checkpoint without its signature."""
    shown = Seen(made.origin, made.size, bytes.fromhex(made.root), made.at, notes.signature_of(made))
    try:
        given = witness().countersign(shown, lambda first, second: tree.digests(merkle.consistency(first, second)))
    except DomainError as wrong:
        log.error("checkpoint %s has no witness: %s", made.size, wrong.code)
        return
    Checkpoint.objects.filter(size=made.size, witness_signature="").update(
        witness_name=given.name,
        witness_key_id=given.signature.key_id,
        witness_algorithm=given.signature.algorithm,
        witness_signature=given.signature.value.hex(),
        witnessed_at=given.at,
    )
