"""What is found at an address, and why nothing could be found there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST_TABLES = 5000


class Unreachable(Exception):
    """The system cannot be looked into. ``reason`` is a code without personal data; the words are in ``REASONS``.
    ``detail`` says it of this very source where more is known, without any value of a row."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail or REASONS.get(reason, "")


REASONS = {
    "not_configured": "没有配置地址：请总枢纽登记或者恢复这个连接；写 env: 的，请运维在服务器上设好环境变量。",
    "no_engine": "还不会读这种系统：目前会读 PostgreSQL、MariaDB、SQLite、CSV、Excel、Parquet 和 HTTP 接口。",
    "no_file": "找不到文件：请检查文件名和 sources 目录。",
    "unreachable": "连不上：请检查网络、地址和对方系统是否开着。",
    "denied": "对方不让进：请检查账号、口令和只读权限。",
    "too_slow": "超过时限还没有读完：请换个空闲的时候再扫描。",
    "unreadable": "读不懂：文件写了一半，或者格式、编码不对。",
    "no_table": "没有这张表：请核对库名、模式名、表名或者工作表名。",
    "empty": "是空的，或者第一行不是列名：请补上列名。",
    "header": "列名不能用：每一列都要有名称，并且各不相同。",
    "changing": "在读的时候还在变：请等它写完再读。",
    "too_large": "一次答得太多：请让接口分页，每页附上下一页的地址 next。",
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


@contextmanager
def reading(*failures: type[Exception]) -> Iterator[None]:
    """What the libraries raise at a file that is not what its name says becomes ``unreadable``."""
    try:
        yield
    except Exception as wrong:
        if isinstance(wrong, (UnicodeError, EOFError, *failures)):
            raise Unreachable("unreadable") from wrong
        raise
