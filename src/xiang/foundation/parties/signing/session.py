"""What the session says of how somebody signed in."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.http import HttpRequest

from xiang.foundation.parties.models import Account


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened, or confirmed since, with a second factor."""
    account = request.user
    return isinstance(account, Account) and any(
        record.get("method") == "mfa" for record in get_authentication_records(request, account)
    )


def sign_in_fully(request: HttpRequest, account: Account) -> None:
    """Sign somebody in with both factors marked as given: the demonstration's buttons, and tests."""
    get_adapter(request).login(request, account)
    record_authentication(request, account, method="password", username=account.username)
    record_authentication(request, account, method="mfa", type="totp")
