"""The kinds of credentials, as the profile says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiang.services.credentials.models import CredentialType


def put_type(key: str, code: str, title: str, content: Mapping[str, Any]) -> None:
    """Set a kind of credential as the profile describes it; credentials already issued keep their values."""
    CredentialType.objects.update_or_create(
        key=key, defaults={"code": code, "title": title, "content": dict(content), "retired": False}
    )


def retire_type(key: str) -> None:
    """Issue no more of a kind; what was issued stands."""
    CredentialType.objects.filter(key=key).update(retired=True)
