# ruff: noqa: S608 - names and expressions come from the code
"""Which of several values of a field survives into the golden record, and why: for one in Python, for a table in SQL.

Rules: ``source`` the best ranked source; ``recent`` the newest; ``frequent`` what most sources say; ``longest`` the
longest valid one; ``corrected`` a value that a steward settled stands above every rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xiang.foundation.ground import instant
from xiang.foundation.parties.identity import check_id, check_uscc
from xiang.hub.bases.engine import standardising

if TYPE_CHECKING:
    import duckdb

Rule = Literal["source", "recent", "frequent", "longest"]
RULES: dict[str, str] = {
    "source": "权威来源优先",
    "recent": "最近更新优先",
    "frequent": "多数来源一致优先",
    "longest": "有效值中最完整的优先",
    "corrected": "人工核实",
}


#: Fields whose values can be wrong by themselves.
_CHECKS: dict[str, Callable[[str], bool]] = {
    "id_number": lambda value: check_id(value).valid,
    "uscc": lambda value: check_uscc(value).valid,
}


def valid(field: str, value: str) -> bool:
    """Whether a value can be right at all."""
    return field not in _CHECKS or _CHECKS[field](value)


@dataclass(frozen=True, slots=True)
class Said:
    """What one record says of one field. ``rank`` of its source: 1 is best; ``day`` when it was true (ISO), or nothing."""

    value: str
    source: str
    record: str
    rank: int
    day: str = ""
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Won:
    """The value that survives, where it came from, by which rule, and how many records say otherwise."""

    value: str
    source: str
    record: str
    rule: str
    against: int = 0


def survive(said: Iterable[Said], rule: Rule) -> Won | None:
    """The surviving value of one field. What is not valid survives only when nothing else is said."""
    every = [one for one in said if one.value]
    if not every:
        return None
    sound = [one for one in every if one.valid] or every
    best = min(sound, key=_ORDER[rule](sound))
    return Won(best.value, best.source, best.record, rule, sum(one.value != best.value for one in every))


def golden(
    records: Mapping[str, Sequence[Said]], rules: Mapping[str, Rule], default: Rule = "source"
) -> dict[str, Won]:
    """The golden values by field, from what every record says of each."""
    won = {field: survive(said, rules.get(field, default)) for field, said in records.items()}
    return {field: one for field, one in won.items() if one is not None}


Order = Callable[[Sequence[Said]], Callable[[Said], tuple[object, ...]]]


def _newest(one: Said) -> tuple[int, ...]:
    return tuple(-ord(char) for char in one.day.ljust(10, "\0"))


def _by_source(_said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    return lambda one: (one.rank, _newest(one), one.source, one.record)


def _by_day(_said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    return lambda one: (_newest(one), one.rank, one.source, one.record)


def _by_count(said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    count = Counter(one.value for one in said)
    return lambda one: (-count[one.value], one.rank, _newest(one), one.source, one.record)


def _by_length(_said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    return lambda one: (-len(one.value), one.rank, _newest(one), one.source, one.record)


_ORDER: dict[str, Order] = {"source": _by_source, "recent": _by_day, "frequent": _by_count, "longest": _by_length}


# -- the same for a table: raw (n, ref, rank, day, and the fields), clusters (n, cluster)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Teach a connection which values can be right."""
    for field, check in _CHECKS.items():
        standardising.by_python(connection, f"valid_{field}", check, "boolean")


def make_table(connection: duckdb.DuckDBPyConnection, fields: Sequence[str], rules: Mapping[str, Rule]) -> None:
    """The table ``golden``: a row a cluster, of each field the surviving value and the ``…_from`` that said it.

    Only clusters of more than one record are weighed; of the others everything survives.
    """
    rules = {field: rules.get(field, "source") for field in fields}
    counts = "".join(
        f", count(*) OVER (PARTITION BY cluster, {field}) AS count_of_{field}"
        for field, rule in rules.items()
        if rule == "frequent"
    )
    checked = [field for field in fields if field in _CHECKS]
    sound = "".join(f", unsound_{field}.n IS NULL AS sound_{field}" for field in checked)
    unsound = " ".join(f"LEFT JOIN unsound_{field} ON unsound_{field}.n = rows.n" for field in checked)
    best = ", ".join(_best_sql(field, rule) for field, rule in rules.items())
    chosen = ", ".join(f"best_{field}.v AS {field}, best_{field}.r AS {field}_from" for field in fields)
    alone = ", ".join(f"{field}, CASE WHEN {field} IS NOT NULL THEN raw.ref END AS {field}_from" for field in fields)
    steps = (
        "CREATE TEMP TABLE many AS SELECT cluster, count(*) AS records FROM clusters GROUP BY cluster HAVING count(*) > 1",
        "CREATE TEMP TABLE rows AS SELECT c.cluster, many.records, raw.*"
        " FROM clusters c JOIN many USING (cluster) JOIN raw USING (n)",
        "CREATE TEMP TABLE days AS SELECT day, row_number() OVER (ORDER BY day) AS place FROM (SELECT DISTINCT day FROM rows)",
        *(_unsound_sql(field) for field in checked),
        f"CREATE TABLE golden AS WITH weighed AS (SELECT rows.*{counts}, days.place AS newness{sound} FROM rows JOIN days"
        f" USING (day) {unsound}),"
        f" best AS (SELECT cluster, any_value(records) AS records, {best} FROM weighed GROUP BY cluster)"
        f" SELECT cluster, records, {chosen} FROM best"
        f" UNION ALL SELECT c.cluster, 1, {alone} FROM clusters c ANTI JOIN many USING (cluster) JOIN raw USING (n)",
    )
    for step in steps:
        connection.execute(step)


def _unsound_sql(field: str) -> str:
    """Records with a value that cannot be right, in clusters that disagree on it: elsewhere there is nothing to choose."""
    divided = f"SELECT cluster FROM rows GROUP BY cluster HAVING min({field}) <> max({field})"
    rows = f"SELECT n, {field} FROM rows SEMI JOIN ({divided}) USING (cluster) WHERE {field} IS NOT NULL"
    return f"CREATE TEMP TABLE unsound_{field} AS SELECT n FROM ({rows}) WHERE NOT {_valid_sql(field)}"


def _valid_sql(field: str) -> str:
    """:func:`valid` in SQL; identity numbers of the usual form need no Python, which takes thirty times as long."""
    if field != "id_number":
        return f"valid_{field}({field})"
    born = f"try_strptime(substr({field}, 7, 8), '%Y%m%d') BETWEEN DATE '0001-01-01' AND DATE '{instant.today()}'"
    holds = f"{standardising.check_sql(field)} = substr({field}, 18, 1) AND coalesce({born}, false)"
    return (
        f"CASE WHEN regexp_full_match({field}, '{standardising.NUMBER}') THEN {holds} ELSE valid_{field}({field}) END"
    )


def _best_sql(field: str, rule: Rule) -> str:
    """The best value and where it came from, by one whole number that orders rows: compared faster than texts by far.

    From the highest bit: valid (1), what the rule asks (27), rank (18), day (26), the earlier record (40).
    """
    asked = {"source": "0", "recent": "newness", "frequent": f"count_of_{field}", "longest": f"length({field})"}[rule]
    order = f"(greatest(99999 - rank, 0)::HUGEINT << 66) + (newness::HUGEINT << 40) + ({(1 << 40) - 1} - n)"
    if asked != "0":
        order += f" + ({asked}::HUGEINT << 84)"
    if field in _CHECKS:
        order += f" + (sound_{field}::HUGEINT << 112)"
    return f"arg_max(struct_pack(v := {field}, r := ref), {order}) FILTER (WHERE {field} IS NOT NULL) AS best_{field}"
