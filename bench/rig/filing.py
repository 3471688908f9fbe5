"""Drafts that only wait for the button, and the requests that press it.

One draft of each resident is really filled in: the sources are asked, the answers saved. Its copies differ in their id
alone; every copy is sealed for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.urls import reverse

from bench.peers.plain import rows
from bench.rig import sessions
from bench.rig.load import request
from bench.rig.report import told
from bench.rig.stage import POSTGRES, Stage, analyse
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Account
from xiang.services.applications import filing as applications
from xiang.services.applications import operations as single_items
from xiang.services.items import queries as items
from xiang.services.lifeevents import operations as lifeevents
from xiang.services.lifeevents.models import Confirmation
from xiang.services.lifeevents.operations import submitting

DOUBLE_CLICKS, FINGERS = 20, 5
ROWS = "rows.json"


@dataclass
class Ready:
    """What the clients will send: a list of requests a client."""

    ours: list[list[bytes]] = field(default_factory=list)
    peer: list[list[bytes]] = field(default_factory=list)
    drafts: list[UUID] = field(default_factory=list)
    twice: list[list[bytes]] = field(default_factory=list)  # the same drafts for every client
    twice_drafts: list[UUID] = field(default_factory=list)


def residents() -> Iterator[tuple[Account, Actor]]:
    """Those who can sign in and act for themselves."""
    for account in Account.objects.select_related("party").filter(party__isnull=False).order_by("username"):
        actor = actors.for_account(account)
        if not actor.is_staff:
            yield account, actor


def single(on: Stage, item: str, division: str, typed: Mapping[str, str], clients: int, each: int) -> Ready:
    """Drafts of one item for so many residents, ``each`` of every one; one submission whose rows the peer copies."""
    ready = Ready()
    for account, actor in residents():
        if len(ready.ours) == clients:
            break
        try:
            draft = _filled(actor, item, division, typed)
            since = new_id()
            case = single_items.submit(_copies(draft, 1)[0], actor)
        except DomainError as error:  # a source knows nothing of this person: another one, then
            told(f"{account.username}: {error}")
            continue
        if not ready.ours:
            rows.keep(rows.written_for(case.id, since), on.data / ROWS)
        _add(ready, account, draft, each, "applications")
    told(f"{len(ready.ours)} residents, {len(ready.drafts)} drafts")
    return ready


def _filled(actor: Actor, item: str, division: str, typed: Mapping[str, str]) -> Draft:
    draft = single_items.start(actor, item, division=division)
    return drafts.save_answers(draft, applications.form_of(items.item(item).form_key), typed)


def prepared(actor: Actor, item: str, division: str, typed: Mapping[str, str], count: int) -> list[UUID]:
    """Drafts that can be submitted as they are; none when a source does not know the person."""
    try:
        draft = _filled(actor, item, division, typed)
    except DomainError:
        return []
    return [] if single_items.problems(draft) else _copies(draft, count)


def births(clients: int, each: int, typed: Mapping[str, str]) -> Ready:
    """Drafts of the birth life event with all its sub-items, whose other parent has agreed: few mothers of the cast have
    such a birth, so that several clients may press for the same one."""
    ready = Ready()
    found = []
    for account, actor in residents():
        try:
            draft = _birth(actor, typed)
        except (DomainError, StopIteration):
            continue
        if draft.answers.get("child.outcome") == "live":  # else it is one sub-item instead of seven
            found.append((account, draft, Confirmation.objects.get(draft=draft)))
    if not found:
        raise SystemExit("no mother of the cast has a birth that can be submitted whole")
    for number in range(clients):
        account, draft, agreed = found[number % len(found)]
        made = _add(ready, account, draft, each, "lifeevents")
        Confirmation.objects.bulk_create(
            Confirmation(
                draft_id=one, role=agreed.role, party_id=agreed.party_id, state=agreed.state, shown=agreed.shown,
                asked_at=agreed.asked_at, answered_at=agreed.answered_at,
            )
            for one in made
        )  # fmt: skip
    told(f"{len(found)} mothers, {len(ready.drafts)} drafts")
    return ready


def _birth(mother: Actor, typed: Mapping[str, str]) -> Draft:
    """A birth ready to be submitted, of a mother whose husband can sign in; the check is part of it."""
    draft = lifeevents.answer(lifeevents.start(mother, "birth"), dict(typed), mother)
    asked = lifeevents.ask_other_party(draft, mother)
    father = next(actor for _, actor in residents() if actor.party_id == asked.party_id)
    draft = lifeevents.confirm(asked.id, father)
    submitting.check_draft(draft)
    return draft


def _add(ready: Ready, account: Account, draft: Draft, each: int, room: str) -> list[UUID]:
    """The drafts of one client, and what it sends: the button of the page on which a draft is read through."""
    made = _copies(draft, each)
    ours = sessions.headers(sessions.session(account), writes=True)
    peer = sessions.headers(sessions.session(account, sessions.PLAIN_BACKEND), writes=True)
    ready.ours.append([_pressed(room, one, ours) for one in made])
    ready.peer.append([_pressed(room, one, peer) for one in made])
    ready.drafts += made
    if not ready.twice:
        ready.twice_drafts = _copies(draft, DOUBLE_CLICKS)
        ready.twice = [[_pressed(room, one, ours) for one in ready.twice_drafts]] * FINGERS
    return made


def _pressed(room: str, draft_id: UUID, sent: Mapping[str, str]) -> bytes:
    return request("POST", reverse(f"{room}:review", args=[draft_id]), headers=sent)


def _copies(draft: Draft, count: int) -> list[UUID]:
    """The same draft again and again, under new ids."""
    columns = [f.attname for f in Draft._meta.concrete_fields if not f.primary_key]
    content = {name: getattr(draft, name) for name in columns}
    made = [Draft(id=new_id(), **content) for _ in range(count)]
    Draft.objects.bulk_create(made, batch_size=200)
    return [one.id for one in made]


def leave_database(on: Stage) -> None:
    """Let go of the database, so that it can be copied; everybody who comes finds it tidied."""
    connections.close_all()
    analyse(on.url)


def peer_environment(on: Stage, database: str) -> dict[str, str]:
    """What the peer's server needs to know."""
    return {
        "DJANGO_SETTINGS_MODULE": "bench.peers.plain.settings",
        "XIANG_DATABASE_URL": f"{POSTGRES}/{database}",
        "XIANG_PEER_ROWS": str(Path(on.data) / ROWS),
        "XIANG_PEER_SECRET": settings.SECRET_KEY,
    }
