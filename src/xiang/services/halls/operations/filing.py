"""Filling in and filing on behalf of the person at the window, who checks it and signs before it goes out."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.cases.models import Case
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor, for_person
from xiang.foundation.parties.models import Party
from xiang.foundation.parties.queries import ActingRight
from xiang.services.applications import operations as applications
from xiang.services.halls import measures, queries
from xiang.services.halls.models import WindowMatter, WindowSession
from xiang.services.halls.operations.identifying import _checked as checked_identity
from xiang.services.halls.operations.sessions import touch
from xiang.services.halls.readers import readers
from xiang.services.lifeevents import operations as lifeevents

EVENT = "life_event"


def at_window(actor: Actor) -> Actor:
    """The clerk as an actor whose drafts and cases say that they came over a counter."""
    return replace(actor, channel="window")


def begin(actor: Actor, kind: str, key: str, *, behalf: UUID | None = None) -> Draft:
    """Begin an item or a life event with the person at the window, or go on with the one begun during this visit.

    ``behalf`` is a company or a ward for whom they act today, within what was entrusted to them.
    """
    session = touch(actor)
    owner, right = queries.owner_for(session, behalf)
    _within(right, kind, key)
    started = Draft.objects.filter(owner=owner, kind=kind, key=key, state=Draft.State.OPEN, actor_ref=actor.ref).first()
    if started is not None:
        return started
    agent = session.client if right and right.ground != "guards" else None
    clerk, starts = at_window(actor), lifeevents.start if kind == EVENT else applications.start
    division = session.unit.division.code
    draft = starts(clerk, key, owner=owner, agent=agent, division=division)
    return _attached(session, draft)


def _within(right: ActingRight | None, kind: str, key: str) -> None:
    """What an agent was not entrusted with is not done at a window either."""
    wanted = f"event:{key}" if kind == EVENT else key
    if right is not None and right.items is not None and not {wanted, "*"} & right.items:
        raise Forbidden("not_delegated", "委托书里没有这件事。请委托人把它加进去，或由本人办理。")


def go_on(actor: Actor, draft_id: UUID) -> Draft:
    """Take up something that the person began at home or on an earlier visit."""
    session = touch(actor)
    if not queries.unfinished(session).filter(id=draft_id).exists():
        raise Absent
    drafts.take_over(draft_id, at_window(actor))
    return _attached(session, draft_queries.draft_for(actor, draft_id))


def _attached(session: WindowSession, draft: Draft) -> Draft:
    try:
        with transaction.atomic():
            WindowMatter.objects.create(session=session, draft_id=draft.id)
    except IntegrityError:
        return draft
    return draft


def file(actor: Actor, draft_id: UUID, *, reviewed: bool) -> Case:
    """File what was filled in, exactly once; the person has checked it and signed, or it is not filed."""
    session = touch(actor)
    matter = session.matters.filter(draft_id=draft_id).first()
    if matter is None:
        raise Absent
    if not reviewed:
        raise Invalid([FieldError("/reviewed", "not_reviewed", "请办事人看一遍，勾选“本人已核对”再提交。")])
    draft = draft_queries.draft_for(actor, draft_id)
    clerk = at_window(actor)
    case = lifeevents.submit(draft.id, clerk) if draft.kind == EVENT else applications.submit(draft.id, clerk)
    _note_filed(session, matter, case, actor)
    return case


@transaction.atomic
def _note_filed(session: WindowSession, matter: WindowMatter, case: Case, actor: Actor) -> None:
    now = instant.now()
    fresh = WindowMatter.objects.filter(id=matter.id).exclude(state=WindowMatter.State.FILED)
    if not fresh.update(state=WindowMatter.State.FILED, case_number=case.number, reviewed_at=now, filed_at=now):
        return
    measures.count_filed(session)
    refs = {"session": str(session.id), "case": case.number, "signed_by": str(session.client_id)}
    ledger.record("window.filed", actor.ref, refs, case_id=case.id)


def record_other_present(actor: Actor, draft_id: UUID, *, slot: str = "", number: str = "", name: str = "") -> Draft:
    """The other parent stands at the counter too: their card is read, they agree, and only then are their records read.

    Raises ``Refused('same_person')`` for the card of the person who is already there.
    """
    session = touch(actor)
    draft = draft_queries.draft_for(actor, draft_id)
    if draft.kind != EVENT or not session.matters.filter(draft_id=draft_id).exists():
        raise Absent
    other = _other(slot, number, name)
    if other.id == session.client_id:
        raise Refused("same_person", "这是办事人自己的身份证，请读另一位家长的。")
    return lifeevents.confirm_at_counter(draft, for_person(other, channel="window"), at_window(actor))


def _other(slot: str, number: str, name: str) -> Party:
    if slot:
        facts = readers.active().read(slot)
        number, name = facts.number, facts.name
    number, name = checked_identity(number, name)
    found = parties.person_by_id_number(number)
    if found is not None and found.name != name:
        raise Invalid([FieldError("/name", "identity_mismatch", "姓名和身份证号对不上。请对照证件再看一遍。")])
    return found or lifeevents.party_of(name, number)
