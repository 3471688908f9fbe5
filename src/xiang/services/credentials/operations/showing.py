"""Showing a credential, and counting whoever looks."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.statutes import queries as statutes
from xiang.services.credentials.measures import count_shown
from xiang.services.credentials.models import Credential, Showing
from xiang.services.credentials.queries import standing

BASIS = "持有人出示"
_TRIES = 20


@transaction.atomic
def show(credential: Credential, actor: Actor, fields: Sequence[str], purpose: str) -> Showing:
    """Show a credential (亮证): only the fields chosen, for a purpose, for as long as the rule says.

    By holder or keeper. What they showed of it before stops: one code at a time."""
    _theirs(credential, actor)
    # As it stands now, not when the page was opened; an authority that ends it meanwhile waits for this.
    rows = Credential.objects.select_for_update(of=("self",)).select_related("type", "issuer__division")
    credential = rows.get(id=credential.id)
    good, words = standing(credential)
    if not good:
        raise Refused("not_valid", f"这份证照{words}，不能出示。")
    chosen = [field["key"] for field in credential.type.fields if field["key"] in fields]
    errors = []
    if not chosen:
        errors.append(FieldError("/fields", "nothing_chosen", "请至少选一项给对方看。"))
    if not purpose.strip():
        errors.append(FieldError("/purpose", "required", "请写明给谁看、办什么事。"))
    if errors:
        raise Invalid(errors)
    now = instant.now()
    minutes = int(statutes.parameter("credential.showing", instant.today()).number())
    Showing.objects.filter(credential=credential, by=actor.ref, withdrawn_at=None, until__gt=now).update(
        withdrawn_at=now
    )
    showing = Showing.objects.create(
        credential=credential,
        number=_number(),
        fields=chosen,
        purpose=purpose.strip()[:100],
        by=actor.ref,
        created_at=now,
        until=now + timedelta(minutes=minutes),
    )
    refs = {"credential": str(credential.id), "showing": str(showing.id)}
    ledger.record("credential.shown", actor.ref, refs, case_id=credential.case_id)
    count_shown(showing)
    return showing


def _theirs(credential: Credential, actor: Actor) -> None:
    if (
        actor.is_staff
        or actor.subject_id is None
        or actor.subject_id not in (credential.holder_id, credential.keeper_id)
    ):
        raise Absent


def _number() -> str:
    """Eight digits that nothing shown at the moment has."""
    for _ in range(_TRIES):
        number = f"{secrets.randbelow(10**8):08d}"
        if not Showing.objects.filter(number=number, until__gt=instant.now(), withdrawn_at=None).exists():
            return number
    raise Refused("no_number", "现在出示的人太多，请过一会儿再点。")


@transaction.atomic
def stop_showing(showing: Showing, actor: Actor) -> None:
    """Take a showing back before its hour."""
    if showing.by != actor.ref:
        raise Absent
    if Showing.objects.filter(id=showing.id, withdrawn_at=None).update(withdrawn_at=instant.now()):
        ledger.record("credential.withdrawn", actor.ref, {"showing": str(showing.id)})


@transaction.atomic
def note_checked(showing: Showing, actor: Actor) -> None:
    """Count a check, so that the holder sees that somebody looked and when; who it was, nobody is asked. It is a use of
    the holder's data like any other."""
    Showing.objects.filter(id=showing.id).update(checked=F("checked") + 1, checked_at=instant.now())
    _count(showing.credential)
    _use(showing.credential, list(showing.fields), f"核验证照：{showing.purpose}", actor)


@transaction.atomic
def note_file_checked(credential: Credential, actor: Actor) -> None:
    """Count a check of the paper or the file: nothing of its face was shown."""
    _count(credential)
    _use(credential, ["exists"], "核验证照的真伪", actor)


def _count(credential: Credential) -> None:
    Credential.objects.filter(id=credential.id).update(checked=F("checked") + 1, checked_at=instant.now())


def _use(credential: Credential, fields: list[str], purpose: str, actor: Actor) -> None:
    subject = subject_index(credential)
    if subject is None:
        ledger.record("credential.checked", actor.ref, {"credential": str(credential.id)}, case_id=credential.case_id)
        return
    ledger.record_use(
        subject, actor.body_key, fields, purpose[:200], BASIS, case_id=None, case_number="", actor_ref=actor.ref,
        resource_key=f"credential:{credential.type_id}",
    )  # fmt: skip


def subject_index(credential: Credential) -> str | None:
    """Under which index the holder's uses are written; a newborn's without a number under the keeper's."""
    people: list[UUID | None] = [credential.holder_id, credential.keeper_id]
    found = (parties.subject_indexes(person) for person in people if person)
    return next((indexes[-1] for indexes in found if indexes), None)
