"""The ledger entries of this room: references only, never a name or a number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.rights import Acting


def record(kind: str, actor: Acting, *, case_id: UUID | None = None, **refs: Any) -> None:
    """Write ``parties.<kind>`` with these references (empty ones left out), in the caller's transaction."""
    plain = {name: str(value) for name, value in refs.items() if value not in (None, "")}
    ledger.record(f"parties.{kind}", actor.ref, plain, case_id=case_id)
