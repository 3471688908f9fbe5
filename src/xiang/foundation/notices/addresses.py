"""Where a party can be reached. Looked up at the moment of sending, so that no queue ever holds a phone number."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

AddressOf = Callable[[UUID, str], str | None]

_lookups: list[AddressOf] = []


def register(lookup: AddressOf) -> None:
    """Name the function ``(party id, channel) -> address or None``. The last one registered is asked."""
    _lookups[:] = [lookup]


def address_of(party_id: UUID, channel: str) -> str | None:
    """The address of a party for a channel, or ``None``."""
    return _lookups[0](party_id, channel) if _lookups else None
