"""Taking over a credential that a department issued before: sealed when its holder first presents it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.parties import identity
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Body, Party
from xiang.foundation.trust import blind
from xiang.services.credentials.models import Credential, CredentialType
from xiang.services.credentials.operations.issuing import issue


def adopt(kind: CredentialType, holder: Party, issuer: Body, record: Mapping[str, Any], actor: Actor) -> Credential:
    """Issue a sealed credential for a record of a department; asked again, it answers the first.

    ``record`` has the columns of a department's list of credentials: number, holder, name, issued_on, valid_until.
    """
    source_ref = blind.index(f"{kind.key}/{record['number']}/{record.get('holder', '')}", "credential")
    return issue(
        kind.key,
        holder,
        issuer,
        values_of(kind, record),
        actor,
        valid_from=_issued_on(record),
        valid_until=_day(record.get("valid_until")),
        source_ref=source_ref,
    )


def values_of(kind: CredentialType, record: Mapping[str, Any]) -> dict[str, Any]:
    """What the face says, from what the list of the department has."""
    found: dict[str, Any] = {}
    for field in kind.fields:
        key = field["key"]
        if field.get("serial"):
            found[key] = record.get("number")
        elif key in ("name", "head_name"):
            found[key] = record.get("name")
        elif key in ("id_number", "uscc"):
            found[key] = record.get("holder")
        elif key in ("issued_on", "established_on"):
            found[key] = record.get("issued_on")
        elif key in ("birth_date", "sex"):
            found[key] = _said_by_number(str(record.get("holder", "")), key)
        elif key in ("station", "office", "bank"):
            found[key] = record.get("issuer")
    return {key: value for key, value in found.items() if value}


def _said_by_number(number: str, key: str) -> str:
    """What an identity number says of its holder."""
    return identity.check_id(number).parts.get(key, "")


def _issued_on(record: Mapping[str, Any]) -> date | None:
    """The day of issue; a list that has only the holder's birthday there says nothing of it."""
    day = _day(record.get("issued_on"))
    born = _said_by_number(str(record.get("holder", "")), "birth_date")
    return None if day is None or day.isoformat() == born or day > instant.today() else day


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
