"""The same rules with Great Expectations on pandas, which has no checksum: its identity and credit codes are matched by
form alone, so it does less. ``python -m bench.peers.quality.expectations FILE`` with its packages on the path."""

from __future__ import annotations

import json
import sys
import time


def main(file: str) -> None:
    import great_expectations as gx
    import pandas as pd
    from great_expectations import expectations as gxe

    begun = time.perf_counter()
    frame = pd.read_parquet(file)
    context = gx.get_context(mode="ephemeral")
    batch = (
        context.data_sources.add_pandas("bench")
        .add_dataframe_asset("persons")
        .add_batch_definition_whole_dataframe("all")
    )
    suite = gx.ExpectationSuite(
        name="ten",
        expectations=[
            gxe.ExpectColumnValuesToNotBeNull(column="name"),
            gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^[0-9]{17}[0-9X]$"),
            gxe.ExpectColumnValuesToMatchRegex(column="employer", regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
            gxe.ExpectColumnValuesToBeInSet(column="sex", value_set=["0", "1", "2", "9"]),
            gxe.ExpectColumnValuesToMatchRegex(column="phone", regex=r"^1[3-9][0-9]{9}$"),
            gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, max_value=5_000_000),
            gxe.ExpectColumnValueLengthsToBeBetween(column="address", min_value=4, max_value=60),
            gxe.ExpectColumnValuesToMatchRegex(column="born", regex=r"^[0-9]{4}-[01][0-9]-[0-3][0-9]$"),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="until", column_B="since", or_equal=True),
            gxe.ExpectColumnValuesToBeUnique(column="id"),
        ],
    )
    kept = {"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]}
    result = batch.get_batch({"dataframe": frame}).validate(suite, result_format=kept)
    failed = [one.result.get("unexpected_count", 0) for one in result.results]
    print(json.dumps({"seconds": time.perf_counter() - begun, "failed": failed}))


if __name__ == "__main__":
    main(sys.argv[1])
