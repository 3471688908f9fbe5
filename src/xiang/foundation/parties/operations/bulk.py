"""Whole populations at once: set-wise, in chunks, one ledger entry a run. For seeding, or to take over a register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties import names, numbers
from xiang.foundation.parties.models import (
    BEGINNING,
    Contact,
    ContactKind,
    Guardianship,
    GuardianshipBasis,
    Identifier,
    LegalPerson,
    LegalPersonState,
    Party,
    PartyKind,
    Person,
    Scheme,
    Sex,
)
from xiang.foundation.parties.operations.inserting import insert
from xiang.foundation.parties.operations.recording import record
from xiang.foundation.parties.rights import Acting, need_role

CHUNK = 2000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """One person to enrol. ``id`` may be given, so that a generator can refer to people before they are kept."""

    name: str
    id_number: str = ""
    sex: str = Sex.UNKNOWN
    birth_date: date | None = None
    death_date: date | None = None
    ethnicity: str = ""
    nationality: str = "CHN"
    division_code: str = ""
    residence_code: str = ""
    passport: str = ""
    phone: str = ""
    demo_key: str = ""
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class NewLegalPerson:
    """One legal person to enrol; its representative must be enrolled before."""

    name: str
    uscc: str
    form: str = ""
    state: str = LegalPersonState.ACTIVE
    representative_id: UUID | None = None
    established: date | None = None
    division_code: str = ""
    phone: str = ""
    demo_key: str = ""
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class NewGuardianship:
    guardian_id: UUID
    ward_id: UUID
    valid_from: date
    basis: str = GuardianshipBasis.PARENT


def bulk_enrol(actor: Acting, people: Iterable[NewPerson], *, seal: bool = True, chunk: int = CHUNK) -> int:
    """Enrol people; returns how many. With ``seal=False`` numbers and phones are kept as index and mask only (their
    source register holds the value), which saves a quarter of the time and most of the space."""
    need_role(actor)
    total = 0
    for part in _chunks(people, chunk):
        with transaction.atomic():
            _keep_people(part, seal)
            total += len(part)
    with transaction.atomic():
        record("people_enrolled", actor, count=total)
    return total


def bulk_enrol_legal(
    actor: Acting, companies: Iterable[NewLegalPerson], *, seal: bool = True, chunk: int = CHUNK
) -> int:
    """Enrol legal persons; returns how many."""
    need_role(actor)
    total = 0
    for part in _chunks(companies, chunk):
        with transaction.atomic():
            _keep_companies(part, seal)
            total += len(part)
    with transaction.atomic():
        record("legal_persons_enrolled", actor, count=total)
    return total


def bulk_guard(actor: Acting, rows: Iterable[NewGuardianship], *, chunk: int = CHUNK) -> int:
    """Record guardianships (parents and children of a whole population); returns how many."""
    need_role(actor)
    total = 0
    for part in _chunks(rows, chunk):
        with transaction.atomic():
            insert(
                Guardianship,
                ("id", "guardian_id", "ward_id", "basis", "valid_from"),
                ((new_id(), row.guardian_id, row.ward_id, row.basis, row.valid_from) for row in part),
            )
            total += len(part)
    with transaction.atomic():
        record("guardianships_recorded", actor, count=total)
    return total


_PERSON = (
    "sex",
    "birth_date",
    "death_date",
    "ethnicity",
    "nationality",
    "division_code",
    "residence_code",
)
_LEGAL = ("form", "state", "representative_id", "established", "division_code")


def _keep_people(part: list[NewPerson], seal: bool) -> None:
    _keep_parties(PartyKind.PERSON, part)
    insert(Person, ("party_id", *_PERSON), ((row.id, *(getattr(row, name) for name in _PERSON)) for row in part))
    numbered = [(row.id, Scheme.RESIDENT_ID, row.id_number, row.birth_date) for row in part if row.id_number]
    numbered += [(row.id, Scheme.PASSPORT, row.passport, row.birth_date) for row in part if row.passport]
    _keep_numbers(numbered, seal)
    _keep_phones(part, seal)


def _keep_companies(part: list[NewLegalPerson], seal: bool) -> None:
    _keep_parties(PartyKind.LEGAL, part)
    insert(LegalPerson, ("party_id", *_LEGAL), ((row.id, *(getattr(row, name) for name in _LEGAL)) for row in part))
    _keep_numbers([(row.id, Scheme.USCC, row.uscc, row.established) for row in part], seal)
    _keep_phones(part, seal)


def _keep_parties(kind: PartyKind, part: Sequence[NewPerson | NewLegalPerson]) -> None:
    named = [(row.id, kind.value, names.checked(row.name), row.demo_key) for row in part]
    rows = ((key, of, name, names.sort_key(name), demo_key) for key, of, name, demo_key in named)
    insert(Party, ("id", "kind", "name", "name_key", "demo_key"), rows)


def _keep_numbers(rows: Iterable[tuple[UUID, Scheme, str, date | None]], seal: bool) -> None:
    today = instant.today()
    kept = []
    for party_id, scheme, value, since in rows:
        number = numbers.checked(scheme, value)
        began = max(since or today, BEGINNING)
        plain = number.value if seal else None
        kept.append((new_id(), party_id, scheme.value, plain, number.index, number.masked, began))
    insert(Identifier, ("id", "party_id", "scheme", "value", "index", "masked", "valid_from"), kept)


def _keep_phones(part: Sequence[NewPerson | NewLegalPerson], seal: bool) -> None:
    kept = []
    for row in part:
        if row.phone:
            number = numbers.checked_contact(ContactKind.PHONE, row.phone)
            plain = number.value if seal else None
            kept.append((new_id(), row.id, ContactKind.PHONE.value, plain, number.index, number.masked))
    insert(Contact, ("id", "party_id", "kind", "value", "index", "masked"), kept)


def _chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part
