"""A Parquet file, row group by row group, with its types."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from pyarrow import parquet

from xiang.hub.sources.addresses import existing
from xiang.hub.sources.found import reading
from xiang.hub.sources.readers import batching
from xiang.hub.sources.reading import Asked, Told


def read(asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    file = existing(asked.address)
    with reading(pa.ArrowException, OSError), parquet.ParquetFile(file) as found:
        columns = asked.chosen(found.schema_arrow.names)
        if found.metadata.num_rows == 0:
            yield batching.empty(pa.schema([found.schema_arrow.field(name) for name in columns]))
        yield from found.iter_batches(batching.MOST, columns=columns)
