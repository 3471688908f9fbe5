"""Rights: what an officer may do and where, and whom a resident may act for, today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.parties import actors, operations, queries
from xiang.foundation.parties.models import Account, Administration, Appointment, Delegation, LegalPersonState, Role
from xiang.foundation.parties.tests.cast import SYSTEM, Cast, officer

pytestmark = pytest.mark.django_db


def soon() -> date:
    return instant.today() + timedelta(days=30)


def delegate(cast: Cast, *items: str) -> Delegation:
    owner = actors.for_person(cast.owner, cast.company)
    return operations.grant_delegation(
        owner, principal=cast.company, agent=cast.agent, items=items or ("company_change",), valid_to=soon()
    )


def test_an_officer_holds_roles_in_units(cast: Cast) -> None:
    actor = actors.for_staff(cast.decider)
    assert actor.ref == f"staff:{cast.decider.id}" and actor.body_key == "430104.police"
    assert actor.has("decider", cast.station.id) and actor.has("head") and not actor.has("receiver")
    assert not actor.has("decider", cast.clinic.id) and actor.unit_ids == {cast.station.id}


def test_an_ended_appointment_gives_no_right(cast: Cast) -> None:
    operations.end_appointment(SYSTEM, Appointment.objects.get(staff=cast.receiver))
    assert not actors.for_staff(cast.receiver).grants


def test_a_future_appointment_gives_no_right_yet(cast: Cast) -> None:
    operations.appoint(SYSTEM, cast.receiver, cast.station, Role.REVIEWER, valid_from=soon())
    assert not actors.for_staff(cast.receiver).has("reviewer")
    with instant.frozen_at(soon()):
        assert actors.for_staff(cast.receiver).has("reviewer")


def test_an_officer_who_left_is_nobody(cast: Cast) -> None:
    operations.end_service(SYSTEM, cast.receiver)
    cast.receiver.refresh_from_db()
    actor = actors.for_staff(cast.receiver)
    assert not actor.is_staff and not actor.grants and not Account.objects.get(id=cast.receiver.account_id).is_active


def test_a_supervisor_sees_a_division_and_below(cast: Cast) -> None:
    city = operations.put_body(SYSTEM, key="430100.data", name="长沙市数据局", division="430100")
    office = operations.put_unit(SYSTEM, key="430100.data.supervision", body=city.key, name="效能监察处")
    actor = actors.for_staff(officer("颜正", "supervisor", city, office, Role.SUPERVISOR))
    assert actor.division_paths == ("43/4301",)
    assert actor.oversees("43/4301/430104") and not actor.oversees("43/4302") and not actor.oversees("43/43010")


def test_an_auditor_oversees_no_division(cast: Cast) -> None:
    actor = actors.for_staff(officer("成则明", "auditor", cast.police, cast.station, Role.AUDITOR))
    assert actor.has("auditor") and actor.division_paths == ()


@pytest.mark.parametrize(
    "roles", [(Role.AUDITOR, Role.RECEIVER), (Role.CONFIGURATOR, Role.DECIDER), (Role.ISSUER, Role.CONFIGURATOR)]
)
def test_roles_that_exclude_each_other_are_refused(cast: Cast, roles: tuple[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        officer("某人", "somebody", cast.police, cast.station, *roles)
    assert refused.value.code == "roles_exclude"


def test_administrators_exclude_each_other_for_a_person(cast: Cast) -> None:
    one = officer("白一", "admin.one", cast.police, cast.station)
    other = operations.open_account(SYSTEM, username="admin.two", password="a-long-enough-one", party=one.party)
    operations.put_in_charge(SYSTEM, one.account, Administration.SYSTEM)
    with pytest.raises(Refused):
        operations.put_in_charge(SYSTEM, other, Administration.AUDIT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(id=other.id).update(administration="audit")


def test_each_administrator_does_their_own_part_only(cast: Cast) -> None:
    admin = {}
    for kind in (Administration.SYSTEM, Administration.SECURITY):
        staff = officer(f"管理员{kind.label}", f"admin.{kind}", cast.police, cast.station)
        operations.put_in_charge(SYSTEM, staff.account, kind)
        admin[kind] = actors.for_staff(staff)
    with pytest.raises(Forbidden):
        operations.appoint(admin[Administration.SYSTEM], cast.receiver, cast.station, Role.REVIEWER)
    operations.appoint(admin[Administration.SECURITY], cast.receiver, cast.station, Role.REVIEWER)
    with pytest.raises(Forbidden):
        operations.open_account(admin[Administration.SECURITY], username="newone", password="a-long-enough-one")
    operations.open_account(admin[Administration.SYSTEM], username="newone", password="a-long-enough-one")


def test_nobody_is_a_superuser(cast: Cast) -> None:
    assert not any(account.is_superuser for account in Account.objects.all())
    assert not cast.decider.account.has_perm("parties.change_account")


def test_a_representative_a_guardian_and_an_agent_may_act(cast: Cast) -> None:
    delegate(cast)
    assert actors.for_person(cast.owner, cast.company).may_file("anything")
    assert actors.for_person(cast.mother, cast.child).subject_id == cast.child.id
    agent = actors.for_person(cast.agent, cast.company)
    assert agent.may_file("company_change") and not agent.may_file("company_cancel")
    assert agent.ref == cast.agent.ref


@pytest.mark.parametrize("who", ["stranger", "father", "agent"])
def test_nobody_else_may_act(cast: Cast, who: str) -> None:
    for behalf in (cast.company, cast.child):
        with pytest.raises(Forbidden):
            actors.for_person(getattr(cast, who), behalf)


def test_a_revoked_delegation_ends_at_once(cast: Cast) -> None:
    delegation = delegate(cast)
    operations.revoke_delegation(actors.for_person(cast.owner, cast.company), delegation)
    with pytest.raises(Forbidden):
        actors.for_person(cast.agent, cast.company)
    with pytest.raises(Refused):
        operations.revoke_delegation(actors.for_person(cast.owner, cast.company), delegation)


def test_an_agent_may_give_a_delegation_up_but_not_pass_it_on(cast: Cast) -> None:
    delegation = delegate(cast)
    acting = actors.for_person(cast.agent, cast.company)
    with pytest.raises(Forbidden) as refused:
        operations.grant_delegation(
            acting, principal=cast.company, agent=cast.stranger, items=["company_change"], valid_to=soon()
        )
    assert refused.value.code == "agent_may_not"
    operations.revoke_delegation(actors.for_person(cast.agent), delegation)
    assert queries.acting_rights(cast.agent.id) == []


def test_a_delegation_ends_on_its_day(cast: Cast) -> None:
    delegate(cast)
    with instant.frozen_at(soon() - timedelta(days=1)):
        assert queries.right_between(cast.agent.id, cast.company.id) is not None
    with instant.frozen_at(soon()):
        assert queries.right_between(cast.agent.id, cast.company.id) is None


def test_two_delegations_add_up(cast: Cast) -> None:
    delegate(cast, "company_change")
    delegate(cast, "seal_filing")
    right = queries.right_between(cast.agent.id, cast.company.id)
    assert right is not None and right.items == {"company_change", "seal_filing"}


def test_a_delegation_without_items_or_in_the_past_is_refused(cast: Cast) -> None:
    owner = actors.for_person(cast.owner, cast.company)
    with pytest.raises(Invalid) as refused:
        operations.grant_delegation(
            owner, principal=cast.company, agent=cast.company, items=[" "], valid_to=instant.today()
        )
    assert {error.code for error in refused.value.errors} == {"items_empty", "agent_unfit", "period_past"}


def test_a_stranger_cannot_grant_for_the_company_and_reads_absent(cast: Cast) -> None:
    with pytest.raises(Absent):
        operations.grant_delegation(
            actors.for_person(cast.stranger), principal=cast.company, agent=cast.agent, items=["*"], valid_to=soon()
        )


def test_a_deregistered_company_is_represented_by_nobody(cast: Cast) -> None:
    operations.set_legal_state(SYSTEM, cast.company, LegalPersonState.DEREGISTERED)
    with pytest.raises(Forbidden):
        actors.for_person(cast.owner, cast.company)


def test_an_agent_is_found_only_when_name_and_number_belong_together(cast: Cast) -> None:
    owner = actors.for_person(cast.owner, cast.company)
    assert operations.find_agent(owner, name="林一鸣", phone="13900000005") == cast.agent
    for name, phone in (("林一鸣", "13900000001"), ("刘芸芸", "13900000001"), ("林一鸣", "13900009999")):
        with pytest.raises(Invalid) as refused:
            operations.find_agent(owner, name=name, phone=phone)
        assert refused.value.errors[0].code == "agent_absent"


def test_consent_is_given_refused_and_withdrawn(cast: Cast) -> None:
    father = actors.for_person(cast.father)
    consent = operations.give_consent(father, party=cast.father, purpose="birth.records", title="使用户籍信息")
    assert queries.has_consented(cast.father.id, "birth.records")
    again = operations.give_consent(father, party=cast.father, purpose="birth.records", title="使用户籍信息")
    assert again.id == consent.id
    operations.withdraw_consent(father, consent)
    assert not queries.has_consented(cast.father.id, "birth.records")
    refused = operations.refuse_consent(father, party=cast.father, purpose="subsidy", title="推送育儿补贴")
    with pytest.raises(Refused):
        operations.withdraw_consent(father, refused)
    kept = queries.consent_to(cast.father.id, "subsidy")
    assert kept is not None and not kept.given


def test_a_guardian_consents_for_the_ward_and_nobody_else_does(cast: Cast) -> None:
    mother = actors.for_person(cast.mother, cast.child)
    operations.give_consent(mother, party=cast.child, purpose="vaccination", title="预约接种")
    with pytest.raises(Absent):
        operations.give_consent(actors.for_person(cast.stranger), party=cast.child, purpose="x", title="x")


def test_a_party_is_seen_by_itself_and_by_who_acts_for_it(cast: Cast) -> None:
    assert queries.party_for(actors.for_person(cast.mother), cast.child.id) == cast.child
    for actor in (actors.for_person(cast.stranger), actors.for_staff(cast.decider), actors.ANONYMOUS):
        with pytest.raises(Absent):
            queries.party_for(actor, cast.child.id)
