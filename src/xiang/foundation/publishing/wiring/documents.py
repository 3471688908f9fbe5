"""``documents.yaml``: which documents steps issue, in which words, and how somebody may object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xiang.foundation.documents import operations, queries, texts
from xiang.foundation.publishing.profile import Context, Order, Problem, Row, Section

TEXT = {"type": "string", "minLength": 1}
_NAME = re.compile(r"[a-z][a-z_0-9]*")
_IN_NUMBER = {"body", "unit", "year", "serial"}


def _check(row: Row, context: Context) -> Iterator[Problem]:
    places = {"numbering": row.data["numbering"], "basis": row.data.get("basis", "")}
    places |= {f"paragraphs.{place}": text for place, text in enumerate(row.data["paragraphs"])}
    for at, text in (places | {"remedy": row.data.get("remedy", "")}).items():
        yield from _braces(row, at, text)
    if not {"year", "serial"} <= set(_named(row.data["numbering"])):
        yield row.problem("number_not_unique", "文号里要有 {year} 和 {serial}，否则会重号。", at="numbering")
    if row.key in texts.ADVERSE and not row.data.get("remedy"):
        detail = "不利的决定要写明复议和诉讼的途径和期限（remedy）。"
        yield row.problem("remedy_missing", detail)


def _braces(row: Row, at: str, text: str) -> Iterator[Problem]:
    try:
        named = texts.placeholders(text)
    except ValueError:
        yield row.problem("braces_unmatched", "花括号不成对，占位要写成 {number} 这样。", at=at)
        return
    for name in named:
        if not _NAME.fullmatch(name):
            yield row.problem("placeholder_form", f"占位“{{{name}}}”不对：只能是小写字母、数字和下划线。", at=at)
        elif at == "numbering" and name not in _IN_NUMBER:
            yield row.problem("placeholder_unknown", f"文号里不能用“{{{name}}}”。", at=at)


def _named(text: str) -> list[str]:
    try:
        return texts.placeholders(text)
    except ValueError:
        return []


def _put(row: Row, context: Context) -> None:
    said = row.data
    operations.put_template(
        row.key, said["title"], said["numbering"], said["paragraphs"], said.get("basis", ""), said.get("remedy", "")
    )


def _retire(key: str, context: Context) -> None:
    operations.retire_template(key)


def _now(key: str) -> Mapping[str, Any] | None:
    return queries.template_content(key)


DOCUMENTS = Section(
    kind="documents",
    title="文书",
    order=Order.DOCUMENTS,
    files="documents.yaml",
    schema={
        "type": "object",
        "required": ["key", "title", "numbering", "paragraphs"],
        "additionalProperties": False,
        "properties": {
            "key": {"type": "string", "pattern": r"^[a-z][a-z_0-9]*$", "maxLength": 48},
            "title": {**TEXT, "maxLength": 80},
            "numbering": {**TEXT, "maxLength": 80},
            "paragraphs": {"type": "array", "minItems": 1, "items": TEXT},
            "basis": {"type": "string", "maxLength": 300},
            "remedy": TEXT,
        },
    },
    validate=_check,
    apply=_put,
    retire=_retire,
    current=_now,
    keys=queries.template_kinds,
)
