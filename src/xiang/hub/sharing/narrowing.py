"""Who has to hear at once that something granted was taken back: the gateway, which serves by grants that it holds in memory.

Listeners are called after the commit, with the key of the grant. One that fails loses nothing for good: whoever listens
also looks from time to time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db import transaction

_listeners: list[Callable[[str], object]] = []


def listen(listener: Callable[[str], object]) -> None:
    """Register a listener; once, in ``AppConfig.ready()``."""
    _listeners.append(listener)


def narrowed(key: str) -> None:
    """A grant was revoked or changed, in the caller's transaction."""
    for each in _listeners:
        transaction.on_commit(partial(each, key), robust=True)
