"""Enrolling people and organisations; numbers are sealed, dated and held by one party at a time."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.parties import actors, operations, queries
from xiang.foundation.parties.models import Contact, FormerName, Identifier, Party
from xiang.foundation.parties.tests.cast import SYSTEM, Cast, id_number, person, uscc

BORN = date(1990, 5, 17)
NUMBER = id_number(BORN, 35)
pytestmark = pytest.mark.django_db


def test_a_person_is_found_by_number_and_the_number_is_nowhere_in_clear() -> None:
    party = operations.enrol_person(SYSTEM, name="李小明", identifiers=[("resident_id", NUMBER)], phone="13912345678")
    assert queries.person_by_id_number(NUMBER.lower()) == party
    assert queries.number_of(party.id) == NUMBER
    with connection.cursor() as cursor:
        for table in ("parties_identifier", "parties_contact", "parties_party", "ledger_entry"):
            cursor.execute(f"SELECT * FROM {table}")
            kept = repr(cursor.fetchall())
            assert NUMBER not in kept and "13912345678" not in kept


def test_a_newborn_has_no_number_and_is_given_one_later() -> None:
    child = operations.enrol_person(SYSTEM, name="周沐言", facts=operations.PersonFacts(birth_date=date(2026, 9, 19)))
    assert queries.identifiers_of(child.id) == []
    number = id_number(date(2025, 9, 19), 28)
    operations.add_identifier(SYSTEM, child, "resident_id", number)
    assert queries.person_by_id_number(number) == child


def test_a_number_belongs_to_one_party_at_a_time(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        operations.add_identifier(SYSTEM, cast.child, "resident_id", id_number(date(1996, 3, 19), 2))
    assert refused.value.code == "number_taken"
    taken = Identifier.objects.get(party=cast.mother)
    with pytest.raises(IntegrityError), transaction.atomic():
        Identifier.objects.create(
            party=cast.child, scheme=taken.scheme, index=taken.index, masked="", valid_from=instant.today()
        )


def test_a_renewed_passport_ends_the_former_one_which_still_finds_its_holder() -> None:
    luca = operations.enrol_person(SYSTEM, name="MORETTI LUCA", identifiers=[("passport", "ZZ9A00001")])
    operations.add_identifier(SYSTEM, luca, "passport", "ZZ9A00077")
    assert [row.masked for row in queries.identifiers_of(luca.id)] == ["ZZ9****77"]
    assert queries.party_by_number("passport", "ZZ9A00001") is None
    assert queries.party_by_number("passport", "ZZ9A00001", former=True) == luca
    assert len(queries.subject_indexes(luca.id)) == 2


def test_a_wrong_number_is_refused_with_the_code_of_its_check() -> None:
    with pytest.raises(Invalid) as refused:
        operations.enrol_person(SYSTEM, name="李小明", identifiers=[("resident_id", NUMBER[:-1] + "*")])
    assert refused.value.errors[0].code == "id_character"
    assert not Party.objects.filter(name="李小明").exists()


def test_a_name_is_changed_and_the_former_one_is_kept(cast: Cast) -> None:
    operations.rename(actors.for_staff(cast.decider), cast.mother, "刘 芸芸", reason="更名")
    cast.mother.refresh_from_db()
    assert cast.mother.name == "刘 芸芸"
    assert FormerName.objects.get(party=cast.mother).name == "刘芸"


def test_a_resident_enrols_nobody(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        operations.enrol_person(actors.for_person(cast.mother), name="某人")


def test_a_removed_contact_is_erased(cast: Cast) -> None:
    mother = actors.for_person(cast.mother)
    contact = queries.contacts_of(cast.mother.id)[0]
    operations.remove_contact(mother, contact)
    kept = Contact.objects.get(id=contact.id)
    assert (kept.value, kept.index, kept.masked) == (None, "", "")
    assert queries.contact_value(cast.mother.id) is None


def test_every_change_is_in_the_ledger_by_reference_only(cast: Cast) -> None:
    entry = Entry.objects.filter(kind="parties.legal_person_enrolled").get()
    assert entry.refs["representative"] == str(cast.owner.id)
    assert "星禾" not in repr(list(Entry.objects.values()))


def test_a_company_is_found_by_its_code(cast: Cast) -> None:
    assert queries.legal_person_by_uscc(uscc()) == cast.company


def test_two_people_who_share_a_phone_are_not_found_by_it() -> None:
    person("吴桂英", date(1949, 9, 30), 56, phone="13700000000")
    assert queries.person_by_phone("13700000000") is not None
    person("吴爱国", date(1948, 9, 30), 57, phone="13700000000")
    assert queries.person_by_phone("+86 137-0000-0000") is None


def test_a_death_ends_what_the_person_gave_and_guarded(cast: Cast) -> None:
    operations.record_death(actors.for_staff(cast.decider), cast.mother, instant.today())
    assert queries.guardians_of(cast.child.id) == []
    with pytest.raises(Refused):
        operations.record_death(SYSTEM, cast.mother, instant.today())


@pytest.mark.parametrize("seal", [True, False])
def test_a_population_is_enrolled_set_wise(seal: bool, django_assert_max_num_queries: object) -> None:
    people = [
        operations.NewPerson(f"居民{n}", id_number(BORN, n), birth_date=BORN, phone=f"138{n:08}") for n in range(300)
    ]
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert operations.bulk_enrol(SYSTEM, iter(people), seal=seal) == 300
    found = queries.person_by_id_number(people[7].id_number)
    assert found is not None and found.id == people[7].id
    assert queries.number_of(found.id) == (people[7].id_number if seal else None)
    assert Entry.objects.filter(kind="parties.people_enrolled").count() == 1


def test_companies_and_guardianships_are_enrolled_set_wise() -> None:
    owner, child = operations.NewPerson("周敏", NUMBER), operations.NewPerson("周宝")
    operations.bulk_enrol(SYSTEM, [owner, child])
    operations.bulk_enrol_legal(SYSTEM, [operations.NewLegalPerson("某店", uscc(), representative_id=owner.id)])
    operations.bulk_guard(SYSTEM, [operations.NewGuardianship(owner.id, child.id, BORN)])
    assert {right.name for right in queries.acting_rights(owner.id)} == {"某店", "周宝"}
