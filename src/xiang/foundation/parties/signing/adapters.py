"""django-allauth fitted to this house: no self-made accounts, no messages, sealed second factors."""

from __future__ import annotations

import json
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from xiang.foundation.pages import navigation
from xiang.foundation.parties.actors import actor_of, for_account
from xiang.foundation.parties.models import Account
from xiang.foundation.trust import envelopes

_CONTEXT = "parties.second_factor"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by an operation (window, administrator), never by filling in a form."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "用户名（手机号）或密码不对，请再看一遍。",
        "too_many_login_attempts": "连续输错太多次。请 5 分钟后再试，或者到窗口核对身份后重设密码。",
        "incorrect_password": "密码不对，请再看一遍。",
        "enter_current_password": "请输入现在的密码。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """What went well is seen on the next page; only what went wrong is said."""
        if level >= messages.WARNING:
            super().add_message(request, level, *args, **kwargs)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Notices go through the room of notices, by outbox; allauth sends none itself."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Setting up the first second factor right after signing in needs no second password."""
        required = bool(super().is_reauthentication_required(app=app, **kwargs))
        return required and not (app == "allauth.mfa" and _just_signed_in(context.request))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return str(settings.ACCOUNT_LOGOUT_REDIRECT_URL)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of code generators lie sealed in the database; officers cannot do without one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "验证码不对，或者刚刚用过。请输入验证器上现在显示的 6 位数字。",
        "cannot_delete_authenticator": "工作人员账号必须有第二重验证，不能停用。",
    }

    def encrypt(self, text: str) -> str:
        return json.dumps(envelopes.seal(text, _CONTEXT))

    def decrypt(self, encrypted_text: str) -> str:
        return str(envelopes.open(json.loads(encrypted_text), _CONTEXT))

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not needs_second_factor(authenticator.user)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """As for accounts: none."""


def _just_signed_in(request: HttpRequest) -> bool:
    account = request.user
    if not isinstance(account, Account) or SecondFactorAdapter().is_mfa_enabled(account):
        return False
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, account)
    return any(record["method"] == "password" and record["at"] > since for record in records)


def needs_second_factor(account: Account) -> bool:
    """Officers and administrators sign in with two factors; a resident may."""
    actor = for_account(account)
    return actor.is_staff or bool(actor.administration)


def home_of(request: HttpRequest) -> str:
    """Where somebody begins after signing in: an officer at the first page their duties open, a resident at home."""
    actor = actor_of(request)
    if actor.is_staff or actor.administration:
        for audience in ("desk", "audit", "config", "board"):
            items = navigation.items(request, audience)
            if items:
                return items[0].href
    return str(settings.LOGIN_REDIRECT_URL)
