"""What is kept about parties. Written only by ``parties.operations``."""

from xiang.foundation.parties.models.accounts import Account, AccountManager, Administration
from xiang.foundation.parties.models.places import BEGINNING, Body, BodyLevel, BodySystem, Division, DivisionLevel, Unit
from xiang.foundation.parties.models.relations import Consent, Delegation, Guardianship, GuardianshipBasis
from xiang.foundation.parties.models.staff import Appointment, Role, Staff
from xiang.foundation.parties.models.tokens import ApiToken, IdempotencyRecord
from xiang.foundation.parties.models.who import (
    Contact,
    ContactKind,
    FormerName,
    Identifier,
    LegalPerson,
    LegalPersonState,
    Party,
    PartyKind,
    Person,
    Scheme,
    Sex,
)

__all__ = [
    "BEGINNING",
    "Account",
    "AccountManager",
    "Administration",
    "ApiToken",
    "Appointment",
    "Body",
    "BodyLevel",
    "BodySystem",
    "Consent",
    "Contact",
    "ContactKind",
    "Delegation",
    "Division",
    "DivisionLevel",
    "FormerName",
    "Guardianship",
    "GuardianshipBasis",
    "IdempotencyRecord",
    "Identifier",
    "LegalPerson",
    "LegalPersonState",
    "Party",
    "PartyKind",
    "Person",
    "Role",
    "Scheme",
    "Sex",
    "Staff",
    "Unit",
]
