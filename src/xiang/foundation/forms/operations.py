"""What can be done with a draft. Nothing typed is ever lost: saving never validates, submitting never discards."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import Origin, Prefilled, typed
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.forms.validation import tidy
from xiang.foundation.ground import instant
from xiang.foundation.ground.changing import change
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.actors import Actor


def start(
    actor: Actor,
    kind: str,
    key: str,
    title: str,
    *,
    owner_id: UUID | None = None,
    editions: Mapping[str, str] | None = None,
    people: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    scenario: str = "",
    division: str = "",
    draft_id: UUID | None = None,
) -> Draft:
    """Begin an application. ``owner_id`` is whom it is for when a window clerk files on behalf of somebody. ``draft_id``
    is the id that a program reserved: asked again with it, the draft that was begun is found and gone on with."""
    begun = Draft.objects.filter(id=draft_id, actor_ref=actor.ref, kind=kind, key=key).first() if draft_id else None
    if begun is not None:
        return begun
    owner = owner_id or actor.subject_id
    if owner is None:
        raise Absent
    now = instant.now()
    given = dict(answers or {})
    return Draft.objects.create(
        id=draft_id or new_id(),
        owner_id=owner,
        actor_ref=actor.ref,
        kind=kind,
        key=key,
        title=title,
        editions=dict(editions or {}),
        people=dict(people or {}),
        answers=given,
        origins={name: typed().to_json() for name in given},
        materials={},
        scenario=scenario,
        channel=actor.channel,
        division=division,
        created_at=now,
        saved_at=now,
    )


def _locked(draft_id: UUID) -> Draft:
    draft = Draft.objects.select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise Absent
    if draft.state != Draft.State.OPEN:
        raise Refused("draft_closed", "这份申请已经提交，不能再改。可以在“我的办件”里查看。", draft=str(draft_id))
    return draft


def _save(draft: Draft) -> Draft:
    draft.version += 1
    draft.saved_at = instant.now()
    draft.save()
    return draft


def save_answers(draft: Draft, form: FormDefinition, given: Mapping[str, Any]) -> Draft:
    """Keep what was typed, as it is, complete or not. An answer typed over what a source said keeps what it said; one
    typed back to what the source said is the source's again. Keys that the form does not ask are left out."""
    told = {key: tidy(form.by_key[key], value) for key, value in given.items() if key in form.by_key}
    if draft.state == Draft.State.OPEN and not _news(draft, told):
        return draft  # a page posts every field; those that were saved as they were typed need no second writing
    return _write_answers(draft, told)


def _news(draft: Draft, told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if draft.answers.get(key) != value}


@transaction.atomic
def _write_answers(draft: Draft, told: Mapping[str, Any]) -> Draft:
    draft = _locked(draft.id)
    for key, value in _news(draft, told).items():
        draft.origins[key] = _reoriented(draft.origins.get(key), draft.answers.get(key), value).to_json()
        draft.answers[key] = value
    return _save(draft)


def _reoriented(kept: Mapping[str, Any] | None, before: Any, value: Any) -> Origin:
    earlier = Origin.from_json(kept) if kept else None
    if earlier is None or earlier.kind not in ("source", "changed"):
        return replace(typed(), source=earlier.source, note=earlier.note) if earlier else typed()
    said = earlier.said if earlier.kind == "changed" else before
    return replace(earlier, kind="source", said=None) if value == said else replace(earlier, kind="changed", said=said)


@transaction.atomic
def take_prefilled(draft: Draft, found: Prefilled, people: Mapping[str, Any] | None = None) -> Draft:
    """Keep what sources said; an answer that the person gave meanwhile stays theirs."""
    draft = _locked(draft.id)
    for key, origin in found.origins.items():
        if draft.answers.get(key) not in (None, "", []) and draft.origins.get(key, {}).get("kind") in (
            "typed",
            "changed",
        ):
            continue
        draft.origins[key] = origin.to_json()
        if key in found.values:
            draft.answers[key] = found.values[key]
    if people:
        draft.people = {**draft.people, **people}
    return _save(draft)


@transaction.atomic
def mark_disputed(draft: Draft, key: str) -> Draft:
    """Show that the person says this record is wrong; the matter goes on with what they say."""
    draft = _locked(draft.id)
    if key not in draft.origins:
        raise Refused("not_prefilled", "这一项不是由政府部门提供的，直接改就可以。")
    draft.origins[key] = {**draft.origins[key], "disputed": True}
    return _save(draft)


@transaction.atomic
def keep_hidden(draft: Draft, facts: Mapping[str, Any], *, over: bool = False) -> Draft:
    """Keep facts that are no field of the form at hand (answers to scenario questions, what routing needs); with
    ``over`` the person said so and replaces what was there."""
    draft = _locked(draft.id)
    for key, value in facts.items():
        if over or draft.answers.get(key) in (None, ""):
            draft.answers[key] = value
            if over:
                draft.origins[key] = typed().to_json()
    return _save(draft)


@transaction.atomic
def set_materials(draft: Draft, materials: Mapping[str, Any]) -> Draft:
    """Keep what was handed in, or stands, for some materials."""
    draft = _locked(draft.id)
    draft.materials = {**draft.materials, **materials}
    return _save(draft)


@transaction.atomic
def take_back(draft: Draft, material: str) -> Draft:
    """Forget what was handed in, or stated, for a material."""
    draft = _locked(draft.id)
    draft.materials = {key: row for key, row in draft.materials.items() if key != material}
    return _save(draft)


@transaction.atomic
def set_scenario(draft: Draft, scenario: str) -> Draft:
    """Keep the scenario that the questions led to."""
    draft = _locked(draft.id)
    draft.scenario = scenario
    return _save(draft)


@transaction.atomic
def set_division(draft: Draft, division: str) -> Draft:
    """Keep where the application is to be handled."""
    draft = _locked(draft.id)
    draft.division = division
    return _save(draft)


@transaction.atomic
def set_people(draft: Draft, people: Mapping[str, Any]) -> Draft:
    """Keep who is meant by each role."""
    draft = _locked(draft.id)
    draft.people = {**draft.people, **people}
    return _save(draft)


@transaction.atomic
def forget_person(draft: Draft, role: str, keys: Collection[str]) -> Draft:
    """Take out who is meant by a role and what was read of them."""
    draft = _locked(draft.id)
    draft.people = {name: person for name, person in draft.people.items() if name != role}
    draft.answers = {key: value for key, value in draft.answers.items() if key not in keys}
    draft.origins = {key: origin for key, origin in draft.origins.items() if key not in keys}
    return _save(draft)


@transaction.atomic
def discard(draft: Draft) -> None:
    """Give an application up; its answers are destroyed."""
    draft = _locked(draft.id)
    draft.state = Draft.State.DISCARDED
    draft.answers, draft.origins, draft.people, draft.materials = {}, {}, {}, {}
    _save(draft)


@transaction.atomic
def take_over(draft_id: UUID, actor: Actor) -> Draft:
    """An officer goes on with somebody's draft in their presence; whether they may is settled by the caller."""
    draft = _locked(draft_id)
    draft.actor_ref, draft.channel = actor.ref, actor.channel
    return _save(draft)


@transaction.atomic
def give_back(actor_ref: str) -> list[Draft]:
    """Every draft that an officer filled in for others becomes its owner's again; answers those not yet submitted,
    which their owners go on with by themselves."""
    held = Draft.objects.select_for_update().filter(actor_ref=actor_ref).exclude(state=Draft.State.DISCARDED)
    left = []
    for draft in held.defer("answers", "origins", "people", "materials"):
        still_open = draft.state == Draft.State.OPEN
        channel = "web" if still_open else draft.channel
        Draft.objects.filter(id=draft.id).update(actor_ref=f"party:{draft.owner_id}", channel=channel)
        if still_open:
            left.append(draft)
    return left


def close_submitted(draft: Draft) -> bool:
    """Mark a draft as submitted, inside the transaction that opens its case; ``False`` when it was already."""
    closed = Draft(id=draft.id, state=Draft.State.SUBMITTED, saved_at=instant.now())
    return change(closed, ("state", "saved_at"), state=Draft.State.OPEN)
