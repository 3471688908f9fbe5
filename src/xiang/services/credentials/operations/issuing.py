"""Issuing a credential: exactly one for a case and a kind, under a number of its own, and its sealed file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.cases.models import Case
from xiang.foundation.documents import fonts
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.documents.operations import next_serial
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Body, Party
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import due
from xiang.foundation.statutes.terms import Limit
from xiang.services.credentials import faces
from xiang.services.credentials.identifiers import identifier
from xiang.services.credentials.measures import count_issued
from xiang.services.credentials.models import Credential, CredentialType


@dataclass(frozen=True, slots=True)
class Issue:
    """All that a new row is made of, beside what its issuing decides."""

    kind: CredentialType
    holder: Party
    issuer: Body
    values: Mapping[str, Any]
    serial: str
    version: int = 1
    previous: Credential | None = None
    case_id: UUID | None = None
    keeper: Party | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    source_ref: str = ""


@transaction.atomic
def issue(
    type_key: str,
    holder: Party,
    issuer: Body,
    values: Mapping[str, Any],
    actor: Actor,
    *,
    case_id: UUID | None = None,
    keeper: Party | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    source_ref: str = "",
) -> Credential:
    """Issue a credential to ``holder``; a child's is kept by ``keeper``. Exactly one for a case and a kind, and one for
    a record taken over: asking again, even at the same moment, answers the first. Raises ``DomainError('no_glyph')``
    when a name could not be printed."""
    kind = CredentialType.objects.get(key=type_key)
    known = _known(kind, case_id, source_ref)
    if known:
        return known
    require_printable(values)
    serial = serial_of(kind, issuer)
    wanted = Issue(
        kind, holder, issuer, numbered(kind, values, serial), serial, case_id=case_id, keeper=keeper,
        valid_from=valid_from, valid_until=valid_until, source_ref=source_ref,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return write(wanted, actor)
    except IntegrityError:
        first = _known(kind, case_id, source_ref)
        if first is None:
            raise
        return first


def _known(kind: CredentialType, case_id: UUID | None, source_ref: str) -> Credential | None:
    rows = Credential.objects.filter(type=kind, previous=None)
    if source_ref:
        return rows.filter(source_ref=source_ref).first()
    return rows.filter(case_id=case_id).first() if case_id else None


def require_printable(values: Mapping[str, Any]) -> None:
    """Every character of the face must have a glyph: it is shown, never a question mark."""
    fonts.require("".join(map(str, values.values())), "证照暂不能制作")


def serial_of(kind: CredentialType, issuer: Body) -> str:
    """The issuer's next serial: the year and a running number. Two issuings at once wait for each other here."""
    year = instant.today().year
    return f"{year}{next_serial(issuer.key, f'credential:{kind.code}', year):07d}"


def numbered(kind: CredentialType, values: Mapping[str, Any], serial: str) -> dict[str, Any]:
    """The values, with the serial as the number on the face where no register gave one."""
    made = dict(values)
    for field in kind.fields:
        if field.get("serial") and not made.get(field["key"]):
            made[field["key"]] = serial
    return made


def write(wanted: Issue, actor: Actor) -> Credential:
    """Write the row, the ledger's entry, the figure, and order the sealed file; inside the caller's transaction."""
    credential = Credential.objects.create(
        identifier=identifier(wanted.kind.code, wanted.issuer.uscc, wanted.serial, wanted.version),
        type=wanted.kind,
        holder=wanted.holder,
        keeper=wanted.keeper,
        issuer=wanted.issuer,
        serial=wanted.serial,
        version=wanted.version,
        previous=wanted.previous,
        case_id=wanted.case_id,
        values=dict(wanted.values),
        valid_from=wanted.valid_from or instant.today(),
        valid_until=wanted.valid_until,
        issued_at=instant.now(),
        source_ref=wanted.source_ref,
    )
    # Not its identifier: eighteen digits in a row may pass for an identity number.
    refs = {"credential": str(credential.id), "version": str(wanted.version)}
    ledger.record("credential.issued", actor.ref, refs, case_id=wanted.case_id)
    count_issued(credential)
    outbox.emit("credential.issued", str(credential.id), {"credential_id": str(credential.id)})
    return credential


def issue_from_case(type_key: str, case: Case, holder: Party, issuer: Body, actor: Actor) -> Credential:
    """Issue what a case's item results in: every field of the credential from the answer that the type names."""
    kind = CredentialType.objects.get(key=type_key)
    keeper = case.applicant if holder.id != case.applicant_id else None
    values = faces.values_of(kind, case)
    return issue(type_key, holder, issuer, values, actor, case_id=case.id, keeper=keeper, valid_until=last_day(kind))


def last_day(kind: CredentialType) -> date | None:
    """The last day of validity by the type's rule, or ``None`` for one that does not run out."""
    validity = kind.content.get("validity", {})
    if validity.get("kind") != "period":
        return None
    limit = statutes.limit(validity["rule"], instant.today()).limit()
    return due(instant.today(), Limit(limit.value, limit.unit, rolls=False), statutes.calendar()).date


@transaction.atomic
def sealed(credential_id: UUID, file: StoredFile, signature: Mapping[str, Any]) -> None:
    """Note that the sealed file of a credential exists; the first that was noted stays."""
    changes = {"file": file, "signature": dict(signature), "sealed_at": instant.now(), "trouble": ""}
    if not Credential.objects.filter(id=credential_id, sealed_at=None).update(**changes):
        return
    credential = Credential.objects.get(id=credential_id)
    refs = {"credential": str(credential_id), "digest": file.digest}
    ledger.record("credential.sealed", "system", refs, case_id=credential.case_id)
    outbox.emit("credential.sealed", str(credential_id), {"credential_id": str(credential_id)})


@transaction.atomic
def not_sealed(credential_id: UUID, code: str) -> None:
    """Note why the file could not be made."""
    Credential.objects.filter(id=credential_id, sealed_at=None).update(trouble=code[:100])


@transaction.atomic
def try_again(credential_id: UUID, actor: Actor) -> None:
    """Order the file again after what stood in the way is gone. By the issuer's own officers."""
    credential = Credential.objects.filter(id=credential_id, issuer__key=actor.body_key).first()
    if credential is None or not actor.is_staff:
        raise Absent
    if not Credential.objects.filter(id=credential_id, sealed_at=None).exclude(trouble="").update(trouble=""):
        raise Refused("not_failed", "这份证照已经签章，或者正在签章。")
    ledger.record("credential.again", actor.ref, {"credential": str(credential_id)}, case_id=credential.case_id)
    outbox.emit("credential.issued", str(credential_id), {"credential_id": str(credential_id)})
