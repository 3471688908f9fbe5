"""Mounting a table as somebody fills in the form: which table, how a row is found, which data items it then has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory.models import CatalogueEntry, Column, Item, Resource
from xiang.hub.inventory.operations.registering import mount_new
from xiang.hub.inventory.rights import need_steward_of

#: By which number a row is found, in the words of the form; those of people make the resource one about persons.
SCHEMES = {
    "id_number": "公民身份号码",
    "uscc": "统一社会信用代码",
    "passport": "护照号码",
    "record": "别的编号（记录号、许可证号）",
}
OF_PEOPLE = frozenset({"id_number", "passport"})
_SUBJECTS = {"uscc": "company", "record": "record"}
#: The guide's letters as the types that a resource answers in; the rest is answered as text, so that nothing is rounded.
_TYPES = {"D": "date", "T": "datetime", "I": "integer", "L": "yesno"}


@transaction.atomic
def mount_table(entry_key: str, said: Mapping[str, Any], actor: Actor) -> Resource:
    """Mount a scanned table under an entry in force. ``said``: key, title, system, table, scheme, columns (those that hold
    the number), many. Its data items are the entry's that lie in this table. Raises :class:`Invalid` field by field."""
    entry = CatalogueEntry.objects.filter(key=entry_key, retired=False).first()
    if entry is None:
        raise Absent("mount_absent", "没有这个目录，或者已经撤销：先发布目录，再挂接。")
    need_steward_of(actor, entry.body_key)
    system, table = str(said.get("system", "")), str(said.get("table", ""))
    items = list(entry.item_rows.filter(system__key=system, table=table).exclude(column=""))
    scanned = Column.objects.filter(table__system__key=system, table__name=table, table__gone=False)
    columns = [str(one) for one in said.get("columns") or ()]
    wrong = list(_mistakes(said, items, set(scanned.values_list("name", flat=True)), columns))
    if wrong:
        raise Invalid(wrong)
    scheme = str(said["scheme"])
    values = {
        "title": str(said["title"]).strip(),
        "table": table,
        "personal": scheme in OF_PEOPLE,
        "lookup_spec": {
            "subject": _SUBJECTS.get(scheme, "person"), "scheme": scheme, "columns": columns, "many": bool(said.get("many")),
        },
        "field_specs": [_field(item) for item in items],
    }  # fmt: skip
    return mount_new(str(said.get("key", "")).strip(), entry_key, system, values, actor)


def _mistakes(
    said: Mapping[str, Any], items: Sequence[Item], scanned: set[str], columns: Sequence[str]
) -> Iterable[FieldError]:
    if not items:
        words = "目录里没有信息项对应到这张表：先在目录里写明系统、表、列，再挂接。"
        yield FieldError("/table", "table_unmapped", words)
    elif gone := sorted({item.column for item in items} - scanned):
        words = f"最近一次扫描里，这张表没有{'、'.join(gone)}：先重新扫描系统，或者改目录里对应的列。"
        yield FieldError("/table", "column_missing", words)
    if not 0 < len(str(said.get("title", "")).strip()) <= 120:
        yield FieldError("/title", "missing", "写明这份数据叫什么，不超过 120 个字。")
    if said.get("scheme") not in SCHEMES:
        yield FieldError("/scheme", "choice_unknown", "从列表里选按哪种号码查。")
    if not columns or not set(columns) <= scanned:
        yield FieldError("/columns", "columns_unknown", "选这种号码在哪一列，至少一列。")


def _field(item: Item) -> dict[str, Any]:
    return {
        "name": item.name, "title": item.title, "type": _TYPES.get(item.type, "text"), "column": item.column,
        "sensitive": item.sensitive, "codes": {},
    }  # fmt: skip
