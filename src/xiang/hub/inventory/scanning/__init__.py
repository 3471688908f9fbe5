"""Looking into a real system, read-only and within a deadline: which tables and columns it has.

One module an engine, imported when a system of its kind is scanned. ``scan(address, until)`` answers the tables found;
:class:`Unreachable` says with a code why not. Nothing of the rows themselves is kept.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

_ENGINES = {
    "sqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mariadb",
    "mariadb": "mariadb",
    "http": "http",
    "https": "http",
}
_FILES = {".csv": "csvfile", ".tsv": "csvfile", ".txt": "csvfile", ".xlsx": "excel", ".parquet": "parquet"}
_SQLITE = {".sqlite3", ".sqlite", ".db"}


class Unreachable(Exception):
    """The system cannot be looked into. ``reason`` is a code without personal data; the words are in ``REASONS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


REASONS = {
    "not_configured": "没有配置地址：请在服务器上设好这个系统的环境变量。",
    "no_engine": "还不会读这种系统：目前会读 PostgreSQL、MariaDB、SQLite、CSV、Excel、Parquet 和 HTTP 接口。",
    "no_file": "找不到文件：请检查文件名和 sources 目录。",
    "unreachable": "连不上：请检查网络、地址和对方系统是否开着。",
    "denied": "对方不让进：请检查账号、口令和只读权限。",
    "too_slow": "超过时限还没有读完：请换个空闲的时候再扫描。",
    "unreadable": "读不懂：文件写了一半，或者格式、编码不对。",
    "too_many": "库表太多：一次最多读 5000 张，请分成几个系统登记。",
}


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A column. ``type`` is the letter of the 2017 guide; ``length`` in characters or digits, ``None`` when open."""

    name: str
    type: str
    native: str
    length: int | None = None
    nullable: bool = True
    primary: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class TableFound:
    """A table, sheet or file with its columns in order. ``rows`` may be the engine's own estimate."""

    name: str
    columns: tuple[ColumnFound, ...]
    schema: str = ""
    comment: str = ""
    rows: int | None = None


MOST_TABLES = 5000


def look_into(connection: str, until: float) -> list[TableFound]:
    """The tables behind a system's connection, before the monotonic instant ``until``; raises :class:`Unreachable`."""
    address = address_of(connection)
    module = importlib.import_module(f"{__name__}.{engine_of(address)}")
    found: list[TableFound] = module.scan(address, until)
    if len(found) > MOST_TABLES:
        raise Unreachable("too_many")
    return found


def address_of(connection: str) -> str:
    """The address with its credentials: an environment variable's value, or a file of the sources folder."""
    scheme, _, rest = connection.partition(":")
    if scheme == "env":
        address = os.environ.get(rest, "")
        if not address:
            raise Unreachable("not_configured")
        return address
    if scheme == "sqlite":
        return f"sqlite:{_source(f'{rest}.sqlite3')}"
    if scheme == "file":
        return str(_source(rest))
    return connection


def _source(name: str) -> Path:
    """A file of the sources folder; a profile or a form never names one outside it."""
    folder = (settings.DATA / "sources").resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise Unreachable("no_file")
    return path


def engine_of(address: str) -> str:
    """Which module reads this address; raises ``Unreachable('no_engine')``."""
    scheme, colon, _ = address.partition(":")
    if colon and scheme in _ENGINES:
        return _ENGINES[scheme]
    suffix = Path(address).suffix.lower()
    if suffix in _SQLITE:
        return "sqlite"
    if suffix not in _FILES:
        raise Unreachable("no_engine")
    return _FILES[suffix]


def existing(address: str) -> Path:
    """The file of an address; raises ``Unreachable('no_file')``."""
    path = Path(address.removeprefix("sqlite:"))
    if not path.is_file():
        raise Unreachable("no_file")
    return path


@contextmanager
def reading(*failures: type[Exception]) -> Iterator[None]:
    """What the libraries raise at a file that is not what its name says becomes ``unreadable``."""
    try:
        yield
    except Exception as wrong:
        if isinstance(wrong, (UnicodeError, EOFError, *failures)):
            raise Unreachable("unreadable") from wrong
        raise
