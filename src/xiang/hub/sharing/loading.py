"""The hub's part of the profile: ``grants.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.hub.inventory import loading as inventory
from xiang.hub.sharing import operations
from xiang.hub.sharing.enforcement import EVERY
from xiang.hub.sharing.models import Grant

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "minItems": 1, "items": _TEXT}
_DAY = {"type": "string", "format": "date"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["requester", "items", "resource", "fields", "purpose", "basis", "valid_from"],
    "additionalProperties": False,
    "properties": {
        "key": _TEXT,
        "requester": _TEXT,
        "items": _TEXTS,
        "resource": _TEXT,
        "fields": _TEXTS,
        "purpose": _TEXT,
        "purpose_title": _TEXT,
        "basis": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["law", "confirmed"],
                "properties": {"law": _TEXT, "article": {"type": "string"}, "confirmed": {"type": "boolean"}},
            },
        },
        "valid_from": _DAY,
        "valid_to": _DAY,
    },
}


def check(row: Row, context: Context) -> Iterator[Problem]:
    """The resource and its fields are declared, the items exist, the period has a length."""
    said = row.data
    if not inventory.declared(said["resource"], ""):
        yield row.problem("resource_unknown", f"没有资源“{said['resource']}”：先写进 resources.yaml。", at="resource")
        return
    for place, name in enumerate(said["fields"]):
        if not inventory.declared(said["resource"], name):
            detail = f"资源“{said['resource']}”没有字段“{name}”。"
            yield row.problem("field_unknown", detail, at=f"fields.{place}")
    if any(context.of("items")):
        for place, item in enumerate(said["items"]):
            if item != EVERY and not context.has("items", item):
                yield row.problem("item_unknown", f"没有事项“{item}”。", at=f"items.{place}")
    if said.get("valid_to") and said["valid_to"] < said["valid_from"]:
        yield row.problem("period_reversed", "截止日期早于开始日期。", at="valid_to")
    if said["purpose"] == EVERY:
        yield row.problem("purpose_open", "用途要写明，不能写成不限。", at="purpose")


def together(rows: Sequence[Row], context: Context) -> Iterator[Problem]:
    """Every field that an item's form takes from the hub is granted for that item: nobody asks and is then refused."""
    granted: dict[str, set[str]] = {}
    for row in rows:
        if row.data["purpose"] != operations.SERVICE:
            continue  # another purpose fills in no form
        for item in row.data["items"]:
            granted.setdefault(item, set()).update(f"{row.data['resource']}.{name}" for name in row.data["fields"])
    for item in context.of("items"):
        form = context.row("forms", str(item.data.get("form", "")))
        if form is None:
            continue
        allowed = granted.get(item.key, set()) | granted.get(EVERY, set())
        for path, source in _hub_sources(form.data):
            if source not in allowed:
                detail = (
                    f"事项“{item.key}”的表单要用 hub:{source}，但没有授权：在 grants.yaml 里补上，或者去掉这个来源。"
                )
                yield form.problem("grant_missing", detail, at=path)


def _hub_sources(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for g, group in enumerate(form.get("groups", ())):
        for f, one in enumerate(group.get("fields", ())):
            source = one.get("source") or ""
            if isinstance(source, str) and source.startswith("hub:"):
                yield f"groups.{g}.fields.{f}.source", source[4:]


def apply(row: Row, context: Context) -> None:
    operations.put_grant(row.key, row.data["resource"], values_of(row.data), context.actor)


def values_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """A grant's columns from what the file says."""
    return {
        "requester": said["requester"],
        "fields": said["fields"],
        "purposes": [said["purpose"]],
        "title": said.get("purpose_title", ""),
        "basis": "；".join(_citation(one) for one in said["basis"]),
        "items": said["items"],
        "valid_from": date.fromisoformat(said["valid_from"]),
        "valid_to": date.fromisoformat(said["valid_to"]) if said.get("valid_to") else None,
    }


def _citation(basis: Mapping[str, Any]) -> str:
    return f"《{basis['law']}》{basis.get('article', '')}"


def retire(key: str, context: Context) -> None:
    """A grant that is no longer written is revoked."""
    if Grant.objects.filter(key=key, revoked_at=None).exists():
        operations.revoke_grant(key, "配置文件里已经没有这份授权", context.actor)


def register() -> None:
    """Make the section known; called at start."""
    profile.register(
        profile.Section(
            kind="grants",
            title="数据使用授权",
            order=profile.Order.GRANTS,
            files="grants.yaml",
            schema=SCHEMA,
            validate=check,
            together=together,
            apply=apply,
            retire=retire,
        )
    )
