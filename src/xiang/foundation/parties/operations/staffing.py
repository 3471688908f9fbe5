"""Officers: taken into service, appointed to a role in an office, and relieved of it."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties.models import (
    Account,
    Administration,
    Appointment,
    Body,
    Party,
    Role,
    Staff,
    Unit,
)
from xiang.foundation.parties.models.validity import live
from xiang.foundation.parties.operations.recording import record
from xiang.foundation.parties.rights import Acting, conflict_of, need_administration


@transaction.atomic
def hire(
    actor: Acting,
    *,
    account: Account,
    body: Body,
    party: Party | None = None,
    number: str = "",
    valid_from: date | None = None,
) -> Staff:
    """A person enters the service of a body and signs in with an account of their own (never a shared one)."""
    need_administration(actor, Administration.SYSTEM)
    person = party or account.party
    if person is None or account.party_id not in (None, person.id):
        raise Refused("account_of_another", "这个账号没有对应到这位工作人员本人。")
    try:
        with transaction.atomic():
            staff = Staff.objects.create(
                account=account, party=person, body=body, number=number, valid_from=valid_from or instant.today()
            )
    except IntegrityError as taken:
        raise Refused("staff_taken", "这个账号或工号已经有人使用。") from taken
    record("hired", actor, staff=staff.id, body=body.key)
    return staff


@transaction.atomic
def appoint(
    actor: Acting,
    staff: Staff,
    unit: Unit,
    role: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Appointment:
    """An officer gets a role in an office of their body or of one below it; roles that exclude each other are refused.

    Whoever checks the record (auditor) holds no other role; whoever configures decides and issues nothing. The rule is
    asked for the person, over all their accounts.
    """
    need_administration(actor, Administration.SECURITY)
    since = valid_from or instant.today()
    # Locking the person makes two appointments at the same moment see each other.
    Party.objects.select_for_update().get(id=staff.party_id)
    held = set(
        Appointment.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=since), staff__party=staff.party_id
        ).values_list("role", flat=True)
    )
    if (clash := conflict_of({str(value) for value in held} | {Role(role).value})) is not None:
        raise Refused("roles_exclude", f"“{Role(clash).label}”不能与这个人的其他岗位同时担任。")
    if role == Role.AUDITOR and staff.account.administration not in ("", Administration.AUDIT):
        raise Refused("roles_exclude", "系统管理员和安全管理员不能兼任审计。")
    try:
        with transaction.atomic():
            appointment = Appointment.objects.create(
                staff=staff, unit=unit, role=role, valid_from=since, valid_to=valid_to
            )
    except IntegrityError as twice:
        raise Refused("appointed_already", "这个人已经在这个单位担任这个岗位。") from twice
    record("appointed", actor, staff=staff.id, unit=unit.key, role=role)
    return appointment


@transaction.atomic
def end_appointment(actor: Acting, appointment: Appointment, *, on: date | None = None) -> None:
    """An officer no longer holds a role, from that day on."""
    need_administration(actor, Administration.SECURITY)
    day = max(on or instant.today(), appointment.valid_from)
    open_ended = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    if not Appointment.objects.filter(open_ended, id=appointment.id).update(valid_to=day):
        raise Refused("appointment_ended", "这个任职已经结束。")
    record("appointment_ended", actor, appointment=appointment.id)


@transaction.atomic
def end_service(actor: Acting, staff: Staff, *, on: date | None = None) -> None:
    """An officer leaves: appointments end and the account is closed (expired accounts do not stay)."""
    need_administration(actor, Administration.SYSTEM)
    day = max(on or instant.today(), staff.valid_from)
    if not Staff.objects.filter(id=staff.id, valid_to__isnull=True).update(valid_to=day):
        raise Refused("service_ended", "这位工作人员已经离任。")
    Appointment.objects.filter(live(day), staff=staff).update(valid_to=day)
    Account.objects.filter(id=staff.account_id).update(is_active=False)
    record("service_ended", actor, staff=staff.id)


@transaction.atomic
def put_in_charge(actor: Acting, account: Account, administration: Administration) -> None:
    """An account becomes that of the system, the security or the audit administrator, or none of them.

    The three exclude each other for a person, and the audit administrator holds no office that acts.
    """
    need_administration(actor, Administration.SECURITY)
    if account.party_id is None:
        raise Refused("account_without_person", "管理员账号要对应到人。")
    Party.objects.select_for_update().get(id=account.party_id)
    others = Account.objects.filter(party=account.party_id).exclude(id=account.id).exclude(administration="")
    if administration and others.exists():
        raise Refused("administrations_exclude", "系统、安全、审计三类管理员不能由同一个人担任。")
    held = set(Appointment.objects.filter(live(), staff__party=account.party_id).values_list("role", flat=True))
    if administration == Administration.AUDIT and held - {Role.AUDITOR.value}:
        raise Refused("administrations_exclude", "审计管理员不能同时担任办理、配置类岗位。")
    if administration in (Administration.SYSTEM, Administration.SECURITY) and Role.AUDITOR in held:
        raise Refused("administrations_exclude", "系统管理员和安全管理员不能兼任审计。")
    Account.objects.filter(id=account.id).update(administration=administration)
    account.administration = administration
    record("put_in_charge", actor, account=account.id, administration=administration)
