"""What each kind of rule asks of one row, as SQL: whether the row is looked at, and whether it fails.

A blank value is looked at by ``required`` alone: whether something must be there is one question, whether what is there
is right another, and GB/T 36344 counts them under different indicators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from xiang.hub.quality.engine import checksums
from xiang.hub.quality.engine.quoting import literal, literals, name
from xiang.hub.quality.engine.rules import Rule

#: The columns that a text of SQL names, after it was checked: (text, place in the rules) → columns.
Found = Callable[[str, str], tuple[str, ...]]

DATE_FORMATS = ("%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y/%m/%d", "%Y-%m-%d")
TIME_FORMATS = tuple(f"{day} {time}" for day in DATE_FORMATS for time in ("%H:%M:%S", "%H:%M"))
_PATTERNS = {"integer": r"[+-]?[0-9]+", "decimal": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"}
_BOOLEANS = ("0", "1", "true", "false", "t", "f", "y", "n", "yes", "no", "是", "否")
_NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "NUMERIC", "REAL")


@dataclass(frozen=True, slots=True)
class Condition:
    """``assessed`` and ``failed`` are truth values over a row; with ``whole`` ``failed`` is an aggregate over the table.

    ``coded`` is a call that answers a code a row, found under the name ``Shape.code``; ``reasons`` names its codes, or
    is the one reason of a rule without codes.
    """

    assessed: str
    failed: str
    columns: tuple[str, ...]
    reasons: tuple[str, ...]
    coded: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A rule against the columns of a table (name to type of DuckDB)."""

    columns: Mapping[str, str]
    today: date
    rule: Rule
    place: int
    found: Found

    @property
    def at(self) -> str:
        return f"/rules/{self.place}"

    @property
    def code(self) -> str:
        return f"__code{self.place}"

    def is_text(self, column: str) -> bool:
        return self.columns[column] == "VARCHAR"

    def text(self, column: str) -> str:
        return name(column) if self.is_text(column) else f"CAST({name(column)} AS VARCHAR)"

    def present(self, column: str) -> str:
        """Something is there."""
        return f"{name(column)} <> ''" if self.is_text(column) else f"{name(column)} IS NOT NULL"

    def looked_at(self) -> str:
        """The rows whose columns of the rule are all there, narrowed by ``when``."""
        present = [f"({self.present(column)})" for column in self.rule.columns]
        if self.rule.when:
            self.found(self.rule.when, f"{self.at}/when")
            present.append(f"(TRY((\n{self.rule.when}\n)) IS TRUE)")
        return " AND ".join(present)

    def number(self, column: str) -> str:
        numeric = self.columns[column].startswith(_NUMBERS) or "INT" in self.columns[column]
        return name(column) if numeric else f"TRY_CAST({self.text(column)} AS DOUBLE)"

    def moment(self, column: str, *, time: bool = False) -> str:
        """The column as a date, or with ``time`` as a date and time, whichever of the formats it is written in."""
        kind = "TIMESTAMP" if time else "DATE"
        if self.columns[column].startswith(("DATE", "TIMESTAMP")):
            return f"CAST({name(column)} AS {kind})"
        given = self.rule.parameters.get("formats")
        formats = given or (TIME_FORMATS if time else DATE_FORMATS)
        slow = f"CAST(try_strptime({self.text(column)}, [{literals(formats)}]) AS {kind})"
        if given:
            return slow
        # The cast knows ISO dates alone, and is six times as fast as trying formats; it also takes words like epoch.
        return (
            f"CASE WHEN {self.text(column)} BETWEEN '0' AND ':' "
            f"THEN coalesce(TRY_CAST({self.text(column)} AS {kind}), {slow}) END"
        )


def of(shape: Shape) -> Condition:
    """The condition of a rule over one row, narrowed by its ``when``."""
    condition = _KINDS[shape.rule.kind](shape)
    if not shape.rule.when:
        return condition
    named = shape.found(shape.rule.when, f"{shape.at}/when")
    when = f"(TRY((\n{shape.rule.when}\n)) IS TRUE)"
    return Condition(
        f"({condition.assessed}) AND {when}",
        condition.failed if condition.whole else f"({condition.failed}) AND {when}",
        tuple(dict.fromkeys([*condition.columns, *named])),
        condition.reasons,
        condition.coded,
        condition.whole,
    )


def _required(shape: Shape) -> Condition:
    column = shape.rule.parameters["column"]
    blank = f"{name(column)} IS NULL"
    if shape.is_text(column):
        # Comparing first spares most rows the trimming; the sign is the wide space, which people type too.
        blank += f" OR CASE WHEN {name(column)} >= '0' AND {name(column)} < '\u3000' THEN false "
        blank += f"ELSE trim({name(column)}, ' \u3000\t\r\n') = '' END"
    return Condition("true", blank, (column,), ("missing",))


def _typed(shape: Shape) -> Condition:
    column, wanted = shape.rule.parameters["column"], shape.rule.parameters["type"]
    match wanted:
        case "date" | "datetime":
            wrong = f"({shape.moment(column, time=wanted == 'datetime')}) IS NULL"
        case "boolean":
            wrong = f"lower({shape.text(column)}) NOT IN ({literals(_BOOLEANS)})"
        case _:
            wrong = f"NOT regexp_full_match({shape.text(column)}, {literal(_PATTERNS[wanted])})"
    return _present(shape, column, wrong, f"not_{wanted}")


def _format(shape: Shape) -> Condition:
    column = shape.rule.parameters["column"]
    wrong = f"NOT regexp_full_match({shape.text(column)}, {literal(shape.rule.parameters['pattern'])})"
    return _present(shape, column, wrong, "format")


def _identity(shape: Shape) -> Condition:
    column = shape.rule.parameters["column"]
    called = "identity_code" if shape.rule.parameters.get("fifteen", True) else "identity_code_18"
    return _coded(shape, column, called, checksums.IDENTITY)


def _credit_code(shape: Shape) -> Condition:
    return _coded(shape, shape.rule.parameters["column"], "credit_code", checksums.CREDIT_CODE)


def _coded(shape: Shape, column: str, called: str, reasons: tuple[str, ...]) -> Condition:
    present = shape.present(column)
    call = f"{called}({shape.text(column)})"
    return Condition(present, f"{present} AND {shape.code} > 0", (column,), reasons, coded=call)


def _dictionary(shape: Shape) -> Condition:
    column = shape.rule.parameters["column"]
    values = literals(str(value) for value in shape.rule.parameters["values"])
    return _present(shape, column, f"{shape.text(column)} NOT IN ({values})", "not_in_dictionary")


def _range(shape: Shape) -> Condition:
    given = shape.rule.parameters
    dated = any(isinstance(given.get(bound), str) for bound in ("min", "max"))
    value = shape.moment(given["column"]) if dated else shape.number(given["column"])
    prefix = "DATE " if dated else ""
    tests = [
        f"({value}) {sign} {prefix}{literal(given[bound])}"
        for bound, sign in (("min", ">="), ("max", "<="))
        if bound in given
    ]
    # What is no number or date at all lies in no range.
    return _present(shape, given["column"], f"NOT coalesce({' AND '.join(tests)}, false)", "out_of_range")


def _length(shape: Shape) -> Condition:
    given = shape.rule.parameters
    size = f"length({shape.text(given['column'])})"
    tests = [f"{size} {sign} {given[bound]}" for bound, sign in (("min", "<"), ("max", ">")) if bound in given]
    return _present(shape, given["column"], f"({' OR '.join(tests)})", "length")


def _compare(shape: Shape) -> Condition:
    given = shape.rule.parameters
    left, right = given["left"], given["right"]
    side = {"text": shape.text, "number": shape.number, "date": shape.moment}[given.get("as", "text")]
    both = f"{shape.present(left)} AND {shape.present(right)}"
    wrong = f"NOT coalesce(({side(left)}) {given['operator']} ({side(right)}), false)"
    return Condition(both, f"{both} AND {wrong}", (left, right), ("compare",))


def _expression(shape: Shape) -> Condition:
    """Looked at are the rows for which the expression has an answer, as for CHECK in SQL."""
    text = shape.rule.parameters["sql"]
    answer = f"TRY((\n{text}\n))"
    return Condition(
        f"{answer} IS NOT NULL", f"{answer} IS FALSE", shape.found(text, f"{shape.at}/sql"), ("expression",)
    )


def _freshness(shape: Shape) -> Condition:
    """The newest value of the table is not older than so many days."""
    column, days = shape.rule.parameters["column"], int(shape.rule.parameters["within_days"])
    newest = f"max({shape.moment(column)})"
    stale = f"CASE WHEN {newest} >= DATE {literal(shape.today.isoformat())} - {days} THEN 0 ELSE 1 END"
    return Condition("false", stale, (column,), ("stale",), whole=True)


def _present(shape: Shape, column: str, wrong: str, reason: str) -> Condition:
    present = shape.present(column)
    return Condition(present, f"{present} AND {wrong}", (column,), (reason,))


_KINDS: dict[str, Callable[[Shape], Condition]] = {
    "required": _required,
    "type": _typed,
    "format": _format,
    "identity": _identity,
    "credit_code": _credit_code,
    "dictionary": _dictionary,
    "range": _range,
    "length": _length,
    "compare": _compare,
    "expression": _expression,
    "freshness": _freshness,
}
