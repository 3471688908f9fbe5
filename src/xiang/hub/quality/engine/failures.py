# ruff: noqa: S608 - every name and value goes through quoting
"""The failing rows that are kept: one line a rule and row, as Parquet or CSV.

``rule, kind, indicator, row, key, columns, value, reason, message``. ``row`` counts the data rows from 1. Values of
sensitive columns are masked; a cell of CSV that a spreadsheet would take for a formula is made harmless.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xiang.foundation.ground.errors import Refused
from xiang.hub.quality.engine import compiling
from xiang.hub.quality.engine.compiling import ROW, Line
from xiang.hub.quality.engine.quoting import literal, name
from xiang.hub.quality.engine.rules import Rule, RuleSet
from xiang.hub.quality.engine.separate import Answer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = ("rule", "kind", "indicator", "row", "key", "columns", "value", "reason", "message")
_MAKE = (
    "CREATE OR REPLACE TEMP TABLE failures (rule VARCHAR, kind VARCHAR, indicator VARCHAR, row BIGINT, key VARCHAR, "
    "columns VARCHAR, value VARCHAR, reason VARCHAR, message VARCHAR)"
)


def prepare(connection: DuckDBPyConnection) -> None:
    connection.execute(_MAKE)


def from_scan(connection: DuckDBPyConnection, line: Line, rules: RuleSet) -> None:
    """Add what the scan kept for a rule."""
    if line.condition.whole:
        return
    rows = f"(SELECT unnest(k{line.place}, max_depth := 2) FROM scanned)"
    _add(connection, rows, line.rule, rules, line.condition.columns, compiling.reason(line.condition))


def from_answer(connection: DuckDBPyConnection, rule: Rule, rules: RuleSet, answer: Answer) -> None:
    """Add what a rule of more than one row kept."""
    _add(connection, f"({answer.sql})", rule, rules, rule.columns, literal(answer.reason))


def of_table(connection: DuckDBPyConnection, rule: Rule, reason: str) -> None:
    """A rule that the table as a whole fails: one line without a row."""
    told = [rule.key, rule.kind, rule.indicator, None, "", "、".join(rule.columns), "", reason, rule.message]
    connection.execute("INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", told)


def _add(
    connection: DuckDBPyConnection, rows: str, rule: Rule, rules: RuleSet, columns: tuple[str, ...], reason: str
) -> None:
    key = compiling.joined(rules.key, rules.sensitive)
    value = compiling.joined(columns, rules.sensitive, named=True)
    told = ", ".join(literal(text) for text in (rule.key, rule.kind, rule.indicator))
    titles = literal("、".join(rules.title(column) for column in columns))
    connection.execute(
        f"INSERT INTO failures SELECT {told}, {name(ROW)}, {key}, {titles}, {value}, {reason}, {literal(rule.message)} "
        f"FROM {rows}"
    )


def save(connection: DuckDBPyConnection, target: Path) -> None:
    """Write them all; the suffix says how. The file is there whole or not at all."""
    partial = target.with_name(f".{target.name}.part")
    try:
        match target.suffix.lower():
            case ".parquet":
                connection.execute(f"COPY failures TO {literal(partial)} (FORMAT parquet, COMPRESSION zstd)")
            case ".csv":
                cells = ", ".join(f"{harmless(column)} AS {name(column)}" for column in COLUMNS)
                # A spreadsheet takes a file without a mark for the local encoding.
                partial.write_bytes(b"")
                body = partial.with_suffix(".body")
                connection.execute(f"COPY (SELECT {cells} FROM failures) TO {literal(body)} (FORMAT csv, HEADER)")
                _with_mark(body, partial)
            case _:
                raise Refused("failures_form", "不合格行只能写成 .parquet 或者 .csv。")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def harmless(column: str) -> str:
    """SQL of a cell that no spreadsheet calculates: an apostrophe before = + - @ and control signs; numbers stay."""
    text = f"CAST({name(column)} AS VARCHAR)"
    risky = f"regexp_matches({text}, '^[\\s]*[=+\\-@\\t\\r＝＋－＠]')"
    number = f"regexp_full_match({text}, '[+-]?[0-9]+(\\.[0-9]+)?')"
    return f"CASE WHEN {risky} AND NOT {number} THEN '''' || {text} ELSE {text} END"


def _with_mark(body: Path, target: Path) -> None:
    import shutil

    with body.open("rb") as source, target.open("wb") as out:
        out.write(b"\xef\xbb\xbf")
        shutil.copyfileobj(source, out)
    body.unlink()
