"""Queries that the busiest paths ask again and again: composed by the ORM once a process, asked with other values.

To compose a query costs the ORM as much as the database needs to answer it. ::

    _pending = Compiled(lambda case_id: CaseTimer.objects.filter(case_id=case_id, pending=True))
    timers = _pending(case.id)

The answers are what the query set would have given: objects, or tuples for ``values_list``. Questions that will all be
asked can be put to PostgreSQL in one message, see :func:`together`; a query set whose shape depends on who asks is kept
by what it depends on, see :func:`kept`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from inspect import signature
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

from xiang.foundation.ground.among import listed

R = TypeVar("R")
Given = UUID | str | date | tuple[UUID, ...]
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


def ask(sql: str, params: Sequence[Any]) -> list[Any]:
    """The rows of a statement that is asked again and again. PostgreSQL keeps it parsed: its values travel beside it, and
    after the fifth time on a connection only they do (``prepare_threshold``)."""
    with _cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Any] = cursor.fetchall()
        return found


def _cursor() -> Any:
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    raw: Any = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    return connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw)


@dataclass(frozen=True)
class _Plan(Generic[R]):
    """A query set as a statement, and how its rows are read."""

    sql: str
    params: tuple[Any, ...]
    compiler: Any
    converters: dict[Any, Any]
    model: type[Model] | None
    columns: slice
    names: Sequence[str]
    annotated: dict[str, int]
    related: Sequence[Any]

    @classmethod
    def of(cls, found: QuerySet[Any, R]) -> _Plan[R]:
        compiler: Any = found.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        whole = issubclass(found._iterable_class, ModelIterable)
        own = compiler.klass_info["select_fields"] if whole else []
        columns = slice(own[0], own[-1] + 1) if own else slice(0)
        return cls(
            sql=sql,
            params=tuple(params),
            compiler=compiler,
            converters=compiler.get_converters([column for column, _, _ in compiler.select]),
            model=found.model if whole else None,
            columns=columns,
            names=[column.target.attname for column, _, _ in compiler.select[columns]],
            annotated=dict(compiler.annotation_col_map) if whole else {},
            related=_related(compiler) if whole else (),
        )

    def read(self, rows: Any) -> list[R]:
        """What the database's rows say."""
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        if self.model is None:
            return [tuple(row) for row in rows]  # type: ignore[misc]
        found, alias = [], connection.alias
        for row in rows:
            one = self.model.from_db(alias, self.names, row[self.columns])
            for related in self.related:
                related.populate(row, one)
            for name, at in self.annotated.items():
                setattr(one, name, row[at])
            found.append(one)
        return found  # type: ignore[return-value]


class Compiled(Generic[R]):
    """A query whose values are ids, words and dates; or ids together, for ``among``. A value that is a date has one as
    its default in ``compose``, one that is several ids has ``()``."""

    def __init__(self, compose: Callable[..., QuerySet[Any, R]]) -> None:
        self._compose = compose

    def __call__(self, *values: Given) -> list[R]:
        """What the query finds for these values, in their order in ``compose``."""
        rows: Any = (_answered.get() or {}).pop((self, values), None)
        if rows is None:
            rows = ask(*self.bound(values))
        return self._plan.read(rows)

    def bound(self, values: tuple[Given, ...]) -> tuple[str, list[Any]]:
        """The statement for these values, and its parameters."""
        plan, places = self._plan, self._places
        return plan.sql, [_bound(values[places[n]]) if n in places else each for n, each in enumerate(plan.params)]

    @cached_property
    def _stand_ins(self) -> list[Given]:
        return [_stand_in(n, one.default) for n, one in enumerate(signature(self._compose).parameters.values())]

    @cached_property
    def _plan(self) -> _Plan[R]:
        return _Plan.of(self._compose(*self._stand_ins))

    @cached_property
    def _places(self) -> dict[int, int]:
        """Which parameter of the statement is which of the given values."""
        known = {form: n for n, each in enumerate(self._stand_ins) for form in _forms(each)}
        return {n: known[str(each)] for n, each in enumerate(self._plan.params) if str(each) in known}


def kept(key: Hashable, compose: Callable[[], QuerySet[Any, R]]) -> list[R]:
    """What the query set that ``compose`` makes finds; composed once for a key, which says everything that the query
    set depends on. For what is asked alike again and again: nothing that somebody typed."""
    plan: _Plan[R] | None
    if key in _kept:
        plan = _kept[key]
    else:
        if len(_kept) >= KEPT_MOST:
            _kept.clear()
        try:
            plan = _Plan.of(compose())
        except EmptyResultSet:
            plan = None
        _kept[key] = plan
    if plan is None:
        return []
    return plan.read(ask(plan.sql, plan.params))


KEPT_MOST = 2000
_kept: dict[Hashable, Any] = {}


def _related(compiler: Any) -> Sequence[Any]:
    found: Sequence[Any] = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]
    return found


def _stand_in(place: int, default: Any) -> Given:
    """A value of the kind that a parameter takes, which no other has."""
    if isinstance(default, date):
        return date.min + timedelta(days=place)
    return (uuid4(),) if isinstance(default, tuple) else uuid4()


def _forms(stand_in: Given) -> tuple[str, ...]:
    """How a stand-in may be written in the statement's parameters."""
    if isinstance(stand_in, tuple):
        return str(listed(stand_in, native=True)), listed(stand_in, native=False)
    return (str(stand_in), stand_in.hex) if isinstance(stand_in, UUID) else (str(stand_in),)


def _bound(value: Given) -> Any:
    """As the database takes it: in SQLite an id is text without dashes, and a date is text."""
    native = connection.features.has_native_uuid_field
    if isinstance(value, tuple):
        return listed(value, native=native)
    if native or isinstance(value, str):
        return value
    return value.hex if isinstance(value, UUID) else str(value)
