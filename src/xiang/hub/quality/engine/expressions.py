"""Checking an expression that somebody wrote: one truth value from the columns of the row, and nothing else.

The text is parsed by DuckDB itself; its tree may hold only the kinds of nodes and the functions that are listed here.
What is not listed (a subquery, a window, a function that reads a file or a setting) is refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from xiang.foundation.ground.errors import FieldError, Invalid

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CLASSES = {
    "FUNCTION",
    "COLUMN_REF",
    "CONSTANT",
    "COMPARISON",
    "CONJUNCTION",
    "OPERATOR",
    "CAST",
    "TYPE",
    "CASE",
    "BETWEEN",
}
FUNCTIONS = frozenset(
    [
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "||",
        "~~",
        "!~~",
        "~~*",
        "!~~*",
        "~",
        "~~~",
        "!~",
        "~*",
        "!~*",
        "^",
        "abs",
        "ceil",
        "ceiling",
        "floor",
        "round",
        "sign",
        "sqrt",
        "power",
        "greatest",
        "least",
        "lower",
        "upper",
        "trim",
        "ltrim",
        "rtrim",
        "length",
        "char_length",
        "strlen",
        "left",
        "right",
        "substr",
        "substring",
        "replace",
        "reverse",
        "lpad",
        "rpad",
        "concat",
        "concat_ws",
        "contains",
        "starts_with",
        "ends_with",
        "prefix",
        "suffix",
        "instr",
        "strpos",
        "position",
        "regexp_matches",
        "regexp_full_match",
        "regexp_extract",
        "regexp_replace",
        "like_escape",
        "not_like_escape",
        "ilike_escape",
        "not_ilike_escape",
        "coalesce",
        "nullif",
        "ifnull",
        "if",
        "not",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "quarter",
        "week",
        "dayofweek",
        "date_part",
        "datepart",
        "date_diff",
        "datediff",
        "date_trunc",
        "datetrunc",
        "age",
        "strftime",
        "try_strptime",
        "to_days",
        "to_months",
        "to_years",
        "last_day",
        "make_date",
        "isfinite",
        "isnan",
        "split_part",
        "string_split",
        "ascii",
        "unicode",
        "ord",
        "chr",
        "translate",
        "row",
        "between",
    ]
)


def columns_of(connection: DuckDBPyConnection, text: str, known: Collection[str], at: str) -> tuple[str, ...]:
    """The columns that the expression names; ``Invalid`` (``expression_…``) when it is more than an expression.

    ``known`` holds the names that may occur, for two tables with their prefix (``this.name``, ``that.name``).
    """
    tree = _parsed(connection, text, at)
    found: list[str] = []
    for node in _nodes(tree):
        _check(node, known, at)
        if node["class"] == "COLUMN_REF":
            found.append(".".join(node["column_names"]))
    return tuple(dict.fromkeys(found))


def _parsed(connection: DuckDBPyConnection, text: str, at: str) -> dict[str, Any]:
    """The tree of the one expression in ``text``. It is parsed without brackets: what closes a bracket that it never
    opened does not parse, and so cannot reach round the brackets it is put in later."""
    answer = connection.execute("SELECT json_serialize_sql(?)", [f"SELECT {text}\n"]).fetchall()[0][0]
    tree = json.loads(answer)
    if tree["error"]:
        raise _wrong(at, "expression_form", f"表达式写法有误：{tree.get('error_message', '')}")
    nodes = [statement["node"] for statement in tree["statements"]]
    whole = len(nodes) == 1 and nodes[0]["type"] == "SELECT_NODE" and _bare(nodes[0])
    if not whole:
        raise _wrong(at, "expression_more", "只能写一个判断表达式，不能写语句、子查询或者几个表达式。")
    expression: dict[str, Any] = nodes[0]["select_list"][0]
    return expression


def _bare(node: dict[str, Any]) -> bool:
    """Nothing but one unnamed value is selected."""
    absent = ("where_clause", "having", "qualify", "sample")
    empty = ("modifiers", "group_expressions", "group_sets")
    return (
        len(node["select_list"]) == 1
        and not node["select_list"][0].get("alias")
        and node["from_table"]["type"] == "EMPTY"
        and not any(node.get(name) for name in (*absent, *empty))
        and not node["cte_map"]["map"]
    )


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "class" in value:
            yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def _check(node: dict[str, Any], known: Collection[str], at: str) -> None:
    kind = node["class"]
    if kind not in CLASSES:
        raise _wrong(at, "expression_kind", f"表达式里不能用 {kind}：只写列、值、比较、运算和允许的函数。")
    if kind == "FUNCTION":
        called = node["function_name"].lower()
        if called not in FUNCTIONS or node.get("schema") or node.get("catalog"):
            raise _wrong(at, "expression_function", f"表达式里不能用函数 {called}。")
    if kind == "COLUMN_REF":
        column = ".".join(node["column_names"])
        if column not in known:
            raise _wrong(at, "expression_column", f"表里没有“{column}”这一列；有：{'、'.join(sorted(known)[:30])}。")


def _wrong(at: str, code: str, detail: str) -> Invalid:
    return Invalid([FieldError(at, code, detail)], code="rules_invalid", detail=detail)
