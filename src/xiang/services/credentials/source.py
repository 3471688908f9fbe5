"""Credentials as a source of forms (``credential:property_certificate.address``) and as what stands for a paper
(``credential:marriage_certificate``).

Our own valid credential first; else the record in the department's system, which is sealed here when it is presented.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from xiang.foundation.forms.sources import FetchContext, Fetched, Provenance, Satisfied, Subject, Want
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.models import Party
from xiang.services.credentials import loading, queries, records
from xiang.services.credentials.models import Credential, CredentialType
from xiang.services.credentials.operations.adopting import values_of
from xiang.services.credentials.operations.showing import subject_index
from xiang.services.credentials.sealing import untouched

log = logging.getLogger(__name__)

PREFIX = "credential"
BASIS = "国务院关于在线政务服务的若干规定第十条"


def _offers(key: str, field: str = "") -> bool:
    if loading.declared(key, field):
        return True
    kind = CredentialType.objects.filter(key=key, retired=False).first()
    return kind is not None and (not field or any(f["key"] == field for f in kind.fields))


class CredentialSource:
    """Fields of the credential that somebody holds."""

    prefix = PREFIX

    def offers(self, resource: str, field: str = "") -> bool:
        return _offers(resource, field)

    def fetch_many(self, wants: Sequence[Want], context: FetchContext) -> Sequence[Fetched]:
        return [_fetch(want, context) for want in wants]


class CredentialSubstitute:
    """A paper is not asked for when its credential is at hand."""

    prefix = PREFIX

    def offers(self, name: str) -> bool:
        return _offers(name)

    def satisfies(self, name: str, subject: Subject, context: FetchContext) -> Satisfied | None:
        kind = CredentialType.objects.filter(key=name, retired=False).first()
        if kind is None:
            return None
        ours = _ours(subject, name)
        if ours is None:
            return _from_record(kind, subject, context)
        _used(ours, [field["key"] for field in kind.fields], context)
        return Satisfied(f"{PREFIX}:{name}", kind.short, _provenance(ours), f"{PREFIX}:{ours.code}")


def _ours(subject: Subject, key: str) -> Credential | None:
    """The credential of this kind that somebody holds with us. One that a checker would be warned of proves nothing here
    either: then the department's record is asked, or the paper."""
    found = queries.valid_of(subject.party_id, key) if subject.party_id else None
    if found is None or untouched(found):
        return found
    log.warning("credential %s is not as it was sealed: it was not used", found.id)
    return None


def _from_record(kind: CredentialType, subject: Subject, context: FetchContext) -> Satisfied | None:
    """What a department's system says stands for the paper; it becomes a sealed credential by being presented."""
    (found,) = records.look_up([kind], subject, records.why(context))
    if found is None or not found.records:
        return None
    reference = f"{PREFIX}:{kind.key}"
    holder = Party.objects.filter(id=subject.party_id).first() if subject.party_id else None
    if holder is not None:
        try:
            reference = f"{PREFIX}:{records.take_over(kind, holder, found.records[0]).code}"
        except DomainError:
            # The record proves it all the same: a certificate that cannot be printed yet asks nobody for a paper.
            reference = f"{PREFIX}:{kind.key}"
    return Satisfied(f"{PREFIX}:{kind.key}", kind.short, found.said.provenance, reference)


def _fetch(want: Want, context: FetchContext) -> Fetched:
    kind = CredentialType.objects.filter(key=want.resource, retired=False).first()
    if kind is None:
        return Fetched(want, {}, _nowhere(want.resource), absent=True)
    ours = _ours(want.subject, want.resource)
    if ours is not None:
        _used(ours, list(want.fields), context)
        return _of(want, ours.values, _provenance(ours))
    (found,) = records.look_up([kind], want.subject, records.why(context))
    if found is None:
        return Fetched(want, {}, _nowhere(kind.short), absent=True)
    said = found.said
    if not found.records:
        absent = not (said.outage or said.refused)
        return Fetched(want, {}, said.provenance, absent=absent, outage=said.outage, refused=said.refused)
    return _of(want, values_of(kind, found.records[0]), said.provenance)


def _of(want: Want, values: Mapping[str, Any], provenance: Provenance) -> Fetched:
    found = {name: values.get(name) for name in want.fields}
    absent = not any(value not in (None, "") for value in found.values())
    return Fetched(want, {} if absent else found, provenance, absent=absent)


def _provenance(credential: Credential) -> Provenance:
    return Provenance(
        source=f"{PREFIX}:{credential.type_id}",
        body_key=credential.issuer.key,
        body=credential.issuer.short or credential.issuer.name,
        system="电子证照",
        resource=credential.type.short,
        at=instant.now(),
    )


def _nowhere(resource: str) -> Provenance:
    return Provenance(f"{PREFIX}:{resource}", "", "", "电子证照", resource, instant.now())


@transaction.atomic
def _used(credential: Credential, fields: list[str], context: FetchContext) -> None:
    """A credential presented in an application is a use of its holder's data."""
    subject = subject_index(credential)
    if subject is None:
        return
    ledger.record_use(
        subject, context.body_key, fields, "以电子证照代替纸质材料", BASIS, case_id=context.case_id,
        case_number=context.case_number, actor_ref=context.actor.ref, resource_key=f"{PREFIX}:{credential.type_id}",
    )  # fmt: skip
