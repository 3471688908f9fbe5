"""Identity numbers (GB 11643-1999, of 18 and of 15 digits) and unified social credit codes (GB 32100-2015), many at once.

Each answers a code a value, 0 for one that holds: ``IDENTITY`` and ``CREDIT_CODE`` say what the others mean. The codes
are those of ``parties.identity``, which reads one number; here a column is a matrix of bytes. The same sum written in
SQL, sign by sign, takes about eight times as long (``bench.quality`` tells).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from xiang.foundation.parties.identity import ID_CHECKS, ID_WEIGHTS, USCC_ALPHABET, USCC_WEIGHTS

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

IDENTITY = ("", "id_length", "id_character", "id_date", "id_date_future", "id_check")
CREDIT_CODE = ("", "uscc_length", "uscc_character", "uscc_check")
WIDTH = 18
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def identity(column: pa.Array, today: date, *, fifteen: bool = True) -> pa.Array:
    """公民身份号码: the place in ``IDENTITY`` for each value (uint8). A small x is taken; ``fifteen`` takes old numbers."""
    import numpy as np

    starts, lengths, data = _bytes(column)
    found = np.ones(len(starts), dtype=np.uint8)
    long = np.flatnonzero(lengths == WIDTH)
    found[long] = _identity18(_matrix(data, starts, long, WIDTH), today)
    if fifteen and len(short := np.flatnonzero(lengths == 15)):
        found[short] = _identity15(_matrix(data, starts, short, 15), today)
    return _answer(found)


def credit_code(column: pa.Array) -> pa.Array:
    """统一社会信用代码: the place in ``CREDIT_CODE`` for each value (uint8). Letters are capitals."""
    import numpy as np

    starts, lengths, data = _bytes(column)
    found = np.ones(len(starts), dtype=np.uint8)
    right = np.flatnonzero(lengths == WIDTH)
    values = _code_values()[_matrix(data, starts, right, WIDTH)]
    sums = values[:, :17] @ np.array(USCC_WEIGHTS, dtype=np.int32)
    wrong = np.where((sums + values[:, 17]) % 31 != 0, 3, 0)
    found[right] = np.where((values >= 31).any(axis=1), 2, wrong)
    return _answer(found)


def _identity18(signs: NDArray[Any], today: date) -> NDArray[Any]:
    import numpy as np

    digits = signs[:, :17] - np.uint8(48)  # what lies below “0” wraps round to more than 9
    last = signs[:, 17] & np.uint8(0xDF) if len(signs) else signs[:, 17]
    check = np.where(last == ord("X"), 10, (signs[:, 17] - np.uint8(48)).astype(np.int32))
    sums = digits.astype(np.int32) @ np.array(ID_WEIGHTS, dtype=np.int32)
    expected = np.array([10 if sign == "X" else int(sign) for sign in ID_CHECKS], dtype=np.int32)[sums % 11]
    dated = _born(digits[:, 6:14].astype(np.int32), today)
    found = np.where(dated > 0, dated, np.where(expected != check, 5, 0))
    outside = (digits > 9).any(axis=1) | (check > 10) | ((check == 10) & (last != ord("X")))
    return np.where(outside, 2, found)


def _identity15(signs: NDArray[Any], today: date) -> NDArray[Any]:
    import numpy as np

    digits = signs - np.uint8(48)
    century = np.tile(np.array([1, 9], dtype=np.int32), (len(signs), 1))
    dated = _born(np.hstack([century, digits[:, 6:12].astype(np.int32)]), today)
    return np.where((digits > 9).any(axis=1), 2, dated)


def _born(digits: NDArray[Any], today: date) -> NDArray[Any]:
    """3 for eight digits that are no date, 4 for one that has not come yet, 0 otherwise."""
    import numpy as np

    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = digits[:, 4] * 10 + digits[:, 5], digits[:, 6] * 10 + digits[:, 7]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = np.array(_DAYS)[np.clip(month, 0, 12)] + (leap & (month == 2))
    is_date = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= days)
    future = year * 10000 + month * 100 + day > today.year * 10000 + today.month * 100 + today.day
    return np.where(~is_date, 3, np.where(future, 4, 0))


def _code_values() -> NDArray[Any]:
    """The value of each byte in a credit code; 31 for what cannot occur."""
    import numpy as np

    table = np.full(256, 31, dtype=np.int32)
    table[np.frombuffer(USCC_ALPHABET.encode(), dtype=np.uint8)] = np.arange(31)
    return table


def _answer(found: NDArray[Any]) -> pa.Array:
    """As Arrow. ``pa.array`` would do, and import pandas to ask whether this is one of its: a second and 60 MB."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.uint8(), len(found), [None, pa.py_buffer(found)])


def _bytes(column: pa.Array) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Where each value starts, how many bytes it has, and the bytes."""
    import numpy as np
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    wide = column.type in (pa.large_string(), pa.large_binary())
    column = column if wide or column.type == pa.string() else column.cast(pa.string())
    _, places, data = column.buffers()
    offsets = np.frombuffer(places, dtype=np.int64 if wide else np.int32)[column.offset :][: len(column) + 1]
    return offsets[:-1], np.diff(offsets), np.frombuffer(data if data is not None else b"", dtype=np.uint8)


def _matrix(data: NDArray[Any], starts: NDArray[Any], rows: Any, width: int) -> NDArray[Any]:
    """The bytes of those rows, one row a line; without a copy when they lie side by side."""
    import numpy as np

    if len(rows) == 0:
        return np.zeros((0, width), dtype=np.uint8)
    first, last = int(starts[rows[0]]), int(starts[rows[-1]])
    if last - first == (len(rows) - 1) * width and len(rows) == len(starts):
        return data[first : last + width].reshape(-1, width)
    matrix: NDArray[Any] = data[starts[rows][:, None] + np.arange(width)]
    return matrix
