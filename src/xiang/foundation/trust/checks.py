"""What Django says at start when the cryptography of this machine is not fit for use."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from xiang.foundation.trust.providers import provider


@register(Tags.security)
def cryptography_is_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Known answers of SM2, SM3 and SM4, and the modes of the key files."""
    return [
        (Error if problem.serious else Warning)(problem.detail, hint=problem.hint, id=f"trust.{problem.code}")
        for problem in provider().problems()
    ]
