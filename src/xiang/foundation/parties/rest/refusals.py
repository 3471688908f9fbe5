"""Refusals that only a program meets. Everything else that can be refused is a ``DomainError`` of its room."""

from __future__ import annotations

from xiang.foundation.ground.errors import DomainError, Forbidden


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token does not open (401)."""

    status = 401


class ScopeMissing(Forbidden):
    """The token was not made for this; ``wanted`` are the scopes of which one would do."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        super().__init__("insufficient_scope", f"这个令牌没有授权做这件事，需要：{' 或 '.join(wanted)}。")
        self.wanted = wanted


class NotAllowed(DomainError):
    """There is such an address, but nothing to do there by this method (405)."""

    status = 405


class UnsupportedMedia(DomainError):
    """The body is of another kind than the operation takes (415)."""

    status = 415


def challenge(error: DomainError) -> str:
    """The ``WWW-Authenticate`` of a refusal (RFC 6750), or an empty string."""
    if isinstance(error, ScopeMissing):
        return f'Bearer realm="xiang", error="insufficient_scope", scope="{" ".join(error.wanted)}"'
    if isinstance(error, Unauthenticated):
        return 'Bearer realm="xiang"' + (', error="invalid_token"' if error.code == "token_invalid" else "")
    return ""
