"""Signed-in sessions, made without the sign-in pages: those are not what is measured."""

from __future__ import annotations

import secrets
import string
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.urls import reverse

from bench.rig.load import request
from xiang.foundation.parties.models import Account

PLAIN_BACKEND = "django.contrib.auth.backends.ModelBackend"


def session(account: Account, backend: str = settings.AUTHENTICATION_BACKENDS[0]) -> str:
    """The key of a new session of this account, both factors given."""
    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = backend
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    asked = HttpRequest()
    asked.session = store
    record_authentication(asked, account, method="password", username=account.username)
    record_authentication(asked, account, method="mfa", type="totp")
    store.create()
    return str(store.session_key)


def headers(key: str, *, writes: bool = False) -> dict[str, str]:
    """What a browser with this session sends; with ``writes`` the proof that the page was ours."""
    cookies = {settings.SESSION_COOKIE_NAME: key}
    found = {"Accept": "text/html", "Accept-Encoding": "identity"}
    if writes:
        token = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
        cookies[settings.CSRF_COOKIE_NAME] = token
        found |= {"X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    return found | {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def page(key: str, url_name: str, query: str = "", **arguments: Any) -> bytes:
    """A request for a page."""
    path = reverse(url_name, kwargs=arguments or None)
    return request("GET", path + (f"?{query}" if query else ""), headers=headers(key))
