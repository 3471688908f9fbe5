"""Filling in afterwards what a system that was down could not give, and checking what was typed in its place.

An outage never holds up an application. Submitting one with something out of reach queues ``application.refill``; the
worker asks again until the system answers, then the case is completed: an empty answer is filled, one typed by hand is
the source's when both agree, and differs visibly when they do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from xiang.foundation.cases import queries as case_queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.operations import amend_answers
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import Origin, prefill
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox.subscriptions import Event, NotSent, external, repeatable
from xiang.foundation.parties.actors import SYSTEM, for_person
from xiang.services.applications import filing, materials

KIND = "application.refill"
ATTEMPTS = 96
"""Doubling from two seconds to an hour: some four days."""

Spread = Callable[[Case], list[tuple[Case, Callable[[str], str]]]]
FormOf = Callable[[Draft], FormDefinition]
_spreads: dict[str, Spread] = {}


def register_spread(procedure: str, spread: Spread) -> None:
    """Say to which other cases of the matter answers go too, and under which key each knows them (empty: not at all)."""
    _spreads[procedure] = spread


def queue(case: Case, draft: Draft) -> None:
    """Have a case completed later, inside the transaction that opens it; nothing to do when everything was in reach."""
    if _open_keys(draft) or _open_papers(draft):
        outbox.emit(KIND, str(case.id), {"case_id": str(case.id)})


def _open_keys(draft: Draft) -> set[str]:
    """What was out of reach, and what was typed because its source was."""
    return {
        key
        for key, origin in draft.origins.items()
        if origin.get("kind") == "outage" or (origin.get("kind") == "typed" and origin.get("note"))
    }


def _open_papers(draft: Draft) -> set[str]:
    return {key for key, row in draft.materials.items() if row.get(materials.OUTAGE)}


def _ask(form_of: FormOf, event: Event) -> dict[str, Any]:
    """Ask again for what was out of reach; ``NotSent`` while any of it still is."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    draft = Draft.objects.get(id=case.id)
    form, wanted = form_of(draft), _open_keys(draft)
    fields = tuple(f for f in form.fields if f.key in wanted)
    part = FormDefinition(form.key, form.title, form.groups, fields)
    people = filing.subjects(draft.people)
    # Asked on behalf of whoever applied, as the form itself was: the same purpose, the same application.
    context = filing.context(draft.id, for_person(draft.owner), *_items(case), case_number=case.number)
    found = prefill(part, people, context)
    if found.outages:
        raise NotSent("source_down")
    origins = {key: origin.to_json() for key, origin in found.origins.items() if origin.kind != "refused"}
    draft.origins = {**draft.origins, **origins}
    papers = materials.look_for_substitutes(form, draft, people, context) if _open_papers(draft) else {}
    gone: dict[str, dict[str, Any]] = {key: {} for key in _open_papers(draft) - papers.keys()}
    return {"values": found.values, "origins": origins, "papers": {**papers, **gone}}


def _items(case: Case) -> list[str]:
    return [case.item_key, *case.children.values_list("item_key", flat=True)]


def _settle(event: Event, found: Mapping[str, Any]) -> None:
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    spread = _spreads.get(case.procedure)
    parts: list[tuple[Case, Callable[[str], str]]] = [(case, str), *(spread(case) if spread else [])]
    for one, named in parts:
        _complete(one, named, found)
    refs = {"case": case.number, "fields": ",".join(sorted(found["origins"]))}
    ledger.record("case.refilled", SYSTEM.ref, refs, case_id=case.id)


def _complete(case: Case, named: Callable[[str], str], found: Mapping[str, Any]) -> None:
    kept = case.answers
    fields, origins = dict(kept["fields"]), dict(kept.get("origins", {}))
    values: dict[str, Any] = {}
    for key, origin in found["origins"].items():
        own = named(key)
        if not own:
            continue
        typed = fields.get(own)
        origins[key] = _origin_of(typed, found["values"].get(key), origin)
        if typed in (None, "", []) and key in found["values"]:
            values[own] = found["values"][key]
    papers = {key: row for key, row in found["papers"].items() if key in kept.get("materials", {})}
    amend_answers(case, values, SYSTEM, origins=origins, materials=papers)


def _origin_of(typed: Any, said: Any, origin: Mapping[str, Any]) -> dict[str, Any]:
    if typed in (None, "", []) or said in (None, "") or typed == said:
        return dict(origin)
    fetched = Origin.from_json(origin)
    return Origin(**{**fetched.to_json(), "kind": "changed", "said": said}).to_json()


def register(form_of: FormOf) -> None:
    """Subscribe; called once at start."""
    external(
        KIND,
        "applications.refill",
        call=lambda event, key: _ask(form_of, event),
        settle=_settle,
        reconcile=repeatable,
        attempts=ATTEMPTS,
    )
