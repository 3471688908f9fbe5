# ruff: noqa: S608 - every name and value goes through quoting
"""A profile of a table (数据探查), and the rules that it suggests: what nearly all values already are, all should be.

Counts are of the whole table; forms are looked for in a sample that is the same each time.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiang.hub.quality.engine import running
from xiang.hub.quality.engine.addresses import Address
from xiang.hub.quality.engine.conditions import DATE_FORMATS
from xiang.hub.quality.engine.quoting import literals, name
from xiang.hub.quality.engine.staging import Stage, Staged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SAMPLE = 100_000
#: A form is suggested when this share of the sample has it: faults are what the rule is there to find.
NEARLY_ALL = 0.9
FILLED = 0.99
FEW = 30
SELDOM = 0.005
_PHONE = "1[3-9][0-9]{9}"

#: The forms that are looked for, the more particular first, of a value ``v``.
FORMS = {
    "identity": "identity_code(v) = 0",
    "credit_code": "credit_code(v) = 0",
    "phone": f"regexp_full_match(v, '{_PHONE}')",
    "date": f"v BETWEEN '0' AND ':' AND (TRY_CAST(v AS DATE) IS NOT NULL OR "
    f"try_strptime(v, [{literals(DATE_FORMATS)}]) IS NOT NULL) AND length(v) >= 8",
    "datetime": "regexp_matches(v, '[0-9]:[0-9]{2}') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL",
    "integer": "regexp_full_match(v, '[+-]?[0-9]+')",
    "decimal": "regexp_full_match(v, '[+-]?[0-9]+(\\.[0-9]+)?')",
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds. ``filled`` and the shares in ``forms`` lie between 0 and 1; ``values`` are those of a
    short list; ``unique`` says that no value occurs twice."""

    name: str
    type: str
    filled: float
    distinct: int
    unique: bool
    shortest: int
    longest: int
    least: str
    most: str
    forms: Mapping[str, float]
    values: tuple[str, ...]

    @property
    def form(self) -> str:
        """The most particular form that nearly all values have; empty for none."""
        return next((form for form in FORMS if self.forms[form] >= NEARLY_ALL), "")


@dataclass(frozen=True, slots=True)
class Profile:
    """A table's columns, and which of them can be its key."""

    table: Staged
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.unique and column.filled == 1)

    def as_dict(self) -> dict[str, Any]:
        told = [{**asdict(column), "form": column.form} for column in self.columns]
        return {"table": self.table.title, "rows": self.table.rows, "keys": list(self.keys), "columns": told}


def profile(source: Address, within: float = running.WITHIN) -> Profile:
    """Look at every column of a file or table, which must be read within so many seconds."""
    until = time.monotonic() + within
    with tempfile.TemporaryDirectory(prefix="xiang-profile-") as made, running.session(Path(made)) as connection:
        table = Stage(Path(made), connection, until).put(source)
        sampled = f"(FROM {table.relation} USING SAMPLE reservoir({SAMPLE} ROWS) REPEATABLE (7))"
        connection.execute(f"CREATE TEMP TABLE sampled AS {sampled}")
        return Profile(table, tuple(_column(connection, table, column) for column in table.columns))


def _column(connection: DuckDBPyConnection, table: Staged, column: str) -> Column:
    text = f"nullif(CAST({name(column)} AS VARCHAR), '')"
    wanted = "count(v), approx_count_distinct(v), min(length(v)), max(length(v)), min(v), max(v)"
    counted, about, shortest, longest, least, most = connection.execute(
        f"SELECT {wanted} FROM (SELECT {text} AS v FROM {table.relation})"
    ).fetchall()[0]
    forms = ", ".join(f"count_if({test})" for test in FORMS.values())
    found = connection.execute(
        f"SELECT count(*), {forms} FROM (SELECT {text} AS v FROM sampled) WHERE v IS NOT NULL"
    ).fetchall()[0]
    shares = {form: count / found[0] if found[0] else 0.0 for form, count in zip(FORMS, found[1:], strict=True)}
    distinct, unique = _distinct(connection, table, text, counted, about)
    values = _values(connection, table, text, counted) if distinct <= FEW else ()
    filled = counted / table.rows if table.rows else 0.0
    kind = table.columns[column]
    return Column(
        column, kind, filled, distinct, unique, shortest or 0, longest or 0, least or "", most or "", shares, values
    )


def _distinct(connection: DuckDBPyConnection, table: Staged, text: str, counted: int, about: int) -> tuple[int, bool]:
    """The estimate of the first pass, made exact where it decides something: a key, or a short list."""
    if 2 * FEW < about < 0.9 * counted:
        return about, False
    (exact,) = connection.execute(
        f"SELECT count(*) FROM (SELECT hash({text}) AS h FROM {table.relation} WHERE {text} IS NOT NULL GROUP BY h)"
    ).fetchall()[0]
    return exact, counted > 1 and exact == counted


def _values(connection: DuckDBPyConnection, table: Staged, text: str, counted: int) -> tuple[str, ...]:
    """The values of a short list; one that hardly ever occurs is rather a fault."""
    rows = connection.execute(
        f"SELECT {text} AS v FROM {table.relation} WHERE {text} IS NOT NULL "
        f"GROUP BY v HAVING count(*) >= {counted * SELDOM} ORDER BY v"
    ).fetchall()
    return tuple(row[0] for row in rows)


def suggest(found: Profile) -> dict[str, Any]:
    """Rules as plain data, ready for ``rules.build`` and, written as YAML, for people to change."""
    rules = [rule for place, column in enumerate(found.columns) for rule in _rules(column, place, found.table.rows)]
    sensitive = {c.name: {"sensitive": True} for c in found.columns if c.form in ("identity", "phone")}
    content: dict[str, Any] = {"name": found.table.title}
    if found.keys:
        content["key"] = [found.keys[0]]
    if sensitive:
        content["columns"] = sensitive
    return {**content, "rules": rules or [_fallback(found.columns)]}


def _rules(column: Column, place: int, rows: int) -> Iterator[dict[str, Any]]:
    def rule(kind: str, **parameters: Any) -> dict[str, Any]:
        return {"key": f"c{place + 1}_{kind}", "kind": kind, "column": column.name, **parameters}

    if column.filled >= FILLED:
        yield rule("required")
    match column.form:
        case "identity" | "credit_code" as kind:
            yield rule(kind)
        case "phone":
            yield rule("format", pattern=_PHONE)
        case "date" | "datetime" | "integer" | "decimal" as kind if column.type == "VARCHAR":
            yield rule("type", type=kind)
    if 1 < column.distinct <= FEW and rows >= 20 * column.distinct and column.form in ("", "integer"):
        yield rule("dictionary", values=list(column.values))
    numbered = column.form == "identity" and column.distinct >= FILLED * column.filled * rows
    if rows > FEW and (numbered or (column.unique and column.filled == 1)):
        yield {"key": f"c{place + 1}_unique", "kind": "unique", "columns": [column.name]}


def _fallback(columns: Sequence[Column]) -> dict[str, Any]:
    return {"key": "c1_required", "kind": "required", "column": columns[0].name}


def as_yaml(content: Mapping[str, Any]) -> str:
    """The suggestion as a file of rules."""
    from ruamel.yaml import YAML

    writer, out = YAML(), io.StringIO()
    writer.width = 120
    writer.default_flow_style = None
    writer.dump(dict(content), out)
    return out.getvalue()
