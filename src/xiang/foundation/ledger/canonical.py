"""Canonical bytes (规范字节): the one way to write an entry, so that its digest can be made again by anybody.

Version 1 is JSON with sorted keys, no blanks, UTF-8 without escapes beyond JSON's own; strings, null, lists and
integers only (no floats: their text differs between languages). A changed shape is a new version; old ones stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.trust import digest

VERSION = 1

_LOOKS_LIKE_ID = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def entry_bytes(entry: Entry) -> bytes:
    """What an entry's leaf is the digest of, from its columns."""
    if entry.version != VERSION:
        raise ValueError(f"entry {entry.id} has the unknown version {entry.version}")
    return encode(
        {
            "v": entry.version,
            "id": str(entry.id),
            "kind": entry.kind,
            "at": moment(entry.at),
            "actor": entry.actor_ref,
            "case": str(entry.case_id) if entry.case_id else None,
            "refs": entry.refs,
            "commitment": entry.commitment or None,
        }
    )


def use_facts(use: DataUse) -> dict[str, Any]:
    """What the entry of a data use commits to."""
    return {
        "id": str(use.id),
        "subject": use.subject,
        "body": use.body_key,
        "resource": use.resource_key,
        "fields": use.fields,
        "purpose": use.purpose,
        "basis": use.basis,
        "case": str(use.case_id) if use.case_id else None,
        "case_number": use.case_number,
        "actor": use.actor_ref,
        "outcome": use.outcome,
        "reason": use.reason,
        "at": moment(use.at),
    }


def commitment(salt: str, content: Any) -> str:
    """The salted digest of some content: SM3(salt bytes, canonical content)."""
    return digest.sm3(bytes.fromhex(salt) + encode(content)).hex()


def encode(value: Any) -> bytes:
    """Canonical JSON; raises ``TypeError`` on anything whose text is not the same everywhere."""
    _refuse_odd(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def moment(at: datetime) -> str:
    """An instant in UTC with six decimals, always."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def names_a_person(text: str) -> bool:
    """Whether a text holds an identity number (eighteen characters, a date inside, the check character right)."""
    return any(_is_id_number(found.group().upper()) for found in _LOOKS_LIKE_ID.finditer(text))


def _is_id_number(text: str) -> bool:
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[17]


def _refuse_odd(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"canonical JSON has text keys only, not {type(key).__name__}")
            _refuse_odd(key)
            _refuse_odd(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_odd(inner)
    elif isinstance(value, str):
        if "\x00" in value:
            raise TypeError("canonical JSON holds no NUL character: PostgreSQL cannot keep it")
    elif not (value is None or isinstance(value, bool | int)):
        raise TypeError(f"canonical JSON does not hold {type(value).__name__}")
