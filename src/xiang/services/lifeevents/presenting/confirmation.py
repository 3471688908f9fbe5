"""What the other party reads before answering: the name as it will be written, and what will be read of them, by body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiang.foundation.documents.pdf import missing_glyphs
from xiang.foundation.forms.schema import Field, FormDefinition
from xiang.foundation.forms.sources import split
from xiang.foundation.pages.components import FactView, NameView
from xiang.foundation.parties.models import Body
from xiang.hub.inventory import queries as inventory
from xiang.services.applications.presenting import words_of
from xiang.services.lifeevents.facts import with_facts
from xiang.services.lifeevents.models import Confirmation
from xiang.services.lifeevents.operations.confirming import seal_of, shown_of
from xiang.services.lifeevents.operations.filling import event_of, form_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What one body holds and will give: 省公安厅·人口库, and the facts by name."""

    body: str
    resource: str
    facts: Sequence[str]


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """The page of the other party."""

    title: str
    applicant: str
    names: Sequence[NameView]
    asked: Sequence[FactView]
    reads: Sequence[Reading]
    count: int
    items: Sequence[str]
    seal: str
    solemn: bool


def confirmation_view(found: Confirmation) -> ConfirmationView:
    """What is asked of somebody, as the draft stands now."""
    event, draft = event_of(found.draft), found.draft
    answers = with_facts(event.content, draft.answers)
    form = form_of(event, draft, answers)
    shown = shown_of(event, draft)
    fields = [f for f in form.asked(answers) if f.source and f.subject == found.role]
    return ConfirmationView(
        title=event.title,
        applicant=draft.owner.name,
        names=[_name(str(v)) for k, v in draft.answers.items() if _is_name(k) and v],
        asked=[_fact(form, key, value) for key, value in shown.items() if not _is_name(key) and value],
        reads=_readings(fields),
        count=len(fields),
        items=[event.item(s.item).short for s in event.items_for(answers)],
        seal=seal_of(shown),
        solemn=event.solemn(answers),
    )


def _is_name(key: str) -> bool:
    return key.startswith("child") and key.endswith(".name")


def _name(name: str) -> NameView:
    return NameView(name, tuple(missing_glyphs(name)))


def _fact(form: FormDefinition, key: str, value: Any) -> FactView:
    asked = form.by_key.get(key)
    return FactView(asked.title if asked else key, words_of(asked, value) if asked else str(value))


def _readings(fields: Sequence[Field]) -> list[Reading]:
    """The facts by the record that holds them."""
    by_resource: dict[str, list[str]] = {}
    for one in fields:
        by_resource.setdefault(split(one.source)[1], []).append(one.title)
    known = inventory.resources(by_resource)
    bodies = _bodies({row.system.body_key for row in known.values()})
    return [
        Reading(bodies.get(known[key].system.body_key, "") if key in known else "", _title(known, key), titles)
        for key, titles in by_resource.items()
    ]


def _title(known: Mapping[str, Any], key: str) -> str:
    return str(known[key].title) if key in known else key


def _bodies(keys: set[str]) -> dict[str, str]:
    return {body.key: body.short or body.name for body in Body.objects.filter(key__in=keys)}
