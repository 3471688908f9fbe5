"""Whom to tell: the party behind a reference of the ledger."""

from __future__ import annotations

from uuid import UUID

from xiang.foundation.parties.models import Staff


def party_of(ref: str) -> UUID | None:
    """The party of ``party:<id>`` or ``staff:<id>``; nobody behind any other reference."""
    kind, _, key = ref.partition(":")
    if kind == "party":
        return UUID(key)
    found: UUID | None = (
        Staff.objects.filter(pk=key).values_list("party_id", flat=True).first() if kind == "staff" else None
    )
    return found
