"""What can be asked of credentials: by holder and keeper, by code and number for whoever checks, by the issuer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.services.credentials.models import Credential, CredentialType, Showing, State

_RELATED = ("type", "issuer", "holder", "keeper", "file")


def types(holder: str = "") -> list[CredentialType]:
    """The kinds in use, of one sort of holder or all."""
    rows = CredentialType.objects.filter(retired=False).order_by("key")
    return [row for row in rows if holder in ("", row.content.get("holder"))]


def mine(actor: Actor) -> QuerySet[Credential]:
    """Credentials that the person (or whom they act for) holds, or keeps for a child; the newest first."""
    who = actor.subject_id
    if who is None or actor.is_staff:
        return Credential.objects.none()
    held = Credential.objects.filter(Q(holder_id=who) | Q(keeper_id=who))
    return held.select_related(*_RELATED).order_by("-id")


def current(actor: Actor) -> QuerySet[Credential]:
    """Of these, all but the versions that a later one took the place of."""
    return mine(actor).exclude(state=State.SUPERSEDED)


def credential_for(actor: Actor, code: str) -> Credential:
    """One credential by its code, for its holder, its keeper, or an officer of its issuer; ``Absent`` otherwise."""
    rows = mine(actor)
    if actor.is_staff:
        rows = Credential.objects.filter(issuer__key=actor.body_key).select_related(*_RELATED)
    found = rows.filter(code=code).first()
    if found is None:
        raise Absent
    return found


def showings_of(actor: Actor, credential: Credential) -> QuerySet[Showing]:
    """How the credential was shown, the newest first; for whoever may show it."""
    if actor.is_staff or actor.subject_id not in (credential.holder_id, credential.keeper_id):
        raise Absent
    return Showing.objects.filter(credential=credential).order_by("-id")


def live_showing(actor: Actor, credential: Credential) -> Showing | None:
    """What the actor is showing of it now."""
    rows = showings_of(actor, credential).filter(by=actor.ref, withdrawn_at=None, until__gt=instant.now())
    return rows.first()


def versions(credential: Credential) -> list[Credential]:
    """Every version of the same credential, the newest first; the caller has checked the right to one of them."""
    same = Credential.objects.filter(type=credential.type_id, issuer=credential.issuer_id, serial=credential.serial)
    return list(same.select_related("type", "issuer").order_by("-version"))


def standing(credential: Credential) -> tuple[bool, str]:
    """Whether a credential is good today, and in words."""
    if credential.state != State.VALID:
        return False, State(credential.state).label
    if credential.valid_until and credential.valid_until < instant.today():
        return False, "已过有效期"
    if credential.valid_from > instant.today():
        return False, "还没有生效"
    return True, "有效"


def showing_by_code(code: str) -> Showing | None:
    """A showing by the code in its QR. Whoever has the code may ask: it was shown to them."""
    return _showings().filter(code=code).first()


def showing_by_number(number: str) -> Showing | None:
    """What is being shown at the moment under this number; nothing when two are (then the QR decides)."""
    live = list(_showings().filter(number=number, until__gt=instant.now(), withdrawn_at=None)[:2])
    return live[0] if len(live) == 1 else None


def _showings() -> QuerySet[Showing]:
    return Showing.objects.select_related("credential__type", "credential__issuer", "credential__file")


def credential_by(**what: Any) -> Credential | None:
    """A credential by ``code``, ``identifier`` or ``file``, for whoever checks it: nothing of its face may be shown."""
    return Credential.objects.select_related(*_RELATED).filter(**what).first()


def valid_of(holder_id: UUID, type_key: str) -> Credential | None:
    """The holder's good credential of a kind, for the platform itself (a material that it stands for)."""
    found = Credential.objects.filter(holder_id=holder_id, type_id=type_key, state=State.VALID).order_by("-id")
    return next((c for c in found.select_related(*_RELATED)[:5] if standing(c)[0]), None)


def of_case(case_id: UUID) -> list[Credential]:
    """The credentials of a case that are still good, for its procedure's own later steps."""
    return list(Credential.objects.filter(case_id=case_id, state=State.VALID).select_related(*_RELATED))
