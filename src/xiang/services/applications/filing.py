"""What a case of an item starts from: the item and form in force, the office competent, the rules of its clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from xiang.foundation.cases.operations import Opening, PartyRole
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.schema import FormDefinition, from_content
from xiang.foundation.forms.sources import FetchContext, Subject
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, PartyKind, Scheme, Unit
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.queries import RuleRow
from xiang.services.items.models import Item

FORMS = "forms"
PURPOSE = "service"
PLATFORM = "service_centre"
"""The line of work of the body that runs the platform: it asks for the data while a person fills in a form."""


def form_of(form_key: str) -> FormDefinition:
    """The form in force."""
    return form_in(publishing.current(FORMS, form_key).id)


@lru_cache(maxsize=512)
def form_in(edition_id: UUID) -> FormDefinition:
    """The form of an edition: editions are frozen."""
    return from_content(publishing.edition(edition_id).content)


def rules_for(item: Item, region: str, on: date | None = None) -> dict[str, RuleRow]:
    """The rules of an item's clock in a region, by slot. A rule that nobody confirmed and that gives silence a meaning
    is left out: without confirmed basis silence means nothing."""
    found = statutes.find_many(item.rules.values(), on or instant.today(), region)
    rows = {slot: found.get(key) for slot, key in item.rules.items()}
    return {slot: row for slot, row in rows.items() if row is not None and (row.confirmed or not row.silence)}


def unit_for(item: Item, division: str, town: str = "") -> Unit:
    """The office competent for an item in a division; raises ``Refused('no_unit')`` when the profile names none."""
    unit = parties.unit_for(item.department, division, kind=item.unit_kind, town=town)
    if unit is None:
        raise Refused("no_unit", "这个地方还没有设置办理这件事的处所。请拨打 12345，或换一个办理地。")
    return unit


def platform_body_key() -> str:
    """The body that runs the platform."""
    body = parties.body_for(PLATFORM, statutes.HOME + "0000")
    return body.key if body else ""


def party_of(party_id: UUID | None) -> Party:
    """The party of that id; ``Absent`` when nobody is meant."""
    found = Party.objects.select_related("person").filter(id=party_id).first() if party_id else None
    if found is None:
        raise Absent
    return found


def person_of(role: str, party: Party) -> dict[str, Any]:
    """Who is meant by a role, as a draft keeps it: the party, the name, the numbers by which sources know them."""
    schemes = (Scheme.USCC,) if party.kind == PartyKind.LEGAL else (Scheme.RESIDENT_ID, Scheme.PASSPORT)
    numbers = {str(s): number for s in schemes if (number := parties.number_of(party.id, s))}
    return {"role": role, "party_id": str(party.id), "name": party.name, "identifiers": numbers}


def parties_of(draft: Draft) -> dict[str, Party | None]:
    """The party behind each role of a draft; ``None`` for somebody who is no party yet."""
    known = {draft.owner_id: draft.owner}
    ids = {role: UUID(p["party_id"]) for role, p in draft.people.items() if p.get("party_id")}
    known |= {party.id: party for party in Party.objects.filter(id__in={*ids.values()} - known.keys())}
    return {role: known.get(ids[role]) if role in ids else None for role in draft.people}


def subjects(people: Mapping[str, Any]) -> dict[str, Subject]:
    """The people of a draft as sources take them."""
    return {
        role: Subject(
            role, UUID(p["party_id"]) if p.get("party_id") else None, p.get("identifiers", {}), p.get("name", "")
        )
        for role, p in people.items()
    }


def context(draft_id: UUID, actor: Actor, *item_keys: str, case_number: str = "") -> FetchContext:
    """Why a draft's sources are asked."""
    return FetchContext(draft_id, item_keys, PURPOSE, actor, platform_body_key(), case_number)


def opening(
    item: Item,
    unit: Unit | None,
    *,
    case_id: UUID,
    title: str,
    channel: str,
    applicant: Party,
    answers: Mapping[str, Any],
    roles: Mapping[str, Party | None],
    people: Mapping[str, Any],
    **more: Any,
) -> Opening:
    """An opening of a case of this item with its rules, roles and the facts that lists filter by."""
    region = unit.division.code if unit else statutes.HOME
    snapshots = {role: {"name": people.get(role, {}).get("name", "")} | people.get(role, {}) for role in roles}
    facts = {"stop_reasons": item.content.get("special_procedures", []), **more.pop("facts", {})}
    return Opening(
        id=case_id,
        procedure=item.procedure,
        item_key=item.key,
        item_edition=item.edition_id,
        item_title=item.short,
        title=title,
        channel=channel,
        applicant=applicant,
        unit=unit,
        rules=rules_for(item, region),
        answers=answers,
        facts=facts,
        parties=[PartyRole(role, party, snapshots[role]) for role, party in roles.items()],
        **more,
    )
