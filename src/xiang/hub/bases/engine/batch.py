"""Linkage of whole tables by Splink: tables → one table of features → pairs → clusters → golden records.

Everything stays inside one DuckDB; out of it come only the pairs, for clustering, and the readings of names, into it.
"""

# ruff: noqa: S608 - names and expressions come from the code, values are quoted
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiang.hub.bases.engine import standardising, tables
from xiang.hub.bases.engine.clustering import Clusters, cluster
from xiang.hub.bases.engine.comparing import Comparison, prepare
from xiang.hub.bases.engine.configuring import Config, Mapped
from xiang.hub.bases.engine.kinds import Kind
from xiang.hub.bases.engine.scoring import Model
from xiang.hub.bases.engine.spelling import pinyin, quoted

if TYPE_CHECKING:
    import duckdb

_REVIEWED = 1000  # pairs for stewards that are listed in a report


@dataclass(frozen=True, slots=True)
class Counts:
    """What a linkage found."""

    records: int
    pairs: int
    clusters: int
    largest: int
    uncertain: int
    refused: int


class Linkage:
    """One run. ``load`` the tables, ``link`` them, then read ``clusters``, ``uncertain`` and ``golden``."""

    def __init__(self, config: Config, *, memory: str = "", threads: int = 0) -> None:
        import duckdb

        self.config = config
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect()
        prepare(self.connection)
        for name, value in (("memory_limit", memory), ("threads", threads)):
            if value:
                self.connection.execute(f"SET {name} = '{value}'")
        self.found: Clusters[int] = Clusters()

    # -- in

    def load(self, addresses: Sequence[str]) -> None:
        """Read the tables and make the features of every record."""
        parts = []
        for place, address in enumerate(addresses):
            columns = tables.load(self.connection, address, f"raw_{place}")
            parts.append(_raw_sql(self.config.kind, self.config.table(place), columns, f"raw_{place}"))
        self.connection.execute(
            "CREATE TABLE raw AS SELECT row_number() OVER () AS n, * FROM (" + " UNION ALL ".join(parts) + ")"
        )
        for place in range(len(addresses)):
            self.connection.execute(f"DROP TABLE raw_{place}")
        self._make_features()

    def _make_features(self) -> None:
        kind = self.config.kind
        reading = next((one for one in kind.columns if one.reading), None)
        self.connection.execute(f"CREATE TABLE features_made AS {standardising.select(kind.columns, 'raw')}")
        if reading is None:
            self.connection.execute("ALTER TABLE features_made RENAME TO features")
            return
        self._make_readings(reading.reading)
        self.connection.execute(
            f"CREATE TABLE features AS SELECT features_made.*, readings.reading AS {reading.name} FROM features_made"
            f" LEFT JOIN readings ON readings.spelt = features_made.{reading.reading}"
        )
        self.connection.execute("DROP TABLE features_made")

    def _make_readings(self, column: str) -> None:
        """Readings are looked up by Python, once for each name that occurs."""
        import pyarrow as pa

        names = self.connection.execute(
            f"SELECT DISTINCT {column} AS spelt FROM features_made WHERE {column} IS NOT NULL"
        ).fetchnumpy()["spelt"]
        spelt = [str(name) for name in names]
        readings = pa.table({"spelt": pa.array(spelt), "reading": pa.array([pinyin(name) or None for name in spelt])})
        self.connection.register("readings", readings)

    # -- pairs

    def linker(self, model: Model | None) -> Any:
        """A Splink linker on the features, with the parameters of a model, or untrained."""
        import logging

        from splink import DuckDBAPI, Linker

        logging.getLogger("splink").setLevel(logging.ERROR)
        for name in [one for one in logging.Logger.manager.loggerDict if one.startswith("splink.")]:
            logging.getLogger(name).setLevel(logging.ERROR)  # its modules set levels of their own
        api = DuckDBAPI(connection=self.connection)
        return Linker(api.register("features", table_name="xiang_features"), settings(self.config.kind, model))

    def link(self) -> Counts:
        """Compare, cluster and count."""
        kind, model = self.config.kind, self.config.model
        predicted = self.linker(model).inference.predict(threshold_match_weight=-10)
        self.connection.execute(f"CREATE TABLE pairs AS {_pairs_sql(kind, model, predicted.physical_name)}")
        predicted.drop_table_from_database_and_remove_from_cache()
        same = self.connection.execute(
            "SELECT one, other FROM pairs WHERE verdict = 'same' ORDER BY decisive DESC, weight DESC, one, other"
        ).fetchnumpy()
        held = self.connection.execute(
            f"SELECT n, {kind.apart} AS number FROM features WHERE {kind.apart} IS NOT NULL AND n IN"
            " (SELECT one FROM pairs UNION SELECT other FROM pairs)"
        ).fetchnumpy()
        numbers = dict(zip(held["n"].tolist(), held["number"].tolist(), strict=True))
        self.found = cluster(zip(same["one"].tolist(), same["other"].tolist(), strict=True), numbers)
        self._keep_clusters()
        return self._counted(len(same["one"]))

    def _keep_clusters(self) -> None:
        import pyarrow as pa

        joined = list(self.found.root)
        roots = pa.table(
            {"n": pa.array(joined, pa.int64()), "root": pa.array([self.found.of(n) for n in joined], pa.int64())}
        )
        self.connection.register("joined", roots)
        self.connection.execute(
            "CREATE TABLE clusters AS SELECT raw.n, raw.source, raw.ref, coalesce(joined.root, raw.n) AS cluster"
            " FROM raw LEFT JOIN joined USING (n)"
        )
        self.connection.unregister("joined")
        refused = pa.table(
            {
                "one": pa.array([a for a, _ in self.found.refused], pa.int64()),
                "other": pa.array([b for _, b in self.found.refused], pa.int64()),
            }
        )
        self.connection.register("refused_pairs", refused)
        self.connection.execute(
            "CREATE TABLE uncertain AS SELECT DISTINCT ON (least(a.cluster, b.cluster), greatest(a.cluster, b.cluster))"
            " p.one, p.other, p.weight, p.verdict FROM pairs p JOIN clusters a ON a.n = p.one JOIN clusters b ON b.n = p.other"
            " LEFT JOIN refused_pairs r ON r.one = p.one AND r.other = p.other"
            " WHERE a.cluster <> b.cluster AND (p.verdict = 'perhaps' OR r.one IS NOT NULL)"
            " ORDER BY least(a.cluster, b.cluster), greatest(a.cluster, b.cluster), p.weight DESC, p.one, p.other"
        )

    def _counted(self, pairs: int) -> Counts:
        ((records, clusters, largest),) = self.connection.execute(
            "SELECT sum(c), count(*), max(c) FROM (SELECT count(*) AS c FROM clusters GROUP BY cluster)"
        ).fetchall()
        ((uncertain,),) = self.connection.execute("SELECT count(*) FROM uncertain").fetchall()
        refused = len(self.found.refused)
        return Counts(int(records or 0), pairs, int(clusters), int(largest or 0), int(uncertain), refused)

    # -- out

    def make_golden(self) -> None:
        """The table ``golden``: for each cluster the surviving value of every field and the record it came from."""
        known = {name for one in self.config.tables for name in one.fields}
        fields = [name for name in self.config.kind.fields if name in known]
        rules = {name: self.config.rules.get(name, "source") for name in fields}
        counts = "".join(
            f", count(*) OVER (PARTITION BY cluster, {name}) AS count_of_{name}"
            for name, rule in rules.items()
            if rule == "frequent"
        )
        best = ", ".join(_survivor_sql(name, rule) for name, rule in rules.items())
        chosen = ", ".join(f"{name}_best.v AS {name}, {name}_best.r AS {name}_from" for name in fields)
        alone = ", ".join(f"{name}, CASE WHEN {name} IS NOT NULL THEN raw.ref END AS {name}_from" for name in fields)
        self.connection.execute(
            "CREATE TABLE golden AS WITH many AS"
            " (SELECT cluster, count(*) AS records FROM clusters GROUP BY cluster HAVING count(*) > 1),"
            f" rows AS (SELECT c.cluster, many.records, r.*{counts} FROM clusters c JOIN many USING (cluster) JOIN raw r USING (n)),"
            f" best AS (SELECT cluster, any_value(records) AS records, {best} FROM rows GROUP BY cluster)"
            f" SELECT cluster, records, {chosen} FROM best"
            f" UNION ALL SELECT c.cluster, 1, {alone} FROM clusters c ANTI JOIN many USING (cluster) JOIN raw USING (n)"
        )

    def uncertain(self, most: int = _REVIEWED) -> list[tuple[int, int]]:
        """Pairs for stewards, the likeliest first."""
        return self.connection.execute(
            f"SELECT one, other FROM uncertain ORDER BY weight DESC, one, other LIMIT {most}"
        ).fetchall()

    def record(self, n: int) -> dict[str, str]:
        """The raw fields of one record, with its ``source`` and ``ref``."""
        cursor = self.connection.execute("SELECT * EXCLUDE (n) FROM raw WHERE n = ?", [n])
        names = [column[0] for column in cursor.description or ()]
        (row,) = cursor.fetchall()
        return {name: value for name, value in zip(names, row, strict=True) if value is not None}

    def retrained(self, model: Model) -> None:
        """Go on with another model: the bounds stay."""
        kept = self.config.model
        self.config = replace(self.config, model=replace(model, attach=kept.attach, review=kept.review))

    def export(self, table: str, file: Path) -> None:
        """Write ``clusters`` or ``golden`` as Parquet or CSV, whichever the name says."""
        form = "parquet" if file.suffix.lower() == ".parquet" else "csv, HEADER"
        self.connection.execute(f"COPY (SELECT * FROM {table} ORDER BY ALL) TO {quoted(str(file))} (FORMAT {form})")

    def close(self) -> None:
        self.connection.close()


def _raw_sql(kind: Kind, table: Mapped, columns: Sequence[str], name: str) -> str:
    """One table in the common columns, as texts."""
    known = {column.lower(): column for column in columns}

    def taken(column: str) -> str:
        found = known.get(column.lower()) if column else None
        return f'"{found}"' if found else "NULL::VARCHAR"

    fields = ", ".join(f"{taken(table.fields.get(field, ''))} AS {field}" for field in kind.fields)
    ref = taken(table.key) if table.key else "row_number() OVER ()::VARCHAR"
    return (
        f"SELECT {quoted(table.label)} AS source, {quoted(table.label)} || '/' || {ref} AS ref, {table.rank} AS rank,"
        f" coalesce({taken(table.updated)}, '') AS day, {fields} FROM {name}"
    )


def settings(kind: Kind, model: Model | None) -> dict[str, Any]:
    """What Splink is told: the same comparisons and keys, with the parameters of the model."""
    rules = [
        {"blocking_rule": " AND ".join(f"l.{c} = r.{c}" for c in key.columns), "sql_dialect": "duckdb"}
        for key in kind.keys
    ]
    told: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "n",
        "comparisons": [_comparison(one, model) for one in kind.comparisons],
        "blocking_rules_to_generate_predictions": rules,
        "retain_matching_columns": True,  # with them come the levels, and the columns of the keys
    }
    return told | ({"probability_two_random_records_match": model.prior} if model else {})


def _comparison(one: Comparison, model: Model | None) -> dict[str, Any]:
    column = one.column
    absent = {
        "sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL",
        "label_for_charts": "absent",
        "is_null_level": True,
    }
    levels = [(level.name, level.sql) for level in one.levels] + [("differs", "ELSE")]
    made = []
    for name, sql in levels:
        chances = model.levels[column][name] if model else None
        known = {"m_probability": chances.m, "u_probability": chances.u} if chances else {}
        made.append({"sql_condition": sql, "label_for_charts": name} | known)
    return {"output_column_name": column, "comparison_levels": [absent, *made]}


def _pairs_sql(kind: Kind, model: Model, predicted: str) -> str:
    """Each pair with its verdict: the rules of ``Scorer.verdict`` as SQL. Splink counts levels from 0, which is
    ``differs``, upwards; -1 is ``absent``."""

    def agree(columns: Sequence[str]) -> str:
        return "(" + " AND ".join(f"coalesce({c}_l = {c}_r, false)" for c in columns) + ")"

    decisive = " OR ".join(agree(key.columns) for key in kind.keys if key.decisive)
    vetoed = f"coalesce({kind.apart}_l <> {kind.apart}_r, false)"
    contradicted = " AND ".join(f"gamma_{column} = 0" for column in kind.contradicting)
    doubted = f"gamma_{kind.doubted} = 0 AND gamma_{kind.vouching} < 1"
    attach, review = (math.log2(one / (1 - one)) for one in (model.attach, model.review))
    return (
        "SELECT least(n_l, n_r) AS one, greatest(n_l, n_r) AS other, match_weight AS weight,"
        f" ({decisive}) AS decisive,"
        f" CASE WHEN {vetoed} THEN 'apart' WHEN ({decisive}) THEN CASE WHEN {contradicted} THEN 'perhaps' ELSE 'same' END"
        f" WHEN match_weight >= {attach} AND NOT ({doubted}) THEN 'same'"
        f" WHEN match_weight >= {review} THEN 'perhaps' ELSE 'apart' END AS verdict FROM {predicted}"
    )


def _survivor_sql(field: str, rule: str) -> str:
    """The rules of ``surviving`` as an aggregate: the best value and where it came from, by one key that orders rows."""
    last = "printf('%05d', 99999 - rank) || '|' || day || '|' || printf('%012d', 999999999999 - n)"
    first = {
        "source": "''",
        "frequent": f"printf('%09d', count_of_{field}) || '|'",
        "recent": "rpad(day, 32, ' ') || '|'",
        "longest": f"printf('%05d', length({field})) || '|'",
    }[rule]
    best = f"arg_max(struct_pack(v := {field}, r := ref), {first} || {last}) FILTER (WHERE {field} IS NOT NULL)"
    return f"{best} AS {field}_best"


__all__ = ["Counts", "Linkage", "settings"]
