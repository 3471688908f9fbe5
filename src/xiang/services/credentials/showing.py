"""A credential as programs read it: plain values."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from xiang.foundation.parties.rest.shapes import Shown
from xiang.services.credentials import queries
from xiang.services.credentials.models import Credential


class CredentialRow(Shown):
    """A credential in a list. ``kept_for_other``: a child's, kept by a parent."""

    code: str
    identifier: str
    type: str
    title: str
    holder: str
    kept_for_other: bool
    issuer: str
    version: int
    state: str
    good: bool
    standing: str
    valid_from: date
    valid_until: date | None
    sealed: bool


def credential_row(row: Credential, subject_id: UUID | None) -> dict[str, Any]:
    """A credential as lists show it to somebody."""
    good, standing = queries.standing(row)
    return {
        "code": row.code,
        "identifier": row.identifier,
        "type": row.type_id,
        "title": row.type.title,
        "holder": row.holder.name,
        "kept_for_other": row.holder_id != subject_id,
        "issuer": row.issuer.name,
        "version": row.version,
        "state": row.state,
        "good": good,
        "standing": standing,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "sealed": row.sealed_at is not None,
    }
