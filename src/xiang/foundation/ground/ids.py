"""Keys. A key is a UUIDv7: ordered by time, so that indexes grow at one end and ranges are partitions."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid_utils.compat.uuid7()
