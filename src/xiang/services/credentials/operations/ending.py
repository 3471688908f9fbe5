"""The ends of a credential, distinct in law: superseded by the next version, revoked, cancelled, invalidated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.services.credentials import faces
from xiang.services.credentials.models import Credential, Showing, State
from xiang.services.credentials.operations.issuing import Issue, require_printable, write


@transaction.atomic
def replace(
    credential: Credential, values: Mapping[str, Any], actor: Actor, reason: str, *, case_id: UUID | None = None
) -> Credential:
    """Correct, exchange or reissue: the next version, and the old one superseded. By the issuer."""
    current = _locked(credential, actor)
    require_printable(values)
    _end(current, State.SUPERSEDED, reason, actor)
    following = Issue(
        current.type, current.holder, current.issuer, values, current.serial, current.version + 1, current,
        case_id, current.keeper, valid_until=current.valid_until, source_ref=current.source_ref,
    )  # fmt: skip
    return write(following, actor)


@transaction.atomic
def replace_from_case(credential: Credential, case: Case, actor: Actor, reason: str) -> Credential:
    """The next version with what the case's answers say now; what they do not say stays."""
    found = {key: value for key, value in faces.values_of(credential.type, case).items() if value not in (None, "")}
    return replace(credential, {**credential.values, **found}, actor, reason, case_id=case.id)


@transaction.atomic
def end(credential: Credential, state: State, reason: str, actor: Actor) -> Credential:
    """Revoke, cancel or invalidate: three distinct ends, each with its reason. The issuer's own officers only."""
    if state in (State.VALID, State.SUPERSEDED):
        raise Invalid([FieldError("/state", "not_an_end", "请选择撤销、注销或者宣布无效。")])
    if not reason.strip():
        raise Invalid([FieldError("/reason", "required", "请写明理由，会一并告知持证人。")])
    current = _locked(credential, actor)
    _end(current, state, reason, actor)
    return current


def _locked(credential: Credential, actor: Actor) -> Credential:
    if not actor.is_system and not (actor.is_staff and actor.body_key == credential.issuer.key):
        raise Forbidden("not_your_credential", "只有发证机关可以更正、撤销、注销或者宣布无效。")
    rows = Credential.objects.select_for_update(of=("self",)).select_related("type", "issuer", "holder", "keeper")
    current = rows.get(id=credential.id)
    if current.state != State.VALID:
        raise Refused("not_valid", f"这份证照{State(current.state).label}，不能再改。")
    return current


def _end(credential: Credential, state: State, reason: str, actor: Actor) -> None:
    """Once: who loses the race is told. Whatever is being shown of it stops showing fields at once."""
    at = instant.now()
    changes = {"state": state, "ended_reason": reason[:200], "ended_at": at}
    if not Credential.objects.filter(id=credential.id, state=State.VALID).update(**changes):
        raise Refused("not_valid", "这份证照刚刚已经失效，请刷新页面。")
    credential.state, credential.ended_reason, credential.ended_at = state, reason[:200], at
    Showing.objects.filter(credential=credential, withdrawn_at=None, until__gt=at).update(withdrawn_at=at)
    ledger.record(f"credential.{state}", actor.ref, {"credential": str(credential.id)}, case_id=credential.case_id)
    outbox.emit("credential.ended", str(credential.id), {"credential_id": str(credential.id)})
