"""Queries that the busiest paths ask again and again: composed by the ORM once a process, asked with other values.

To compose a query costs the ORM as much as the database needs to answer it. ::

    _pending = Compiled(lambda case_id: CaseTimer.objects.filter(case_id=case_id, pending=True))
    timers = _pending(case.id)

The answers are what the query set would have given: objects, or tuples for ``values_list``. Questions that will all be
asked can be put to PostgreSQL in one message, see :func:`together`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

R = TypeVar("R")
Given = UUID | str
Question = tuple["Compiled[Any]", tuple[Given, ...]]

_answered: ContextVar[dict[Question, Any] | None] = ContextVar("answered", default=None)


@contextmanager
def together(*questions: Question) -> Iterator[None]:
    """Put these questions now, the first first, in one message; the block finds the answer of each when it first asks.

    Only for what nothing in the block changes before it asks. SQLite, which waits for nobody, is asked when it is time.
    """
    answers: dict[Question, Any] = {}
    if connection.vendor == "postgresql":
        parts = [compiled.bound(values) for compiled, values in questions]
        with connection.cursor() as cursor:
            cursor.execute("; ".join(sql for sql, _ in parts), [each for _, params in parts for each in params])
            for question in questions:
                answers[question] = cursor.fetchall()
                cursor.nextset()
    token = _answered.set(answers)
    try:
        yield
    finally:
        _answered.reset(token)


@dataclass(frozen=True)
class _Plan:
    sql: str
    params: tuple[Any, ...]
    places: dict[int, int]
    """Which parameter is which of the given values."""
    compiler: Any
    converters: dict[Any, Any]
    model: type[Model] | None
    columns: slice
    names: Sequence[str]
    related: Sequence[Any]


class Compiled(Generic[R]):
    """A query whose values are ids and words, one each: no lists, no dates."""

    def __init__(self, compose: Callable[..., QuerySet[Any, R]]) -> None:
        self._compose = compose

    def __call__(self, *values: Given) -> list[R]:
        """What the query finds for these values, in their order in ``compose``."""
        rows: Any = (_answered.get() or {}).pop((self, values), None)
        if rows is None:
            with connection.cursor() as cursor:
                cursor.execute(*self.bound(values))
                rows = cursor.fetchall()
        plan = self._plan
        if plan.converters:
            rows = plan.compiler.apply_converters(rows, plan.converters)
        if plan.model is None:
            return [tuple(row) for row in rows]  # type: ignore[misc]
        found = []
        for row in rows:
            one = plan.model.from_db(connection.alias, plan.names, row[plan.columns])
            for related in plan.related:
                related.populate(row, one)
            found.append(one)
        return found  # type: ignore[return-value]

    def bound(self, values: tuple[Given, ...]) -> tuple[str, list[Any]]:
        """The statement for these values, and its parameters."""
        plan = self._plan
        return plan.sql, [
            _bound(values[plan.places[n]]) if n in plan.places else each for n, each in enumerate(plan.params)
        ]

    @cached_property
    def _plan(self) -> _Plan:
        stand_ins = [uuid4() for _ in signature(self._compose).parameters]
        found = self._compose(*stand_ins)
        compiler = found.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        known = {form: n for n, each in enumerate(stand_ins) for form in (str(each), each.hex)}
        places = {n: known[str(each)] for n, each in enumerate(params) if str(each) in known}
        whole = issubclass(found._iterable_class, ModelIterable)
        own = compiler.klass_info["select_fields"] if whole else []
        columns = slice(own[0], own[-1] + 1) if own else slice(0)
        return _Plan(
            sql=sql,
            params=tuple(params),
            places=places,
            compiler=compiler,
            converters=compiler.get_converters([column for column, _, _ in compiler.select]),
            model=found.model if whole else None,
            columns=columns,
            names=[column.target.attname for column, _, _ in compiler.select[columns]],
            related=_related(compiler) if whole else (),
        )


def _related(compiler: Any) -> Sequence[Any]:
    found: Sequence[Any] = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]
    return found


def _bound(value: Given) -> Any:
    """As the database takes it: an id is text without dashes in SQLite."""
    return value if connection.features.has_native_uuid_field or isinstance(value, str) else value.hex
