"""Who reacts to which event. Rooms register in ``AppConfig.ready()``.

Local work::

    @subscribe("case.concluded", "ratings.invite")
    def invite(event: Event) -> None: ...        # one transaction together with marking the delivery done

Work outside a transaction (network, rendering, signing)::

    external("notice.sent", "notices.sms", call=send, settle=note_answer, reconcile=ask_gateway)

``call(event, idempotency_key)`` runs outside any transaction and may run again with the same key.
``settle(event, result)`` runs in one transaction with marking the delivery done.
When the outcome of a call is not known, ``reconcile(event, idempotency_key)`` says
``Answer(result)`` or ``NotArrived()``; only after ``NotArrived`` is the call made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from xiang.foundation.outbox.models import Event

__all__ = [
    "Answer",
    "Event",
    "Hopeless",
    "NotArrived",
    "NotSent",
    "external",
    "idempotency_key",
    "isolated",
    "repeatable",
    "subscribe",
]

# Doubling from two seconds to an hour, sixteen attempts span five to six hours.
ATTEMPTS = 16

Handler = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The call had arrived, with this result."""

    result: Any = None


@dataclass(frozen=True, slots=True)
class NotArrived:
    """The call never arrived: it is safe to make it again."""


class NotSent(Exception):
    """Raised by ``call`` when the request certainly did not leave (connection refused): back off, no reconciling."""


class Hopeless(Exception):
    """Raised by a handler or call that no repetition can help: park at once. The code says why, no personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Local:
    """A handler in our own records."""

    name: str
    handler: Handler
    attempts: int = ATTEMPTS


@dataclass(frozen=True, slots=True)
class External:
    """A call to the outside, with what settles and what reconciles it."""

    name: str
    call: Callable[[Event, str], Any]
    settle: Callable[[Event, Any], None]
    reconcile: Callable[[Event, str], Answer | NotArrived]
    attempts: int = ATTEMPTS


Subscription = Local | External

_registry: dict[str, dict[str, Subscription]] = {}


def _add(kind: str, subscription: Subscription) -> None:
    known = _registry.setdefault(kind, {})
    if known.get(subscription.name, subscription) != subscription:
        raise ValueError(f"two subscribers of {kind} are called {subscription.name}")
    known[subscription.name] = subscription


def subscribe(kind: str, name: str, *, attempts: int = ATTEMPTS) -> Callable[[Handler], Handler]:
    """Register a handler that works in our own records. It must be short: on SQLite it holds the only write lock."""

    def register(handler: Handler) -> Handler:
        _add(kind, Local(name, handler, attempts))
        return handler

    return register


def external(
    kind: str,
    name: str,
    *,
    call: Callable[[Event, str], Any],
    settle: Callable[[Event, Any], None],
    reconcile: Callable[[Event, str], Answer | NotArrived],
    attempts: int = ATTEMPTS,
) -> None:
    """Register work outside a transaction."""
    _add(kind, External(name, call, settle, reconcile, attempts))


def repeatable(event: Event, key: str) -> NotArrived:
    """A ``reconcile`` for calls without an effect outside (rendering, signing): doing them again harms nobody."""
    return NotArrived()


def subscribers(kind: str) -> list[str]:
    """The names that get a delivery of this kind."""
    return list(_registry.get(kind, ()))


def find(kind: str, name: str) -> Subscription | None:
    """The subscription of a delivery, or ``None`` when no room registers it any more."""
    return _registry.get(kind, {}).get(name)


def idempotency_key(event_id: UUID, subscriber: str) -> str:
    """The same for every attempt at one delivery, and different for every other."""
    return str(uuid5(event_id, subscriber))


@contextmanager
def isolated() -> Iterator[None]:
    """An empty registry inside the block; the old one after it. For tests."""
    kept = dict(_registry)
    _registry.clear()
    try:
        yield
    finally:
        _registry.clear()
        _registry.update(kept)
