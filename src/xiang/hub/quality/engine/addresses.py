"""Where a table is, written as one line, as the command and rules that refer to other tables take it.

``data/persons.csv`` · ``a.parquet`` · ``book.xlsx#Sheet1`` · ``postgres://user@host/db#schema.table`` ·
``mysql://user@host/db#table`` · ``sqlite:///folder/file.db#table`` · ``https://host/path``
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from xiang.foundation.ground.errors import Refused
from xiang.hub.sources.addresses import engine_of
from xiang.hub.sources.found import Unreachable

_NEEDS_TABLE = {"postgresql", "mariadb", "sqlite"}


@dataclass(frozen=True, slots=True)
class Address:
    """``place`` is an address of ``sources``, perhaps with what is needed to sign in: never print it; or, ``named``, a
    name there. ``part`` is the table or the sheet. ``title`` may be shown."""

    place: str
    part: str
    title: str
    named: bool = False


def parse(text: str, folder: Path | None = None) -> Address:
    """Read an address; a relative file lies in ``folder``. ``Refused`` (``address_…``) says how to write it."""
    place, _, part = text.partition("#")
    scheme, apart, rest = place.partition("://")
    if scheme == "sqlite" and apart:
        place = f"sqlite:{rest}"
    elif not apart:
        place = str((folder or Path()) / place)
    try:
        engine = engine_of(place)
    except Unreachable as wrong:
        shown = f"{scheme}://" if apart else Path(place).name
        raise Refused(
            "address_form",
            f"不认识 {shown}：可以用 CSV、Parquet、Excel（.xlsx）文件，PostgreSQL、MariaDB、SQLite 里的表，HTTP 接口。",
        ) from wrong
    if engine in _NEEDS_TABLE and not part:
        raise Refused("address_table", "地址末尾要用 # 写明哪张表，例如 postgres://host/db#public.person。")
    return Address(place, part, _title(place, part, remote=bool(apart) and scheme != "sqlite"))


def _title(place: str, part: str, *, remote: bool) -> str:
    named = f"#{part}" if part else ""
    if not remote:
        return Path(place.removeprefix("sqlite:")).name + named
    try:
        parts = urlsplit(place)
        host = parts.hostname or "localhost"
    except ValueError as wrong:
        raise Refused("address_form", "数据库地址写法有误，例如 postgres://用户@主机:端口/库#表。") from wrong
    return f"{host}/{parts.path.lstrip('/')}{named}"
