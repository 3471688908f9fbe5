"""dlt at its best: one table read in Arrow batches and loaded as CSV. Run by a Python that has dlt; prints seconds."""

from __future__ import annotations

import os
import sys
import tempfile
import time

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION", "true")
os.environ["DATA_WRITER__DISABLE_COMPRESSION"] = "true"

import dlt
from dlt.sources.sql_database import sql_table

#: dlt's own choice for its target; SQLAlchemy must be told to use the same for the source.
DRIVERS = ("+psycopg2", "")


def _with_password(url: str) -> str:
    """dlt insists on a password, even where the server asks for none."""
    head, _, rest = url.partition("@")
    return url if head.count(":") > 1 else f"{head}:none@{rest}"


def main() -> None:
    source, target = (
        url.replace("postgres://", f"postgresql{driver}://")
        for url, driver in zip(map(_with_password, sys.argv[1:3]), DRIVERS, strict=True)
    )
    table = sql_table(credentials=source, table="person", backend="pyarrow", chunk_size=200_000)
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench", pipelines_dir=folder, destination=dlt.destinations.postgres(target), dataset_name="by_dlt"
        )
        begun = time.perf_counter()
        pipeline.run(table, write_disposition="replace", loader_file_format="csv")
        sys.stdout.write(f"{time.perf_counter() - begun}\n")


if __name__ == "__main__":
    main()
