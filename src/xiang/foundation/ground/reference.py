"""Reference data kept in memory: divisions, offices, rules, calendar, editions. Asked on every request, changed by hand.

Each kind has a mark in the database that every change replaces, in the change's own transaction. A process keeps what it
was told together with the mark under which it was true, and believes it for as long as that mark stands. One small query
brings the marks of all kinds; within a request (a *moment*) it is asked once. A mark is random, never a number: one that
was rolled back cannot come again with other contents behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

from xiang.foundation.ground.compiled import Compiled, Question
from xiang.foundation.ground.models import Mark

Kind = Literal["places", "statutes", "editions", "texts"]
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

MOST = 20_000
_kept: dict[tuple[Kind, Hashable], tuple[UUID, Any]] = {}
_all: Compiled[tuple[str, UUID]] = Compiled(lambda: Mark.objects.values_list("kind", "mark"))
_marks: ContextVar[dict[str, UUID] | None] = ContextVar("marks", default=None)


@contextmanager
def moment() -> Iterator[None]:
    """Within the block the marks are asked for once: what changes elsewhere meanwhile is seen by the next request."""
    token = _marks.set({})
    try:
        yield
    finally:
        _marks.reset(token)


def recall(kind: Kind, key: Hashable, ask: Callable[[], T]) -> T:
    """The answer under ``key``, from memory while nothing of its kind has changed. Absence (``None``) is asked again."""
    found = recall_each(kind, (key,), lambda _: {key: ask()})
    return found[key]


def recall_each(kind: Kind, keys: Iterable[K], ask: Callable[[list[K]], Mapping[K, T]]) -> dict[K, T]:
    """The answer under each of ``keys``; those that memory does not hold are asked for together."""
    mark = _current().get(kind)
    found: dict[K, T] = {}
    missing: list[K] = []
    for key in keys:
        held = _kept.get((kind, key))
        if mark is not None and held is not None and held[0] == mark:
            found[key] = held[1]
        else:
            missing.append(key)
    for key, value in ask(missing).items() if missing else ():
        found[key] = value
        if value is None or mark is None:  # no mark: nothing of this kind was ever put there by an operation
            continue
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[(kind, key)] = (mark, value)
    return found


def changed(kind: Kind) -> None:
    """Say, in the transaction that changes something of this kind, that what others remember of it no longer holds."""
    mark = uuid4()
    row = Mark.objects.filter(kind=kind)
    if not row.update(mark=mark):
        Mark.objects.bulk_create([Mark(kind=kind, mark=mark)], ignore_conflicts=True)
        row.update(mark=mark)  # somebody else's first change may have come between
    marks = _marks.get()
    if marks is not None:
        marks.clear()


def asked() -> list[Question]:
    """What will be asked for the marks, for :func:`~xiang.foundation.ground.compiled.together`."""
    return [] if _marks.get() else [(_all, ())]


def _current() -> dict[str, UUID]:
    marks = _marks.get()
    if marks:
        return marks
    found = dict(_all())
    if marks is not None:
        marks.update(found)
    return found
