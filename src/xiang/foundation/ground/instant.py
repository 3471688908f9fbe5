"""The one clock that all code asks.

Instants are UTC; legal dates are dates in Asia/Shanghai. A demonstration may move the clock forward: the offset is a
small file in the data folder, so that every process (web, worker, gateway) sees the same time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("xiang_frozen_instant", default=None)
_offset_seen: tuple[float, timedelta] = (0.0, timedelta())


def _offset_file() -> str | None:  # not a Path: a page asks for the time a hundred times
    folder = os.environ.get("XIANG_DATA")
    return f"{folder}/clock-offset" if folder else None


def offset() -> timedelta:
    """How far the demonstration clock runs ahead of the machine's."""
    global _offset_seen
    file = _offset_file()
    try:
        changed = os.stat(file).st_mtime if file else 0.0  # noqa: PTH116
    except FileNotFoundError:
        return timedelta()
    if file and changed != _offset_seen[0]:
        _offset_seen = (changed, timedelta(seconds=float(Path(file).read_text())))
    return _offset_seen[1] if file else timedelta()


def advance(by: timedelta) -> datetime:
    """Move the demonstration clock forward, for every process on this data folder; never back."""
    file = _offset_file()
    if file is None:
        raise RuntimeError("XIANG_DATA is not set: there is no data folder to keep the clock's offset in")
    if by < timedelta():
        raise ValueError("the clock is never moved back")
    total = (offset() + by).total_seconds()
    partial = Path(f"{file}.new")
    partial.write_text(str(total))
    partial.replace(file)
    return now()


def now() -> datetime:
    """The present instant, in UTC."""
    frozen = _frozen.get()
    return frozen if frozen is not None else datetime.now(UTC) + offset()


def today() -> date:
    """The present legal date, in Asia/Shanghai."""
    return legal_date(now())


def legal_date(instant: datetime) -> date:
    """The date on which an instant falls in law: its date in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The instant at which a legal date begins."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


@contextmanager
def frozen_at(instant: datetime | date) -> Iterator[None]:
    """Hold the clock still inside the block; a date means nine in the morning, Shanghai time. For tests."""
    if not isinstance(instant, datetime):
        instant = datetime.combine(instant, time(9), SHANGHAI)
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
