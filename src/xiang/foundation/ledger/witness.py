"""Witnesses (见证方): a second body that signs a checkpoint only if the log has merely grown since it last looked.

So a ledger that shows different histories to different people needs the witness to lie too. The setting
``LEDGER_WITNESS`` names another class; a remote one raises ``Unavailable`` when it does not answer, and is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.ledger import merkle, notes
from xiang.foundation.ledger.models import WitnessMemory
from xiang.foundation.trust import signing
from xiang.foundation.trust.signing import Signature


@dataclass(frozen=True, slots=True)
class Seen:
    """A state of the log, as the ledger shows it to the witness."""

    origin: str
    size: int
    root: bytes
    at: datetime
    signature: Signature


@dataclass(frozen=True, slots=True)
class Countersignature:
    """The witness's answer."""

    name: str
    at: datetime
    signature: Signature


Prove = Callable[[int, int], Sequence[bytes]]


class Witness(Protocol):
    """Somebody else who signs."""

    name: str

    def countersign(self, shown: Seen, prove: Prove) -> Countersignature:
        """Sign what is shown, or raise ``Refused``. ``prove(first, second)`` answers the consistency path."""


class DemonstrationWitness:
    """A witness in the same house with a key of its own: shows the mechanism, protects from nobody."""

    name = "演示见证方"

    def countersign(self, shown: Seen, prove: Prove) -> Countersignature:
        """1. The ledger's signature. 2. Consistency with what was seen last. 3. Remember. 4. Sign."""
        note = notes.body(shown.origin, shown.size, shown.root.hex(), shown.at)
        if not signing.verify(note, shown.signature, "ledger"):
            raise Refused("witness_refuses", "见证方拒签：账本签名不对。")
        memory, _ = WitnessMemory.objects.get_or_create(name=f"{self.name}/{shown.origin}")
        if memory.size > shown.size:
            raise Refused("witness_refuses", "见证方拒签：账本比上次见证时短。", size=shown.size, seen=memory.size)
        if memory.size and not merkle.is_consistent(
            memory.size, shown.size, bytes.fromhex(memory.root), shown.root, prove(memory.size, shown.size)
        ):
            raise Refused("witness_refuses", "见证方拒签：账本改写了已见证的部分。", size=shown.size, seen=memory.size)
        seen = WitnessMemory.objects.filter(name=memory.name, size=memory.size, root=memory.root)
        if not seen.update(size=shown.size, root=shown.root.hex()):
            raise Refused("witness_busy", "见证方正在见证另一个检查点，稍后再试。")
        at = instant.now()
        return Countersignature(self.name, at, signing.sign("witness", notes.statement(note, self.name, at)))


@cache
def witness() -> Witness:
    """The witness of this installation."""
    path = getattr(settings, "LEDGER_WITNESS", "xiang.foundation.ledger.witness.DemonstrationWitness")
    return cast(Witness, import_string(path)())
