"""Connections as the pages show them: states in words, the form's fields. An address is in none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xiang.foundation.pages.components import FieldView, Kind, Option
from xiang.foundation.parties.models import Body
from xiang.hub.sources.found import REASONS
from xiang.hub.sources.models import Connection
from xiang.hub.sources.operations import WORKS, Tried
from xiang.hub.sources.places import TLS

_FIELDS = ("engine", "host", "port", "database", "user", "tls", "purpose")


@dataclass(frozen=True, slots=True)
class Row:
    """A connection in the list: ``kind`` and ``state`` say what the last check found, ``advice`` what to do."""

    connection: Connection
    body: str
    kind: Kind
    state: str
    advice: str


def words(code: str) -> str:
    """What a reason means and what to do."""
    return REASONS.get(code, "没有连上，请过一会儿再试。")


def rows(found: Sequence[Connection]) -> list[Row]:
    names = {
        key: short or name
        for key, short, name in Body.objects.filter(key__in={one.body_key for one in found}).values_list(
            "key", "short", "name"
        )
    }
    return [_row(one, names.get(one.body_key, one.body_key)) for one in found]


def row(one: Connection) -> Row:
    return rows([one])[0]


def _row(one: Connection, body: str) -> Row:
    if not one.checked_code:
        return Row(one, body, "wait", "还没有检查", "")
    if one.checked_code == WORKS:
        return Row(one, body, "done", "连得上", "")
    return Row(one, body, "late", "连不上", words(one.checked_code))


def tried(one: Tried) -> tuple[Kind, str, str]:
    """A try in a note: kind, title, words."""
    if one.code == WORKS:
        return "done", "连得上", f"看到 {one.tables} 张表，用了 {one.milliseconds} 毫秒。还没有存，存好以后机关才能用。"
    return "late", "没有连上", words(one.code)


def known(one: Connection | None) -> dict[str, str]:
    return {name: str(getattr(one, name)) for name in _FIELDS} if one else {}


def fields(said: Mapping[str, str], wrong: Mapping[str, str], one: Connection | None) -> list[FieldView]:
    def field(name: str, label: str, hint: str = "", required: bool = True, control: str = "text") -> FieldView:
        options = _CHOICES.get(name, ())
        shown = tuple(Option(value, told, said.get(name, "") == value) for value, told in options)
        return FieldView(
            name, label, control, said.get(name, ""), hint, wrong.get(name, ""), required, options=shown,
            autocomplete="new-password" if control == "password" else "off",
        )  # fmt: skip

    secret = "不改就空着；地址、库名、账号变了要再填一遍" if one else "请部门开一个只能查询的账号；存好以后谁也看不到"
    new = [
        field("body_key", "给哪个机关用", "机关的标识，例如 430000.police"),
        field("name", "名称", "小写字母、数字和下划线，例如 persons；机关登记系统时写 kept:机关标识__名称"),
    ]
    return [
        *([] if one else new),
        field("engine", "数据库种类", control="select"),
        field("host", "主机", "主机名或 IP 地址，不带端口"),
        field("port", "端口", "不填：PostgreSQL 5432，MariaDB 3306", required=False, control="number"),
        field("database", "库名"),
        field("user", "账号", "只读账号"),
        field("secret", "口令", secret, required=one is None, control="password"),
        field("tls", "传输加密", "MariaDB 目前只能选不加密", control="choice"),
        field("purpose", "用途", "给谁、作什么用，例如“人口系统扫描和挂接”"),
    ]


_CHOICES: Mapping[str, Sequence[tuple[str, str]]] = {
    "engine": [(str(value), str(label)) for value, label in Connection.Engine.choices],
    "tls": list(TLS.items()),
}
