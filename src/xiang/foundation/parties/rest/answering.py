"""What an operation says besides its body: headers, kept on the request until the answer is made."""

from __future__ import annotations

from django.http import HttpRequest

_HEADERS = "_xiang_headers"


def say(request: HttpRequest, name: str, value: str) -> None:
    """Put a header on the answer to this request."""
    headers_of(request)[name] = value


def headers_of(request: HttpRequest) -> dict[str, str]:
    """The headers said so far."""
    if not hasattr(request, _HEADERS):
        setattr(request, _HEADERS, {})
    headers: dict[str, str] = getattr(request, _HEADERS)
    return headers
