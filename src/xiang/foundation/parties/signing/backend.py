"""Who an account name or a phone number with its password is."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.parties import numbers
from xiang.foundation.parties.models import Account


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Takes a phone number where a user name is asked, and lets demonstration accounts in only in a demonstration."""

    def _authenticate_by_username(self, username: str, password: str) -> Any:
        found = super()._authenticate_by_username(username, password)
        return found or self._check_password(_by_phone(username), password)

    def _check_password(self, user: Any, password: str) -> Any:
        # allauth lets a user through whom ``user_can_authenticate`` refused, so that it can show why: not these.
        if user is not None and user.demo and not settings.DEMO:
            return None
        return super()._check_password(user, password)

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and (settings.DEMO or not user.demo)

    def get_user(self, user_id: Any) -> Any:
        """The account of a session, with its party, which every page asks."""
        account = next(iter(_account(user_id)), None)
        return account if account and self.user_can_authenticate(account) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Django's permission tables are not used: rights are asked by the operations."""
        return False


_account = Compiled(lambda account_id: Account.objects.select_related("party").filter(pk=account_id))


def _by_phone(text: str) -> Account | None:
    if not any(char.isdigit() for char in text):
        return None
    return Account.objects.filter(phone_index__in=numbers.phone_lookups(text)).first()
