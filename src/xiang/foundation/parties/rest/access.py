"""Who calls: a program with a token (``Authorization: Bearer``), or a page of our own with its session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.parties import actors, operations, queries
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Account, ApiToken
from xiang.foundation.parties.operations.tokens import digest_of
from xiang.foundation.parties.rest.refusals import ScopeMissing, Unauthenticated

_LONGEST = 200


class BearerToken(HttpBearer):
    """A token. One that does not open is an answer, never a reason to look for a session."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes
        super().__init__()

    def __call__(self, request: HttpRequest) -> Any:
        given = request.headers.get(self.header, "")
        if not given:
            return None
        kind, _, secret = given.partition(" ")
        if kind.lower() != "bearer":
            raise Unauthenticated("token_invalid", "请用 Authorization: Bearer 加令牌。")
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """1. The token opens. 2. Its account may use it. 3. It was made for this. 4. Note the day of use."""
        found = queries.live_token(digest_of(token)) if 0 < len(token) <= _LONGEST else None
        if found is None:
            raise Unauthenticated("token_invalid", "令牌不对，或者已经到期、停用。")
        actor = _actor(found)
        if self.scopes and not set(self.scopes) & set(found.scopes):
            raise ScopeMissing(self.scopes)
        operations.note_used(found)
        request.user = found.account
        return actors.adopt(request, actor)


def _actor(token: ApiToken) -> Actor:
    actor = actors.for_account(token.account, token.behalf_id, channel="api")
    if (actor.is_staff or actor.administration) and not token.second_factor:
        # Somebody hired after the token was made: it was issued to a resident.
        raise Unauthenticated("token_invalid", "令牌不对，或者已经到期、停用。")
    if token.behalf_id and actor.behalf_id is None:
        raise Forbidden("acting_not_allowed", "这个令牌代办的委托已经到期或者撤销。")
    return actor


class Session(APIKeyCookie):
    """The session of a page of ours; whatever changes something proves that the page was ours (CSRF)."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor:
        if not isinstance(request.user, Account):
            raise Unauthenticated("not_signed_in", "请先登录，或者带上访问令牌。")
        if check_csrf(request) is not None:
            raise Forbidden("csrf_failed", "请求不是从本站的页面发出的，请刷新页面再试。")
        actor = actors.actor_of(request)
        return actors.adopt(request, actor if actor.channel == "window" else replace(actor, channel="api"))


def needs(*scopes: str) -> list[Callable[[HttpRequest], Any]]:
    """What an operation asks of its caller: a token with one of ``scopes`` (any token, when none is named), or a
    session."""
    return [BearerToken(*scopes), Session()]


def account_of(request: HttpRequest) -> Account:
    """The account that called; only where :func:`needs` stands before."""
    account = request.user
    assert isinstance(account, Account)
    return account
