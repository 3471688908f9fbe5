"""Where a table is: a file, or a table of a database, written as one line.

``data/persons.csv`` · ``a.parquet`` · ``book.xlsx#Sheet1`` · ``postgres://user@host/db#schema.table`` ·
``mysql://user@host/db#table`` · ``sqlite:///folder/file.db#table``
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from xiang.foundation.ground.errors import Refused

Form = Literal["csv", "parquet", "excel", "postgres", "mysql", "sqlite"]
_SCHEMES: dict[str, Form] = {
    "postgres": "postgres", "postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite",
}  # fmt: skip
_SUFFIXES: dict[str, Form] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet", ".xlsx": "excel", ".xlsm": "excel",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """``place`` is the file, or the address of the database with what is needed to sign in: never print it. ``part`` is
    the table or the sheet. ``title`` may be shown."""

    form: Form
    place: str
    part: str
    title: str


def parse(text: str, folder: Path | None = None) -> Address:
    """Read an address; a relative file lies in ``folder``. ``Refused`` (``address_…``) says how to write it."""
    scheme = text.partition("://")[0] if "://" in text else ""
    if scheme:
        return _database(text, scheme)
    place, _, part = text.partition("#")
    file = (folder or Path()) / place
    form = _SUFFIXES.get(file.suffix.lower())
    if form is None:
        raise Refused(
            "address_form", f"不认识 {file.name} 的格式：可以用 CSV、Parquet、Excel（.xlsx）或者数据库里的表。"
        )
    if not file.is_file():
        raise Refused("address_absent", f"找不到文件 {file.name}，请核对路径。")
    return Address(form, str(file), part, file.name + (f"#{part}" if part else ""))


def _database(text: str, scheme: str) -> Address:
    form = _SCHEMES.get(scheme.lower())
    if form is None:
        raise Refused("address_scheme", f"不认识 {scheme}://：可以用 postgres、mysql、sqlite。")
    place, _, table = text.partition("#")
    if not table:
        raise Refused("address_table", "地址末尾要用 # 写明哪张表，例如 postgres://host/db#public.person。")
    if form == "sqlite":
        file = place.partition(":///")[2]
        if not Path(file).is_file():
            raise Refused("address_absent", f"找不到文件 {Path(file).name}，请核对路径。")
        return Address(form, file, table, f"{Path(file).name}#{table}")
    try:
        parts = urlsplit(place)
        host = parts.hostname or "localhost"
    except ValueError as wrong:
        raise Refused("address_form", "数据库地址写法有误，例如 postgres://用户@主机:端口/库#表。") from wrong
    return Address(form, place, table, f"{host}/{parts.path.lstrip('/')}#{table}")
