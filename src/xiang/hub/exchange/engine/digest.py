"""The digest of a set of rows, however they lie or arrive: SM3 digests summed modulo 2**256, and the number of rows.

Rows are put in the order of their key and cut into pages, of ``BATCH`` rows or of a chunk when that is smaller; each page's
digest is SM3(salt ‖ its tuples). A tuple tells its own length, so that no two pages read alike. Where the two ends could sort
a key differently (texts, SQLite, files) a page is one row. A page costs little more than its bytes, a row by itself three times as
much. A thread of its own for the sums costs more than it brings: the processors are busy with what both databases do.

What it proves: equal digests of equal counts mean equal rows, down to the last bit. A sum finds what the exclusive or of
digests would not: a row that is there twice counts twice and does not cancel out. A sum of unkeyed digests could be forged
by whoever chooses many rows (Wagner's generalised birthday: 2**256 falls to about 2**32 steps with 2**16 lists). Hence the
salt, one block of 64 random bytes made for the run: neither end learns it before the receipt, when both have committed.
It is a keyed multiset hash (Clarke et al. 2003, MSet-Add-Hash); it is no signature, which is the receipt's part.

Sums of parts add up: a run that goes on after a kill only adds to what it had.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xiang.hub.exchange.engine.wire import BATCH, Batch, Row, Schema

MODULUS = 1 << 256
BLOCK = 64
_SIZE = 32
#: Kinds of key that every engine that keeps order sorts alike: numbers and days, no texts.
_SORTED_ALIKE = {"int2", "int4", "int8", "date"}
_MANY = 64


def page_of(wire: Schema, chunk: int, *, sorted_alike: bool) -> int:
    """How many rows a page has. ``sorted_alike``: both ends answer rows in the order of a key that is really one."""
    kinds = {column.kind for column in wire.columns if column.name in wire.key}
    return min(BATCH, chunk) if sorted_alike and kinds and kinds <= _SORTED_ALIKE else 1


@dataclass
class Tally:
    """Rows counted and summed. ``last`` is the last row seen; ``total`` takes in the page that is still open."""

    salt: bytes
    rows: int = 0
    closed: int = 0
    page: int = 1
    last: Row = b""
    _open: list[Row] = field(default_factory=list)

    def add(self, rows: Batch) -> None:
        """Count some rows in; with pages, in the order of the key."""
        if not rows:
            return
        self.rows += len(rows)
        self.last = rows[-1]
        if self.page == 1:
            self._close(rows)
        elif len(rows) == self.page and not self._open:
            self._close([rows.joined])
        else:
            held = [*self._open, *rows]
            whole = len(held) - len(held) % self.page
            self._close([b"".join(held[start : start + self.page]) for start in range(0, whole, self.page)])
            self._open = held[whole:]

    def taken(self, batches: Iterable[Batch]) -> Tally:
        """This, with everything in ``batches`` counted in."""
        for batch in batches:
            self.add(batch)
        return self

    def _close(self, pages: Sequence[Row]) -> None:
        self.closed = (self.closed + self._sum(pages)) % MODULUS

    def _sum(self, pages: Sequence[Row]) -> int:
        # A copy of a digest that has taken the salt in already costs half of making one.
        copy, digests = hashlib.new("sm3", self.salt).copy, []
        for page in pages:
            one = copy()
            one.update(page)
            digests.append(one.digest())
        return summed(digests)

    @property
    def total(self) -> int:
        rest = self._sum([b"".join(self._open)]) if self._open else 0
        return (self.closed + rest) % MODULUS

    @property
    def hex(self) -> str:
        return f"{self.total:064x}"

    def agrees(self, other: Tally) -> bool:
        return (self.rows, self.total) == (other.rows, other.total)


def summed(digests: Sequence[bytes]) -> int:
    """The sum of digests as big-endian numbers; of many by columns of 16 bits, a fifth of adding them one by one."""
    try:
        import numpy
    except ImportError:  # the optional dependencies for large data are not installed
        numpy = None  # type: ignore[assignment]
    if numpy is None or len(digests) < _MANY:
        return sum(int.from_bytes(one, "big") for one in digests)
    words = numpy.frombuffer(b"".join(digests), dtype=">u2").reshape(-1, _SIZE // 2)
    total = 0
    for column in words.sum(axis=0, dtype=numpy.uint64).tolist():
        total = (total << 16) + column
    return total
