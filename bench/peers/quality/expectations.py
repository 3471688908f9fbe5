"""The same ten rules with Great Expectations on pandas, its only engine that takes a file and a check of one's own; the
checksums are expectations made for it, with numpy over whole columns. Failing rows are kept as it keeps them: each with
its value and place. ``python -m bench.peers.quality.expectations FILE`` with its packages on the path."""

from __future__ import annotations

import json
import sys
import time

import numpy as np

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ID_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), dtype=np.int32)
CODE_WEIGHTS = np.array([pow(3, n, 31) for n in range(17)], dtype=np.int32)
CODE_VALUES = np.full(256, 31, dtype=np.int32)
CODE_VALUES[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(31)


def signs(column):
    """The first eighteen bytes of each value, one value a line."""
    return np.asarray(column.to_numpy(dtype=object), dtype="S18").view(np.uint8).reshape(-1, 18)


def is_identity(column):
    import pandas as pd

    found = signs(column)
    sums = (found[:, :17] - np.uint8(48)).astype(np.int32) @ ID_WEIGHTS
    right = np.frombuffer(b"10X98765432", dtype=np.uint8)[sums % 11] == found[:, 17]
    born = pd.to_datetime(column.str.slice(6, 14), format="%Y%m%d", errors="coerce")
    return right & column.str.fullmatch("[0-9]{17}[0-9X]") & (born <= pd.Timestamp.now())


def is_credit_code(column):
    values = CODE_VALUES[signs(column)]
    right = (values[:, :17] @ CODE_WEIGHTS + values[:, 17]) % 31 == 0
    return right & (values < 31).all(axis=1) & (column.str.len() == 18)


def is_date(column):
    import pandas as pd

    return pd.to_datetime(column, format="%Y-%m-%d", errors="coerce").notna()


def made(name, test):
    """An expectation of one's own, as its documentation makes them."""
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import ColumnMapExpectation
    from great_expectations.expectations.metrics.map_metric_provider import (
        ColumnMapMetricProvider,
        column_condition_partial,
    )

    def tested(cls, column, **_):
        return test(column)

    metric = f"column_values.{name}"
    partial = column_condition_partial(engine=PandasExecutionEngine)(tested)
    type(f"Metric{name}", (ColumnMapMetricProvider,), {"condition_metric_name": metric, "_pandas": partial})
    camel = "".join(part.title() for part in name.split("_"))
    return type(f"Expect{camel}", (ColumnMapExpectation,), {"map_metric": metric, "__module__": __name__})


def main(file: str) -> None:
    begun = time.perf_counter()
    import great_expectations as gx
    import pandas as pd
    from great_expectations import expectations as gxe

    identity, code, dated = made("identity", is_identity), made("credit_code", is_credit_code), made("dated", is_date)
    frame = pd.read_parquet(file)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas("bench")
        .add_dataframe_asset("persons")
        .add_batch_definition_whole_dataframe("all")
    )
    suite = gx.ExpectationSuite(
        name="ten",
        expectations=[
            gxe.ExpectColumnValuesToNotBeNull(column="name", meta={"rule": "name"}),
            identity(column="id", meta={"rule": "id"}),
            code(column="employer", meta={"rule": "employer"}),
            gxe.ExpectColumnValuesToBeInSet(column="sex", value_set=["0", "1", "2", "9"], meta={"rule": "sex"}),
            gxe.ExpectColumnValuesToMatchRegex(column="phone", regex=r"^1[3-9][0-9]{9}$", meta={"rule": "phone"}),
            gxe.ExpectColumnValuesToBeBetween(
                column="amount", min_value=0, max_value=5_000_000, meta={"rule": "amount"}
            ),
            gxe.ExpectColumnValueLengthsToBeBetween(
                column="address", min_value=4, max_value=60, meta={"rule": "address"}
            ),
            dated(column="born", meta={"rule": "born"}),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="until", column_B="since", or_equal=True, meta={"rule": "dates"}
            ),
            gxe.ExpectColumnValuesToBeUnique(column="id", meta={"rule": "unique"}),
        ],
    )
    result = batch.get_batch({"dataframe": frame}).validate(suite, result_format="COMPLETE")
    seconds = time.perf_counter() - begun
    failed = {}
    for one in result.results:
        rule, told = one.expectation_config.meta["rule"], one.result
        if "unexpected_index_list" not in told:
            raise SystemExit(f"{rule}: {one.exception_info}")
        assert len(told["unexpected_index_list"]) == told["unexpected_count"]
        failed[rule] = told["unexpected_count"]
    print(json.dumps({"seconds": seconds, "failed": failed}))


if __name__ == "__main__":
    main(sys.argv[1])
