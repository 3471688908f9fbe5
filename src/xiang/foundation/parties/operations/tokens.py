"""Tokens for programs: issued by their owner, shown once, revoked at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.parties import limits
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Administration, ApiToken
from xiang.foundation.parties.operations.recording import record
from xiang.foundation.parties.rest import scopes
from xiang.foundation.trust import digest

PREFIX = "xiang_"
LONGEST, LONGEST_OFFICE = "api.token.longest", "api.token.longest.office"


def digest_of(secret: str) -> str:
    """What is kept of a token. It is 256 random bits, so a plain digest gives nothing away and is found by its index."""
    return digest.sm3(f"api-token\x1f{secret}".encode()).hex()


@transaction.atomic
def issue_token(
    actor: Actor, *, title: str, granted: Iterable[str], expires_on: date | None = None, second_factor: bool = False
) -> tuple[ApiToken, str]:
    """A token for the actor's own account, acting for whom they act for now; answers it with the token itself, which
    nobody can read again.

    An officer needs a session with both factors (``Forbidden('second_factor_missing')``); a token lasts no longer than
    the dated rule says, and by default as long.
    """
    if actor.account_id is None:
        raise Absent
    office = actor.is_staff or bool(actor.administration)
    if office and not second_factor:
        raise Forbidden("second_factor_missing", "工作人员要先通过第二重验证，才能创建令牌。")
    today, wanted = instant.today(), sorted(set(granted))
    last = limits.until(LONGEST_OFFICE if office else LONGEST, today)
    ends = expires_on or last
    _check(title, wanted, ends, last, office=actor.is_staff)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account_id=actor.account_id,
        behalf_id=actor.behalf_id,
        title=title.strip(),
        digest=digest_of(secret),
        hint=secret[-4:],
        scopes=wanted,
        second_factor=second_factor,
        issued_at=instant.now(),
        issued_on=today,
        expires_on=ends,
    )
    record("token_issued", actor, token=token.id, account=actor.account_id, behalf=actor.behalf_id)
    return token, secret


def _check(title: str, wanted: list[str], ends: date, last: date, *, office: bool) -> None:
    errors = []
    if not 1 <= len(title.strip()) <= 60:
        errors.append(FieldError("/title", "token_title", "请写明令牌的用途，最多 60 个字。"))
    offered = {scope.key for scope in scopes.offered(office=office)}
    if not wanted or not offered.issuperset(wanted):
        errors.append(FieldError("/scopes", "token_scopes", "请至少选一项，并且只能选列出的各项。"))
    if not instant.today() <= ends <= last:
        words = f"{last.year}年{last.month}月{last.day}日"
        errors.append(FieldError("/expires_on", "token_period", f"到期日要在今天以后，最晚到{words}。"))
    if errors:
        raise Invalid(errors)


@transaction.atomic
def revoke_token(actor: Actor, token: ApiToken) -> None:
    """Nothing opens with this token any more; by its owner or the security administrator."""
    own = actor.account_id is not None and token.account_id == actor.account_id
    if not (own or actor.is_system or actor.administration == Administration.SECURITY):
        raise Absent
    if not ApiToken.objects.filter(id=token.id, revoked_at=None).update(revoked_at=instant.now()):
        raise Refused("token_revoked", "这个令牌已经停用。")
    record("token_revoked", actor, token=token.id, account=token.account_id)


def note_used(token: ApiToken) -> None:
    """Remember the day of use; one write a day, whatever the traffic."""
    today = instant.today()
    if token.last_used_on != today:
        ApiToken.objects.filter(id=token.id).exclude(last_used_on=today).update(last_used_on=today)
