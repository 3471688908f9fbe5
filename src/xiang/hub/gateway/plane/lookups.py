"""Look-ups as SQL, and look-ups gathered: those that wait for a connection are asked together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from xiang.hub.gateway.plane.problems import Problem
from xiang.hub.gateway.plane.resources import Lookup, Resource
from xiang.hub.policies import rows
from xiang.hub.policies.rows import Filter

Found: TypeAlias = Sequence[Mapping[str, Any]]
MOST = 128


def statement(lookup: Lookup, dialect: str) -> tuple[str, tuple[Any, ...]]:
    """The statement of a look-up and what is bound beside the number (SQLite) or the list of numbers (PostgreSQL, where
    the first column of the answer says which number a row belongs to)."""
    return _statement(lookup.resource.key, _Held(lookup.resource), lookup.columns, lookup.rows, dialect)


def columns_of(lookup: Lookup) -> list[str]:
    """The columns of a look-up, and those that its filter speaks of: where the filter is applied here."""
    asked = list(lookup.columns)
    return list(dict.fromkeys(asked + (_spoken_of(lookup.rows) if lookup.rows is not None else [])))


def passes(lookup: Lookup, row: Mapping[str, Any]) -> bool:
    """For a source that cannot be trusted to filter: whatever does not certainly pass is left out."""
    try:
        return lookup.rows is None or rows.matches(lookup.rows, row) is True
    except TypeError as wrong:
        raise Problem("filter_not_enforceable") from wrong


def _spoken_of(one: Filter) -> list[str]:
    if isinstance(one, rows.Junction):
        return [name for part in one.parts for name in _spoken_of(part)]
    return [one.column]


class _Held:
    """A resource as part of a key: the same only while it is the very same object, so a new publication counts."""

    __slots__ = ("resource",)

    def __init__(self, resource: Resource) -> None:
        self.resource = resource

    def __hash__(self) -> int:
        return id(self.resource)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.resource is other.resource


@lru_cache(maxsize=4096)
def _statement(
    _key: str, held: _Held, columns: tuple[str, ...], only: Filter | None, dialect: str
) -> tuple[str, tuple[Any, ...]]:
    resource = held.resource
    mark = "?" if dialect == "sqlite" else "k.v"
    where = "(" + " OR ".join(f"{_quoted(column)} = {mark}" for column in resource.match) + ")"
    parameters: tuple[Any, ...] = ()
    if only is not None:
        asked = rows.rendered(only, dialect, first=2)
        where, parameters = f"{where} AND {asked.sql}", asked.parameters
    order = resource.order.lstrip("-")
    if order:
        where += f" ORDER BY {_quoted(order)}{' DESC' if resource.order.startswith('-') else ''}"
    names = ", ".join(map(_quoted, columns))
    table = ".".join(map(_quoted, resource.source.table.split(".")))
    inner = f"SELECT {names} FROM {table} WHERE {where} LIMIT {resource.limit}"  # noqa: S608 - names are published
    if dialect == "sqlite":
        return inner, parameters
    return (
        f"SELECT k.n::int, f.* FROM unnest($1::text[]) WITH ORDINALITY k (v, n) CROSS JOIN LATERAL ({inner}) f",  # noqa: S608
        parameters,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Batching:
    """At most so many questions under way; whoever comes meanwhile waits and is asked together with the others who want
    the same columns and rows. A lone call goes at once."""

    def __init__(self, fetch: Callable[[Lookup, Sequence[str]], Awaitable[Sequence[Found]]], width: int) -> None:
        self._fetch = fetch
        self._free = width
        self._waiting: deque[tuple[Lookup, str, asyncio.Future[Found]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, lookup: Lookup, number: str) -> Found:
        future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((lookup, number, future))
        self._start()
        return await future

    def _start(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            task = asyncio.create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self) -> None:
        try:
            while self._waiting:
                lookup, group = self._take()
                await self._answer(lookup, group)
        finally:
            self._free += 1

    def _take(self) -> tuple[Lookup, list[tuple[str, asyncio.Future[Found]]]]:
        """The oldest question and all others of the same look-up; the rest keep their order."""
        first = self._waiting[0][0]
        group: list[tuple[str, asyncio.Future[Found]]] = []
        left: deque[tuple[Lookup, str, asyncio.Future[Found]]] = deque()
        for lookup, number, future in self._waiting:
            if len(group) < MOST and (lookup is first or _same(lookup, first)):
                group.append((number, future))
            else:
                left.append((lookup, number, future))
        self._waiting = left
        return first, group

    async def _answer(self, lookup: Lookup, group: list[tuple[str, asyncio.Future[Found]]]) -> None:
        try:
            found = await self._fetch(lookup, [number for number, _ in group])
        except Exception as wrong:
            # One future each: whoever asked hears what went wrong, and the next group is tried anew.
            for _, future in group:
                if not future.done():
                    future.set_exception(wrong)
            return
        for (_, future), rows_found in zip(group, found, strict=True):
            if not future.done():
                future.set_result(rows_found)


def _same(one: Lookup, other: Lookup) -> bool:
    return one.resource is other.resource and one.columns == other.columns and one.rows == other.rows
