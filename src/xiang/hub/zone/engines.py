"""One expression layer over the zone's tables: ibis on DuckDB embedded, on Spark Connect for a province.

``XIANG_SPARK=sc://host:port`` chooses Spark (Apache Spark with Delta, or Sail); both read the same files. Expressions
are written once, against :func:`session`'s tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiang.hub.zone.store import Store

if TYPE_CHECKING:
    from ibis.backends import BaseBackend


def engine_name() -> str:
    """``duckdb`` or ``spark``, as the setting says."""
    return "spark" if os.environ.get("XIANG_SPARK") else "duckdb"


@contextmanager
def session(tables: Mapping[str, Path]) -> Iterator[BaseBackend]:
    """A connection in which each of ``tables`` (name to folder) can be asked as ``connection.table(name)``."""
    address = os.environ.get("XIANG_SPARK", "")
    connection = _spark(address, tables) if address else _duckdb(tables)
    try:
        yield connection
    finally:
        connection.disconnect()


def _duckdb(tables: Mapping[str, Path]) -> BaseBackend:
    import ibis

    connection = ibis.duckdb.connect()
    for name, folder in tables.items():
        # Through Arrow: DuckDB's own Delta reader is an extension that a closed network cannot fetch.
        connection.con.register(name, Store(folder).dataset())
    return connection


def _spark(address: str, tables: Mapping[str, Path]) -> BaseBackend:
    import ibis
    from pyspark.sql import SparkSession

    made: Any = SparkSession.builder
    spark = made.remote(address).config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.conf.set("spark.sql.ansi.enabled", "false")
    for name, folder in tables.items():
        spark.read.format("delta").load(str(folder)).createOrReplaceTempView(name)
    return ibis.pyspark.connect(spark)
