"""The peer of the linkage: Splink as its documentation shows it, on the columns as they are, with the same keys.

It reads and writes the same tables by the same means as ours, and is trained beforehand on the same data.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import duckdb

from bench.rig.populace import COLUMNS
from xiang.hub.bases.engine import tables

ATTACH = 0.99


@dataclass
class Peer:
    """One run. ``trained`` settings spare the training."""

    connection: duckdb.DuckDBPyConnection
    clusters: str = ""

    def load(self, address: str) -> None:
        tables.load(self.connection, address, "people")

    def linker(self, trained: dict[str, Any] | None) -> Any:
        from splink import DuckDBAPI, Linker

        for name in ["splink", *(one for one in logging.Logger.manager.loggerDict if one.startswith("splink."))]:
            logging.getLogger(name).setLevel(logging.ERROR)
        api = DuckDBAPI(connection=self.connection)
        return Linker(api.register("people", table_name="people_in"), trained or _settings())

    def train(self) -> dict[str, Any]:
        """Its own way of learning, outside the time that is measured."""
        from splink import block_on

        linker = self.linker(None)
        learn = linker.training
        learn.estimate_probability_two_random_records_match([block_on("sfzh")], recall=0.6)
        learn.estimate_u_using_random_sampling(max_pairs=1e6, seed=43)
        learn.estimate_parameters_using_expectation_maximisation(block_on("sfzh"))
        learn.estimate_parameters_using_expectation_maximisation(block_on("xm", "csrq"))
        settings: dict[str, Any] = linker.misc.save_model_to_json()
        return settings

    def link(self, trained: dict[str, Any]) -> None:
        linker = self.linker(trained)
        predicted = linker.inference.predict(threshold_match_probability=ATTACH)
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, ATTACH)
        self.clusters = found.physical_name

    def write(self, url: str) -> None:
        """Clusters, and one row for each: the newest value of every column."""
        query = f"SELECT id, cluster_id FROM {self.clusters}"
        tables.to_postgres(self.connection, query, url, "peer_clusters", ["id", "cluster_id"])
        kept = [name for name in COLUMNS if name not in ("id", "truth", "gxsj")]
        newest = ", ".join(f"arg_max({name}, gxsj) AS {name}, arg_max(id, gxsj) AS {name}_from" for name in kept)
        query = f"SELECT cluster_id, count(*) AS records, {newest} FROM {self.clusters} GROUP BY cluster_id"
        names = ["cluster_id", "records", *(f"{name}{end}" for name in kept for end in ("", "_from"))]
        tables.to_postgres(self.connection, query, url, "peer_golden", names)


def _settings() -> Any:
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[
            compare.LevenshteinAtThresholds("sfzh", [1, 2]),
            compare.JaroWinklerAtThresholds("xm", [0.9, 0.7]),
            compare.DamerauLevenshteinAtThresholds("csrq", [1, 2]),
            compare.LevenshteinAtThresholds("lxdh", [1]),
            compare.JaroWinklerAtThresholds("dz", [0.95, 0.88]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("sfzh"),
            block_on("xm", "csrq"),
            block_on("lxdh"),
            block_on("csrq", "dz"),
            block_on("xm", "dz"),
        ],
        retain_matching_columns=False,
        additional_columns_to_retain=[name for name in COLUMNS if name != "id"],
    )
