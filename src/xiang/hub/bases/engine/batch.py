"""Linkage of whole tables by Splink: tables → one table of features → pairs → clusters → golden records.

Everything stays inside one DuckDB; out of it come only the pairs, for clustering, and the readings of names, into it.
"""

# ruff: noqa: S608 - names and expressions come from the code, values are quoted
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiang.hub.bases.engine import comparing, standardising, surviving, tables
from xiang.hub.bases.engine.clustering import Clusters, cluster, components
from xiang.hub.bases.engine.comparing import Comparison
from xiang.hub.bases.engine.configuring import Config, Mapped
from xiang.hub.bases.engine.kinds import Kind
from xiang.hub.bases.engine.scoring import Model
from xiang.hub.bases.engine.spelling import pinyin, quoted

if TYPE_CHECKING:
    import duckdb

_FETCHED = 5000
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


@dataclass(frozen=True, slots=True)
class Member:
    """A record of a cluster: the label of its table, its key there, since when it is true, its raw fields."""

    source: str
    reference: str
    day: str
    values: dict[str, str]


class Linkage:
    """One run. ``load`` the tables, ``link`` them, then read ``clusters``, ``uncertain`` and ``golden``."""

    def __init__(self, config: Config, *, memory: str = "", threads: int = 0) -> None:
        import duckdb

        self.config = config
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect()
        comparing.prepare(self.connection)
        standardising.prepare(self.connection)
        surviving.prepare(self.connection)
        for name, value in (("memory_limit", memory), ("threads", threads)):
            if value:
                self.connection.execute(f"SET {name} = '{value}'")
        self.found: Clusters[int] = Clusters()

    # -- in

    def load(self, addresses: Sequence[str]) -> None:
        """Read the tables and make the features of every record."""
        parts, before = [], 0
        for place, address in enumerate(addresses):
            columns = tables.load(self.connection, address, f"raw_{place}")
            parts.append(_raw_sql(self.config.kind, self.config.table(place), columns, f"raw_{place}", before))
            before += self.connection.execute(f"SELECT count(*) FROM raw_{place}").fetchall()[0][0]
        self.connection.execute("CREATE VIEW raw AS " + " UNION ALL ".join(parts))
        self._make_features()

    def _make_features(self) -> None:
        kind = self.config.kind
        made = standardising.select(kind.columns, "raw")
        if reading := next((one for one in kind.columns if one.reading), None):
            self._read(standardising.to_read(kind.columns, reading, "raw"))
            made = standardising.read_aloud(reading, made, "readings")
        keys = ", ".join(f"{key.sql} AS {key.digest}" for key in kind.keys)
        self.connection.execute(f"CREATE TABLE features AS SELECT *, {keys} FROM ({made})")

    def _read(self, query: str) -> None:
        """Readings are looked up by Python, once for each sign that occurs in names of usual length and each longer name."""
        import pyarrow as pa

        spelt = [text for (text,) in self.connection.execute(query).fetchall() if text]
        readings = pa.table(
            {"spelt": pa.array(spelt, pa.string()), "reading": pa.array(map(pinyin, spelt), pa.string())}
        )
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
        self._join()
        self._divide()
        self._keep_clusters()
        ((pairs,),) = self.connection.execute("SELECT count(*) FROM pairs WHERE verdict = 'same'").fetchall()
        return self._counted(pairs)

    def _join(self) -> None:
        """The table ``joined``: who hangs together by pairs that are the same."""
        import pyarrow as pa

        same = self.connection.execute("SELECT one, other FROM pairs WHERE verdict = 'same'").fetchnumpy()
        records, roots = components(same["one"], same["other"])
        self.connection.register("found", pa.table({"n": pa.array(records), "root": pa.array(roots)}))
        self.connection.execute("CREATE TABLE joined AS FROM found")
        self.connection.unregister("found")

    def _divide(self) -> None:
        """Take apart again, by the strongest pairs first, what hangs together and holds different numbers."""
        number = self.config.kind.apart
        self.connection.execute(
            "CREATE TEMP TABLE mixed AS SELECT root FROM joined JOIN features USING (n)"
            f" GROUP BY root HAVING min({number}) <> max({number})"
        )
        pairs = self.connection.execute(
            "SELECT one, other FROM pairs JOIN joined ON n = one WHERE verdict = 'same' AND root IN (FROM mixed)"
            " ORDER BY decisive DESC, weight DESC, one, other"
        ).fetchall()
        held = self.connection.execute(
            f"SELECT n, {number} FROM joined JOIN features USING (n) WHERE root IN (FROM mixed) AND {number} IS NOT NULL"
        ).fetchall()
        self.found = cluster(pairs, dict(held))
        roots = [(self.found.of(n), n) for pair in pairs for n in pair]
        if roots:
            self.connection.executemany("UPDATE joined SET root = ? WHERE n = ?", sorted(set(roots)))

    def _keep_clusters(self) -> None:
        self.connection.execute(
            "CREATE TABLE clusters AS SELECT raw.n, raw.source, raw.ref, coalesce(joined.root, raw.n) AS cluster"
            " FROM raw LEFT JOIN joined USING (n)"
        )
        self.connection.execute("CREATE TEMP TABLE refused (one BIGINT, other BIGINT)")
        if self.found.refused:
            self.connection.executemany("INSERT INTO refused VALUES (?, ?)", self.found.refused)
        self.connection.execute(
            "CREATE TABLE uncertain AS SELECT DISTINCT ON (least(a.cluster, b.cluster), greatest(a.cluster, b.cluster))"
            " p.one, p.other, p.weight, p.verdict FROM pairs p JOIN clusters a ON a.n = p.one JOIN clusters b ON b.n = p.other"
            " LEFT JOIN refused r ON r.one = p.one AND r.other = p.other"
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
        surviving.make_table(self.connection, fields, self.config.rules)

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

    def members(self) -> Iterator[list[Member]]:
        """The records of every cluster, cluster by cluster."""
        query = "SELECT cluster, raw.* EXCLUDE (n, rank) FROM raw JOIN clusters USING (n) ORDER BY cluster, n"
        for _, rows in groupby(self._rows(query), key=lambda row: row.pop("cluster")):
            yield [_member(row) for row in rows]

    def doubted(self) -> Iterator[tuple[Member, Member]]:
        """The pairs for stewards, whole, the likeliest first."""
        query = (
            "SELECT raw.* EXCLUDE (n, rank) FROM uncertain u JOIN raw ON raw.n = u.{end}"
            " ORDER BY u.weight DESC, u.one, u.other"
        )
        ends = (self._rows(query.format(end=end)) for end in ("one", "other"))
        for one, other in zip(*ends, strict=True):
            yield _member(one), _member(other)

    def _rows(self, query: str) -> Iterator[dict[str, Any]]:
        cursor = self.connection.cursor()
        cursor.execute(query)
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(_FETCHED):
            yield from (dict(zip(names, row, strict=True)) for row in rows)

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


def _member(row: dict[str, Any]) -> Member:
    source, day = row.pop("source"), row.pop("day")
    reference = row.pop("ref").removeprefix(f"{source}/")
    return Member(source, reference, day, {name: text for name, text in row.items() if text})


def _raw_sql(kind: Kind, table: Mapped, columns: Sequence[str], name: str, before: int) -> str:
    """One table in the common columns, as texts; its rows are numbered on from those ``before``."""
    known = {column.lower(): column for column in columns}

    def taken(column: str) -> str:
        found = known.get(column.lower()) if column else None
        return f'"{found}"' if found else "NULL::VARCHAR"

    fields = ", ".join(f"{taken(table.fields.get(field, ''))} AS {field}" for field in kind.fields)
    ref = taken(table.key) if table.key else "(rowid + 1)::VARCHAR"
    return (
        f"SELECT rowid + {before + 1} AS n, {quoted(table.label)} AS source, {quoted(table.label)} || '/' || {ref} AS ref, {table.rank} AS rank,"
        f" coalesce({taken(table.updated)}, '') AS day, {fields} FROM {name}"
    )


def settings(kind: Kind, model: Model | None) -> dict[str, Any]:
    """What Splink is told: the same comparisons and keys, with the parameters of the model."""
    rules = [{"blocking_rule": f"l.{key.digest} = r.{key.digest}", "sql_dialect": "duckdb"} for key in kind.keys]
    asked = {column for key in kind.keys if key.decisive for column in key.columns} | {kind.apart}
    told: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "n",
        "comparisons": [_comparison(one, model) for one in kind.comparisons],
        "blocking_rules_to_generate_predictions": rules,
        "retain_matching_columns": True,  # with them come the levels
        "additional_columns_to_retain": sorted(asked),
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


__all__ = ["Counts", "Linkage", "Member", "settings"]
