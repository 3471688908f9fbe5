"""Writing the ledger: an entry in the transaction that it describes, a use of data, an erasure."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger import canonical
from xiang.foundation.ledger.models import DataUse, Entry, Payload

_SALT = 32


def record(
    kind: str,
    actor_ref: str,
    refs: Mapping[str, str],
    *,
    case_id: UUID | None = None,
    payload: dict[str, Any] | None = None,
) -> Entry:
    """Write an entry, without a position, in the caller's transaction.

    ``refs`` are ids and numbers of things and stay for ever; what is personal belongs in ``payload``, of which the
    entry keeps a salted commitment, and which can be erased.
    """
    if payload is None:
        return _write(kind, actor_ref, refs, case_id, "")
    salt = secrets.token_hex(_SALT)
    entry = _write(kind, actor_ref, refs, case_id, canonical.commitment(salt, payload))
    Payload.objects.create(entry=entry, content={"salt": salt, "payload": payload})
    return entry


def record_use(
    subject: str,
    body_key: str,
    fields: Sequence[str],
    purpose: str,
    basis: str,
    *,
    case_id: UUID | None,
    case_number: str,
    actor_ref: str,
    resource_key: str,
    outcome: Literal["served", "refused"] = "served",
    reason: str = "",
) -> DataUse:
    """Write that a body used (or was refused) a person's data. ``subject`` is the person's blind index.

    The use is an entry too: it names the row and commits to all that stands in it.
    """
    if ":" not in subject or canonical.names_a_person(subject):
        raise ValueError("the subject of a data use is a blind index, never a number")
    use = DataUse(
        subject=subject,
        body_key=body_key,
        resource_key=resource_key,
        fields=list(fields),
        purpose=purpose,
        basis=basis,
        case_id=case_id,
        case_number=case_number,
        actor_ref=actor_ref,
        outcome=outcome,
        reason=reason,
        at=instant.now(),
        salt=secrets.token_hex(_SALT),
    )
    refs = {"use": str(use.id), "body": body_key, "resource": resource_key}
    sealed = canonical.commitment(use.salt, canonical.use_facts(use))
    use.entry = _write(f"data.{outcome}", actor_ref, refs, case_id, sealed)
    use.save(force_insert=True)
    return use


@dataclass(frozen=True, slots=True)
class Committed:
    """A use that another process has written down and committed to before it answered (the gateway): ``facts`` are the
    canonical bytes of :func:`canonical.use_facts`."""

    id: UUID
    at: datetime
    facts: str
    salt: str
    commitment: str


def adopt_uses(rows: Iterable[Committed]) -> None:
    """Take such uses over, in the caller's transaction: an entry each, under that very commitment, and the use that the
    person finds. Whatever no longer fits its commitment was changed on the way: that is an entry, and no use."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("uses are adopted in the transaction that takes them away")
    entries: list[Entry] = []
    uses: list[DataUse] = []
    for row in rows:
        entry, use = _adopted(row)
        entries.append(entry)
        uses += [use] if use else []
    adding.add(entries)
    adding.add(uses)


def _adopted(row: Committed) -> tuple[Entry, DataUse | None]:
    said = _intact(row)
    if said is None:
        return _entry("data.damaged", "system", {"use": str(row.id)}, row.commitment, row.at), None
    refs = {"use": said["id"], "body": said["body"], "resource": said["resource"]}
    entry = _entry(f"data.{said['outcome']}", said["actor"], refs, row.commitment, row.at)
    if not said["subject"] or said["outcome"] not in DataUse.Outcome.values:
        return entry, None  # nobody's data, or nothing was given: an entry that says so is enough
    use = DataUse(
        id=row.id,
        entry=entry,
        subject=said["subject"],
        body_key=said["body"],
        resource_key=said["resource"],
        case_id=said["case"],
        actor_ref=said["actor"],
        at=datetime.fromisoformat(said["at"]),
        salt=row.salt,
        **{name: said[name] for name in ("fields", "purpose", "basis", "case_number", "outcome", "reason")},
    )
    return entry, use


def _intact(row: Committed) -> dict[str, Any] | None:
    """The facts, when they are what was committed to."""
    try:
        said: dict[str, Any] = json.loads(row.facts)
        fits = canonical.commitment(row.salt, said) == row.commitment and said["id"] == str(row.id)
    except (ValueError, TypeError, KeyError):
        return None
    return said if fits else None


def erase_payload(entry: Entry | UUID, actor_ref: str, reason: str) -> Entry:
    """Destroy an entry's payload and its salt. The entry and its proof stand; the erasure is an entry of its own."""
    entry_id = entry if isinstance(entry, UUID) else entry.id
    with transaction.atomic():
        payload = Payload.objects.select_for_update().filter(entry_id=entry_id).first()
        if payload is None:
            raise Absent
        if payload.erased_at is not None:
            raise Refused("already_erased", "这条记录的内容已经删除。")
        refs = {"entry": str(entry_id), "reason": reason}
        erasure = record("ledger.payload.erased", actor_ref, refs, case_id=payload.entry.case_id)
        done = Payload.objects.filter(entry_id=entry_id, erased_at=None).update(
            content=None, erased_at=erasure.at, erasure=erasure
        )
        if not done:
            raise Refused("already_erased", "这条记录的内容已经删除。")
    return erasure


def _write(kind: str, actor_ref: str, refs: Mapping[str, str], case_id: UUID | None, commitment: str) -> Entry:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an entry is written in the transaction that it describes")
    for key, value in refs.items():
        if not isinstance(value, str):
            raise TypeError(f"refs[{key!r}] is text, not {type(value).__name__}")
        if canonical.names_a_person(value):
            raise ValueError(f"refs[{key!r}] holds an identity number: personal values go into the payload")
    entry = _entry(kind, actor_ref, refs, commitment, instant.now(), case_id)
    canonical.entry_bytes(entry)  # what cannot be written canonically is refused here, not by the sealer
    adding.add([entry])
    return entry


def _entry(
    kind: str, actor_ref: str, refs: Mapping[str, str], commitment: str, at: datetime, case_id: UUID | None = None
) -> Entry:
    return Entry(
        version=canonical.VERSION,
        kind=kind,
        at=at,
        actor_ref=actor_ref,
        case_id=case_id,
        refs=dict(refs),
        commitment=commitment,
    )
