"""``notices.yaml``: how every kind of notice reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xiang.foundation.notices import operations, queries
from xiang.foundation.notices.models import Category, Channel, NoticeTemplate
from xiang.foundation.publishing.profile import Context, Order, Problem, Row, Section

# One message of the network holds seventy characters; a longer one arrives in pieces and is paid as several.
SMS_LENGTH = 70


def _check(row: Row, context: Context) -> Iterator[Problem]:
    for error in operations.template_errors(row.data["key"], **_values(row.data)):
        yield row.problem(error.code, error.detail, at=error.pointer.strip("/"))
    if len(row.data.get("sms", "")) > SMS_LENGTH:
        yield row.problem("sms_long", f"短信超过 {SMS_LENGTH} 字，会拆成几条：写短些，细节留在正文。", at="sms")


def _put(row: Row, context: Context) -> None:
    operations.put_template(row.data["key"], important=row.data.get("important", False), **_values(row.data))


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "category": data["category"],
        "title": data["title"],
        "body": data.get("body", ""),
        "sms": data.get("sms", ""),
        "channels": data.get("channels", []),
    }


def _now(key: str) -> Mapping[str, Any] | None:
    template = queries.templates().filter(kind=key).first()
    return _content(template) if template else None


def _content(template: NoticeTemplate) -> dict[str, Any]:
    """As the file writes it: what is not said is not written."""
    content: dict[str, Any] = {"key": template.kind, "category": template.category, "title": template.title}
    if template.body:
        content["body"] = template.body
    if template.sms:
        content["sms"] = template.sms
    content["channels"] = list(template.channels)
    if template.important:
        content["important"] = True
    return content


def _drop(key: str, context: Context) -> None:
    operations.drop_template(key)


def _kinds() -> list[str]:
    return list(queries.templates().values_list("kind", flat=True))


NOTICES = Section(
    kind="notices",
    title="通知",
    order=Order.NOTICES,
    files="notices.yaml",
    schema={
        "type": "object",
        "required": ["key", "category", "title", "channels"],
        "additionalProperties": False,
        "properties": {
            "key": {"type": "string", "pattern": r"^[a-z_]+(\.[a-z_]+)+$"},
            "category": {"enum": list(Category.values)},
            "title": {"type": "string", "minLength": 1, "maxLength": 120},
            "body": {"type": "string"},
            "sms": {"type": "string"},
            "channels": {"type": "array", "items": {"enum": list(Channel.values)}},
            "important": {"type": "boolean"},
        },
    },
    validate=_check,
    apply=_put,
    current=_now,
    retire=_drop,
    keys=_kinds,
)
