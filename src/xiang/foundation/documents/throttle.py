"""Slowing down whoever guesses: a technical guard of public pages, counted by address in the shared cache."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError


class TooMany(DomainError):
    """Too many tries in a minute (429)."""

    status = 429


def count(request: HttpRequest, what: str, most: int) -> None:
    """Count one try of this minute; raises :class:`TooMany` beyond ``most``."""
    minute = int(instant.now().timestamp() // 60)
    key = f"throttle:{what}:{request.META.get('REMOTE_ADDR', '')}:{minute}"
    tries = int(cache.get(key, 0)) + 1
    cache.set(key, tries, 120)
    if tries > most:
        raise TooMany("too_many_tries", "这台设备查得太快了，请一分钟后再查。")
