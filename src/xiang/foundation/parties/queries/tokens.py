"""Tokens: whose is this, and which are mine."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.models import ApiToken


def live_token(digest: str) -> ApiToken | None:
    """The token of that digest if it opens today: not revoked, not expired, its account not closed."""
    return next(iter(_live(digest, instant.today())), None)


_live = Compiled(
    lambda digest, on=date.min: ApiToken.objects.select_related("account__party").filter(
        digest=digest, revoked_at=None, expires_on__gte=on, account__is_active=True
    )
)


def tokens_of(account_id: UUID) -> list[ApiToken]:
    """The tokens of an account, the newest first, revoked ones included."""
    return list(ApiToken.objects.select_related("behalf").filter(account_id=account_id).order_by("-id"))


def token_of(account_id: UUID | None, token_id: UUID) -> ApiToken:
    """One token of an account; ``Absent`` when it is not theirs."""
    found = ApiToken.objects.filter(account_id=account_id, id=token_id).first() if account_id else None
    if found is None:
        raise Absent
    return found
