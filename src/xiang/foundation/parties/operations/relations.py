"""Who acts for whom, and who agreed to what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.parties import names
from xiang.foundation.parties.models import (
    Consent,
    Delegation,
    Guardianship,
    GuardianshipBasis,
    Party,
    PartyKind,
    Role,
)
from xiang.foundation.parties.operations.recording import record
from xiang.foundation.parties.queries.people import person_by_id_number, person_by_phone
from xiang.foundation.parties.rights import ENROLLING, Acting, need_own, need_role


def find_agent(actor: Acting, *, name: str, phone: str = "", number: str = "") -> Party:
    """The person somebody wants to entrust: found only when name and phone (or identity number) belong together.

    A name and a number that do not match read like nobody at all, so that nobody learns whose number it is.
    """
    found = person_by_id_number(number) if number else person_by_phone(phone) if phone else None
    if found is None or found.name != names.normal(name) or found.id in (actor.party_id, actor.behalf_id):
        raise Invalid([FieldError("/agent", "agent_absent", "没有找到这位受托人：请核对姓名和手机号（或身份证号）。")])
    return found


@transaction.atomic
def grant_delegation(
    actor: Acting,
    *,
    principal: Party,
    agent: Party,
    items: Iterable[str],
    valid_to: date,
    valid_from: date | None = None,
) -> Delegation:
    """A principal (or its representative or guardian, never another agent) lets an agent act in these items."""
    need_own(actor, principal.id)
    since = valid_from or instant.today()
    scope = sorted({item.strip() for item in items if item.strip()})
    errors = []
    if not scope:
        errors.append(FieldError("/items", "items_empty", "请选至少一个委托办理的事项。"))
    if agent.kind != PartyKind.PERSON or agent.id == principal.id:
        errors.append(FieldError("/agent", "agent_unfit", "受托人应是另一位自然人。"))
    if valid_to <= max(since, instant.today()):
        errors.append(FieldError("/valid_to", "period_past", "委托的截止日期应在今天之后。"))
    if errors:
        raise Invalid(errors)
    delegation = Delegation.objects.create(
        principal=principal, agent=agent, items=scope, valid_from=since, valid_to=valid_to, granted_ref=actor.ref
    )
    record("delegation_granted", actor, delegation=delegation.id, principal=principal.id, agent=agent.id)
    return delegation


@transaction.atomic
def revoke_delegation(actor: Acting, delegation: Delegation) -> None:
    """The principal takes a delegation back, or the agent gives it up: at once, also inside running sessions."""
    if actor.is_system or actor.party_id != delegation.agent_id:
        need_own(actor, delegation.principal_id)
    done = Delegation.objects.filter(id=delegation.id, revoked_at__isnull=True)
    if not done.update(revoked_at=instant.now(), revoked_ref=actor.ref):
        raise Refused("delegation_revoked", "这份委托已经撤销。")
    record("delegation_revoked", actor, delegation=delegation.id)


@transaction.atomic
def record_guardianship(
    actor: Acting,
    *,
    guardian: Party,
    ward: Party,
    basis: str = GuardianshipBasis.PARENT,
    document: str = "",
    valid_from: date | None = None,
) -> Guardianship:
    """Somebody is the guardian of a ward, on the ground that is named."""
    need_role(actor, *ENROLLING)
    try:
        with transaction.atomic():
            row = Guardianship.objects.create(
                guardian=guardian, ward=ward, basis=basis, document=document, valid_from=valid_from or instant.today()
            )
    except IntegrityError as twice:
        raise Refused("guardianship_recorded", "这位监护人已经登记，或者监护人和被监护人是同一个人。") from twice
    record("guardianship_recorded", actor, guardianship=row.id, guardian=guardian.id, ward=ward.id, basis=basis)
    return row


@transaction.atomic
def end_guardianship(actor: Acting, guardianship: Guardianship, *, on: date | None = None) -> None:
    """A guardianship ends: the ward is of age, somebody else was appointed."""
    need_role(actor, Role.DECIDER, Role.ISSUER)
    day = max(on or instant.today(), guardianship.valid_from)
    if not Guardianship.objects.filter(id=guardianship.id, valid_to__isnull=True).update(valid_to=day):
        raise Refused("guardianship_ended", "这项监护已经结束。")
    record("guardianship_ended", actor, guardianship=guardianship.id)


@transaction.atomic
def decide_consent(
    actor: Acting,
    *,
    party: Party,
    purpose: str,
    title: str,
    given: bool,
    wording: str = "",
    body_key: str = "",
    case_id: UUID | None = None,
) -> Consent:
    """A party (or its guardian) agrees to a use of their data, or refuses it. Refused once is not asked again."""
    need_own(actor, party.id)
    last = Consent.objects.filter(party=party, purpose=purpose, case_id=case_id).order_by("-decided_at", "-id").first()
    if last and last.given == given and last.withdrawn_at is None:
        return last
    consent = Consent.objects.create(
        party=party,
        purpose=purpose,
        title=title,
        wording=wording,
        body_key=body_key,
        case_id=case_id,
        given=given,
        decided_ref=actor.ref,
    )
    kind = "consent_given" if given else "consent_refused"
    record(kind, actor, case_id=case_id, consent=consent.id, party=party.id, purpose=purpose)
    return consent


def give_consent(actor: Acting, *, party: Party, purpose: str, title: str, **more: object) -> Consent:
    """Agree (the fields of :func:`decide_consent`)."""
    return decide_consent(actor, party=party, purpose=purpose, title=title, given=True, **more)  # type: ignore[arg-type]


def refuse_consent(actor: Acting, *, party: Party, purpose: str, title: str, **more: object) -> Consent:
    """Refuse (the fields of :func:`decide_consent`)."""
    return decide_consent(actor, party=party, purpose=purpose, title=title, given=False, **more)  # type: ignore[arg-type]


@transaction.atomic
def withdraw_consent(actor: Acting, consent: Consent) -> None:
    """Take a consent back: from now on the data are not used for it; what was lawfully done before stays."""
    need_own(actor, consent.party_id)
    done = Consent.objects.filter(id=consent.id, given=True, withdrawn_at__isnull=True)
    if not done.update(withdrawn_at=instant.now(), withdrawn_ref=actor.ref):
        raise Refused("consent_withdrawn", "这项同意已经撤回，或者当时就没有同意。")
    record("consent_withdrawn", actor, case_id=consent.case_id, consent=consent.id, purpose=consent.purpose)


def delegation_of(actor: Acting, delegation_id: UUID) -> Delegation:
    """A delegation that the actor gave or received; ``Absent`` otherwise."""
    found = Delegation.objects.select_related("principal", "agent").filter(id=delegation_id).first()
    if found is None or not {found.principal_id, found.agent_id} & {actor.party_id, actor.behalf_id}:
        raise Absent
    return found
