"""Finding out who stands at the window: from the card, or from name and number; unknown people become known.

A number alone opens nothing: the name must belong to it, and every attempt that failed is in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground.errors import FieldError, Invalid, Unavailable
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties import identity, names
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties import queries as party_queries
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, Scheme
from xiang.foundation.parties.operations import PersonFacts
from xiang.hub.sharing import operations as hub
from xiang.services.applications import filing
from xiang.services.halls.models import WindowSession
from xiang.services.halls.operations.sessions import open_session, window_of
from xiang.services.halls.queries import IDENTITY
from xiang.services.halls.readers import CardFacts, readers

PERSONS = "police_person"
PURPOSE = "identify"
"""The purpose under which a window asks who somebody is; the profile grants it for this and nothing else."""
_FIELDS = ("id_number", "name", "sex", "birth_date", "household_division", "status")


def receive_by_card(actor: Actor, slot: str) -> WindowSession:
    """Read the card on the reader and begin a visit with its holder."""
    window_of(actor)
    facts = readers.active().read(slot)
    party = party_queries.person_by_id_number(facts.number)
    return open_session(actor, party or _enrol(actor, facts), WindowSession.Read.CARD)


def receive_by_number(actor: Actor, number: str, name: str) -> WindowSession:
    """Begin a visit with somebody without a card: the number and the name must belong together.

    Raises ``Invalid`` with ``identity_mismatch`` when they do not, or when nobody is known under this number.
    """
    window_of(actor)
    number, name = _checked(number, name)
    party = party_queries.person_by_id_number(number)
    if party is not None and party.name != name:
        raise _no_match(actor)
    if party is None:
        party = _enrol(actor, _from_register(actor, number, name))
    return open_session(actor, party, WindowSession.Read.TYPED)


def _checked(number: str, name: str) -> tuple[str, str]:
    checked, name = identity.check_id(number), names.normal(name)
    errors = [FieldError("/number", code, detail) for code, detail in checked.errors]
    if not name:
        errors.append(FieldError("/name", "required", "请填姓名。"))
    if errors:
        raise Invalid(errors)
    return checked.normal, name


def _no_match(actor: Actor) -> Invalid:
    with transaction.atomic():
        ledger.record("window.not_matched", actor.ref, {"body": actor.body_key})
    return Invalid([FieldError("/name", "identity_mismatch", "姓名和身份证号对不上。请对照证件再看一遍。")])


def _from_register(actor: Actor, number: str, name: str) -> CardFacts:
    """What the register of persons says of somebody whom we do not know yet; in an outage what the clerk has read from
    a document is taken as it is."""
    enquiry = drafts.start(
        actor,
        IDENTITY,
        IDENTITY,
        "核对来人身份",
        owner_id=actor.party_id,
        people={"applicant": {"role": "applicant", "identifiers": {str(Scheme.RESIDENT_ID): number}}},
    )
    try:
        found = _ask(actor, enquiry, number)
    except Unavailable:
        return CardFacts(number, name)
    finally:
        drafts.discard(enquiry)
    if not found or names.normal(str(found.get("name") or "")) != name:
        raise _no_match(actor)
    born = found.get("birth_date")
    return CardFacts(number, name, str(found.get("sex") or "0"), date.fromisoformat(str(born)) if born else None)


def _ask(actor: Actor, enquiry: Draft, number: str) -> Mapping[str, Any]:
    subject = Subject("applicant", identifiers={str(Scheme.RESIDENT_ID): number})
    return hub.fetch(
        PERSONS,
        subject,
        _FIELDS,
        purpose=PURPOSE,
        actor=actor,
        body_key=filing.platform_body_key(),
        case_id=enquiry.id,
    ).values


def _enrol(actor: Actor, facts: CardFacts) -> Party:
    sex = facts.sex if facts.sex in ("1", "2") else "0"
    return parties.enrol_person(
        actor,
        name=facts.name,
        facts=PersonFacts(sex=sex, birth_date=facts.born),
        identifiers=[(Scheme.RESIDENT_ID, facts.number)],
    )
