"""People and organisations: enrolled once, then only added to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties import names, numbers
from xiang.foundation.parties.models import (
    BEGINNING,
    Contact,
    ContactKind,
    FormerName,
    Identifier,
    LegalPerson,
    LegalPersonState,
    Party,
    PartyKind,
    Person,
    Role,
    Scheme,
    Sex,
)
from xiang.foundation.parties.models.validity import live
from xiang.foundation.parties.operations.recording import record
from xiang.foundation.parties.rights import ENROLLING, Acting, need_own, need_role


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of a person besides the name; everything may be unknown."""

    sex: str = Sex.UNKNOWN
    birth_date: date | None = None
    ethnicity: str = ""
    nationality: str = "CHN"
    division_code: str = ""
    residence_code: str = ""


@transaction.atomic
def enrol_person(
    actor: Acting,
    *,
    name: str,
    facts: PersonFacts | None = None,
    identifiers: Iterable[tuple[str, str]] = (),
    phone: str = "",
    email: str = "",
    demo_key: str = "",
    valid_from: date | None = None,
) -> Party:
    """A person becomes known, with the numbers they were given: possibly none, as a newborn."""
    need_role(actor, *ENROLLING)
    facts = facts or PersonFacts()
    party = _party(PartyKind.PERSON, name, demo_key)
    Person.objects.create(party=party, **_columns(facts))
    since = valid_from or facts.birth_date or instant.today()
    for scheme, value in identifiers:
        _give_number(party, scheme, value, since)
    _give_contacts(party, phone, email)
    record("person_enrolled", actor, party=party.id)
    return party


@transaction.atomic
def enrol_legal_person(
    actor: Acting,
    *,
    name: str,
    uscc: str = "",
    form: str = "",
    representative: Party | None = None,
    established: date | None = None,
    division_code: str = "",
    demo_key: str = "",
) -> Party:
    """A legal person or other organisation becomes known, with its representative."""
    need_role(actor, *ENROLLING)
    party = _party(PartyKind.LEGAL, name, demo_key)
    LegalPerson.objects.create(
        party=party,
        form=form,
        representative=representative,
        established=established,
        division_code=division_code,
    )
    if uscc:
        _give_number(party, Scheme.USCC, uscc, established or instant.today())
    record("legal_person_enrolled", actor, party=party.id, representative=representative and representative.id)
    return party


@transaction.atomic
def add_identifier(
    actor: Acting, party: Party, scheme: str, value: str, *, valid_from: date | None = None
) -> Identifier:
    """A party is given a number: the newborn's identity number, a renewed passport.

    A number of the same scheme that was in force ends that day; a person has one of each scheme at a time.
    """
    need_role(actor, *ENROLLING)
    since = valid_from or instant.today()
    former = Identifier.objects.filter(live(since), party=party, scheme=scheme)
    former.update(valid_to=since)
    identifier = _give_number(party, scheme, value, since)
    record("identifier_added", actor, party=party.id, identifier=identifier.id, scheme=scheme)
    return identifier


@transaction.atomic
def end_identifier(actor: Acting, identifier: Identifier, *, on: date | None = None) -> None:
    """A number is no longer in force: withdrawn, lost, replaced."""
    need_role(actor, *ENROLLING)
    done = Identifier.objects.filter(id=identifier.id, valid_to__isnull=True).update(valid_to=on or instant.today())
    if not done:
        raise Refused("identifier_ended", "这个号码已经停用。")
    record("identifier_ended", actor, party=identifier.party_id, identifier=identifier.id)


@transaction.atomic
def rename(actor: Acting, party: Party, name: str, *, reason: str = "", on: date | None = None) -> Party:
    """A party is called something else from now on; what it was called is kept."""
    need_role(actor, Role.DECIDER, Role.ISSUER)
    text = names.checked(name)
    kept = Party.objects.select_for_update().get(id=party.id)
    if kept.name == text:
        return kept
    FormerName.objects.create(party=kept, name=kept.name, until=on or instant.today(), reason=reason)
    kept.name, kept.name_key = text, names.sort_key(text)
    kept.save(update_fields=["name", "name_key"])
    record("renamed", actor, party=kept.id)
    return kept


@transaction.atomic
def record_death(actor: Acting, party: Party, on: date) -> None:
    """A person has died: delegations they gave or received, and guardianships of and by them, end by law."""
    need_role(actor, Role.DECIDER, Role.ISSUER)
    if not Person.objects.filter(party=party, death_date__isnull=True).update(death_date=on):
        raise Refused("death_recorded", "已经登记过去世日期。")
    for guardianships in (party.guards, party.guarded_by):
        guardianships.filter(live(on)).update(valid_to=on)
    for delegations in (party.delegations_given, party.delegations_received):
        delegations.filter(revoked_at__isnull=True).update(revoked_at=instant.now(), revoked_ref=actor.ref)
    record("death_recorded", actor, party=party.id)


@transaction.atomic
def set_representative(actor: Acting, legal: Party, representative: Party) -> None:
    """A legal person is represented by somebody else from now on (what agents were granted stays until revoked)."""
    need_role(actor, Role.DECIDER, Role.ISSUER)
    LegalPerson.objects.filter(party=legal).update(representative=representative)
    record("representative_set", actor, party=legal.id, representative=representative.id)


@transaction.atomic
def set_legal_state(actor: Acting, legal: Party, state: LegalPersonState) -> None:
    """The registration state of a legal person changes."""
    need_role(actor, Role.DECIDER, Role.ISSUER)
    LegalPerson.objects.filter(party=legal).update(state=state)
    record("legal_state_set", actor, party=legal.id, state=state)


@transaction.atomic
def add_contact(actor: Acting, party: Party, kind: str, value: str) -> Contact:
    """A party can be reached there too; giving the same again changes nothing."""
    if actor.staff_id:
        need_role(actor, *ENROLLING)
    else:
        need_own(actor, party.id)
    contact, fresh = _give_contact(party, kind, value)
    if fresh:
        record("contact_added", actor, party=party.id, contact=contact.id, contact_kind=kind)
    return contact


@transaction.atomic
def remove_contact(actor: Acting, contact: Contact) -> None:
    """A party is no longer to be reached there. The value is erased, the fact that there was one stays."""
    need_own(actor, contact.party_id)
    done = Contact.objects.filter(id=contact.id, removed_at__isnull=True)
    if not done.update(removed_at=instant.now(), value=None, index="", masked=""):
        raise Refused("contact_removed", "这个联系方式已经移除。")
    record("contact_removed", actor, party=contact.party_id, contact=contact.id)


def _columns(facts: PersonFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in PersonFacts.__dataclass_fields__}


def _party(kind: str, name: str, demo_key: str = "") -> Party:
    text = names.checked(name)
    return Party.objects.create(kind=kind, name=text, name_key=names.sort_key(text), demo_key=demo_key)


def _give_number(party: Party, scheme: str, value: str, since: date) -> Identifier:
    number = numbers.checked(scheme, value)
    # The index of a number kept under an older key differs: ask for all of them before trusting the constraint.
    taken = Identifier.objects.filter(live(), scheme=scheme, index__in=numbers.lookups(scheme, number.value))
    if taken.exists():
        raise Refused("number_taken", f"这个{Scheme(scheme).label}已经登记在另一位名下，请到窗口核对。")
    try:
        with transaction.atomic():
            return Identifier.objects.create(
                party=party,
                scheme=scheme,
                value=number.value,
                index=number.index,
                masked=number.masked,
                valid_from=max(since, BEGINNING),
            )
    except IntegrityError as race:
        raise Refused("number_taken", f"这个{Scheme(scheme).label}已经登记在另一位名下，请到窗口核对。") from race


def _give_contacts(party: Party, phone: str, email: str) -> None:
    for kind, value in ((ContactKind.PHONE, phone), (ContactKind.EMAIL, email)):
        if value:
            _give_contact(party, kind, value)


def _give_contact(party: Party, kind: str, value: str) -> tuple[Contact, bool]:
    number = numbers.checked_contact(kind, value)
    same = Contact.objects.filter(party=party, kind=kind, index=number.index, removed_at__isnull=True).first()
    if same:
        return same, False
    contact = Contact.objects.create(
        party=party, kind=kind, value=number.value, index=number.index, masked=number.masked
    )
    return contact, True
