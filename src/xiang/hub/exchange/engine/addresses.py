"""Where an end is: ``sqlite:name``, ``env:VARIABLE``, ``file:name``, ``zone:domain/key``, a database's or an interface's.

What people write down holds no secret: a database with a password stands in an environment variable. SQLite databases and
files lie in the folder ``sources`` of the data folder, as they do for the rooms that scan and check them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from xiang.hub.exchange.engine.ends import Source, Target
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Column

_POSTGRES, _MARIADB = ("postgres", "postgresql"), ("mysql", "mariadb")


def end_of(address: str, table: str, data: Path, key: Sequence[str] = (), columns: Sequence[Column] = ()) -> Source:
    """The end at an address; raises ``Stopped`` with a code when there is none. Heavy drivers load when first used."""
    if address.startswith("env:"):
        named = os.environ.get(address[4:], "")
        if not named:
            raise Stopped("not_configured", f"环境变量 {address[4:]} 没有设置连接地址，请系统管理员设置。")
        return end_of(named, table, data, key, columns)
    scheme = urlsplit(address).scheme
    rest = address.partition(":")[2]
    if scheme in _POSTGRES:
        from xiang.hub.exchange.engine.postgres import PostgresTable

        return PostgresTable(address, table)
    if scheme in _MARIADB:
        from xiang.hub.exchange.engine.mariadb import MariaTable

        return MariaTable(address, table)
    if scheme in ("http", "https"):
        from xiang.hub.exchange.engine.http import HttpRows

        return HttpRows(address, table, key)
    if scheme == "sqlite":
        from xiang.hub.exchange.engine.sqlite import SqliteTable

        return SqliteTable(_inside(data / "sources", rest if os.sep in rest else f"{rest}.sqlite3"), table)
    if scheme == "zone":
        from xiang.hub.exchange.engine.zone import ZoneTable

        return ZoneTable(_inside(data / "zone", rest), key)
    if scheme == "file":
        return _file(_inside(data / "sources", rest), key, columns)
    raise Stopped("no_connector", "这种地址还不能交换。可用：PostgreSQL、MariaDB、SQLite、接口、文件、集中管理区。")


def target_of(address: str, table: str, data: Path, key: Sequence[str] = (), columns: Sequence[Column] = ()) -> Target:
    """The same, for writing."""
    found = end_of(address, table, data, key, columns)
    if not hasattr(found, "begin"):
        raise Stopped("not_writable", "接口、Excel 和 Parquet 文件只能作来源，请改用 CSV 或者数据库作目标。")
    return found  # type: ignore[return-value]


def carries_secret(address: str) -> bool:
    """Whether an address holds a password, which nobody writes down here."""
    place = urlsplit(address)
    return place.scheme in (*_POSTGRES, *_MARIADB, "http", "https")


def _file(file: Path, key: Sequence[str], columns: Sequence[Column]) -> Source:
    from xiang.hub.exchange.engine import files

    kind = file.suffix.lower()
    if kind == ".xlsx":
        return files.SheetFile(file, columns, key)
    if kind == ".parquet":
        return files.ParquetFile(file, key)
    if kind in (".csv", ".txt"):
        return files.CsvFile(file, columns, key)
    raise Stopped("no_connector", "只能交换 CSV、Excel（xlsx）和 Parquet 文件。")


def _inside(folder: Path, name: str) -> Path:
    """A path below ``folder``, or an absolute one that an administrator put into the environment."""
    if Path(name).is_absolute():
        return Path(name)
    found = (folder / name).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise Stopped("outside", "文件名不能指到文件夹外面。")
    return found
