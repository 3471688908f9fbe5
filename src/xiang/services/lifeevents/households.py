"""Who belongs to a birth: the children of the delivery, and the other parent."""

from __future__ import annotations

from typing import Any

from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.sources import FetchContext, Subject
from xiang.foundation.ground.errors import Forbidden, Unavailable
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties import queries as party_queries
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Party, Scheme
from xiang.hub.sharing import operations as hub
from xiang.services.applications import filing
from xiang.services.lifeevents.children import prefix
from xiang.services.lifeevents.definitions import LifeEvent

BIRTHS, MARRIAGES = "health_birth", "civil_marriage"
_CHILD_FIELDS = ("record_no", "delivery_no", "birth_order", "children", "birth_time")


def find_children(draft: Draft, context: FetchContext) -> Draft:
    """The children of the mother's last delivery, each known by the record of its birth."""
    mother = draft.people.get("mother")
    if mother is None or "child" in draft.people:
        return draft
    numbers = {f"mother:{scheme}": value for scheme, value in mother["identifiers"].items()}
    about = Subject("child", identifiers=numbers)
    try:
        rows = hub.fetch_rows(
            BIRTHS, about, _CHILD_FIELDS, purpose=context.purpose, actor=context.actor, body_key=context.body_key,
            case_id=context.case_id, item_key=context.item_keys,
        )  # fmt: skip
    except (Unavailable, Forbidden):
        return draft
    latest = [r for r in rows if r["delivery_no"] == rows[0]["delivery_no"]] if rows else []
    found: dict[str, Any] = {"child": {"role": "child", "identifiers": numbers}}
    for n, row in enumerate(sorted(latest, key=lambda r: r["birth_order"] or 1), 1):
        identifiers = {**numbers, "birth_record": row["record_no"]}
        found[prefix(n)] = {"role": prefix(n), "identifiers": identifiers}
    return drafts.set_people(draft, found)


def ward_of(event: LifeEvent, applicant: Party) -> dict[str, Any]:
    """The child of a matter about a child who is already somebody (an enrolment, not a birth): the applicant's only
    ward; with several, or none on record, the applicant says who."""
    roles = {p["role"] for p in event.content.get("people", ())}
    if "child" not in roles or "mother" in roles:
        return {}
    wards = party_queries.wards_of(applicant.id)
    return {"child": filing.person_of("child", wards[0])} if len(wards) == 1 else {}


def spouse(draft: Draft, context: FetchContext) -> dict[str, str] | None:
    """The other parent by the register of marriages: name and number, or ``None``. Who they are, not their records.
    Raises ``Unavailable`` while the register does not answer."""
    mother = draft.people.get("mother")
    if mother is None:
        return None
    fields = ("kind", "status", "husband_name", "husband_id_number", "wife_name", "wife_id_number")
    about = Subject("mother", identifiers=mother["identifiers"])
    try:
        rows = hub.fetch_rows(
            MARRIAGES, about, fields, purpose=context.purpose, actor=context.actor, body_key=context.body_key,
            case_id=context.case_id, item_key=context.item_keys,
        )  # fmt: skip
    except Forbidden:
        return None
    if not rows or rows[0]["status"] != "married":
        return None
    own = set(mother["identifiers"].values())
    side = "husband" if rows[0]["wife_id_number"] in own else "wife"
    return {"name": rows[0][f"{side}_name"], "number": rows[0][f"{side}_id_number"]}


def party_of(name: str, number: str) -> Party:
    """The party with this number, made known when it is met for the first time."""
    found = party_queries.person_by_id_number(number) or party_queries.party_by_number(Scheme.PASSPORT, number)
    if found is not None:
        return found
    scheme = Scheme.RESIDENT_ID if len(number) == 18 else Scheme.PASSPORT
    return parties.enrol_person(SYSTEM, name=name, identifiers=[(scheme, number)])
