"""The credentials' part of the profile: ``credential_types.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xiang.foundation.parties import identity
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.services.credentials import operations
from xiang.services.credentials.models import CredentialType

KIND = "credential_types"
_TEXT = {"type": "string", "minLength": 1}
_KEY = {"type": "string", "pattern": "^[a-z][a-z_0-9]*$"}
_FIELD_TYPES = [
    *("text", "long_text", "name", "choice", "date", "datetime", "integer", "money", "yesno", "address", "id_number"),
    "phone",
]
_FROM = {"anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": _TEXT}]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": [
        "key",
        "title",
        "code",
        "code_confirmed",
        "definer",
        "issuer",
        "holder",
        "fields",
        "validity",
        "basis",
    ],
    "additionalProperties": False,
    "properties": {
        "key": {**_KEY, "maxLength": 64},
        "title": {**_TEXT, "maxLength": 100},
        "short": _TEXT,
        "icon": _TEXT,
        "code": {"type": "string", "pattern": r"^[0-9A-Z]{18}[0-9]{3}$"},
        "code_confirmed": {"type": "boolean"},
        "definer": _TEXT,
        "issuer": _TEXT,
        "holder": {"enum": ["person", "company"]},
        "keeper": _TEXT,
        "fields": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["key", "title", "type"],
                "additionalProperties": False,
                "properties": {
                    "key": _KEY,
                    "title": _TEXT,
                    "type": {"enum": _FIELD_TYPES},
                    "from": _FROM,
                    "serial": {"type": "boolean"},
                    "sensitive": {"type": "boolean"},
                },
            },
        },
        "validity": {
            "type": "object",
            "required": ["kind"],
            "additionalProperties": False,
            "properties": {"kind": {"enum": ["permanent", "period", "yearly"]}, "rule": _TEXT, "note": _TEXT},
        },
        "basis": {
            "type": "object",
            "required": ["law", "confirmed"],
            "additionalProperties": False,
            "properties": {"law": _TEXT, "article": {"type": "string"}, "confirmed": {"type": "boolean"}},
        },
        "source": {
            "type": "object",
            "required": ["system", "type"],
            "additionalProperties": False,
            "properties": {"system": _KEY, "type": _KEY, "resource": _KEY},
        },
    },
}

#: What a profile that is being checked declares, so that forms of the same profile may already refer to it.
_declared: dict[str, frozenset[str]] = {}


def declared(key: str, field: str = "") -> bool:
    """Whether the profile that is being loaded declares this kind, with this field."""
    return key in _declared and (not field or field in _declared[key])


def check(row: Row, context: Context) -> Iterator[Problem]:
    """The code adds up, a period has its rule, somebody may issue it, identity numbers are marked as sensitive."""
    said = row.data
    for code, detail in identity.check_uscc(said["code"][:18]).errors:
        yield row.problem(f"type_code_{code}", f"证照类型代码的前 18 位：{detail}", at="code")
    yield from _validity(row, context)
    yield from _issuer(row, context)
    seen: set[str] = set()
    for place, field in enumerate(said["fields"]):
        if field["key"] in seen:
            yield row.problem("field_twice", f"照面信息“{field['key']}”写了两次。", at=f"fields.{place}.key")
        seen.add(field["key"])
        if field["type"] == "id_number" and not field.get("sensitive"):
            detail = f"“{field['title']}”是敏感个人信息，要写 sensitive: true，出示时默认不给看。"
            yield row.problem("sensitive_unmarked", detail, at=f"fields.{place}")


def _validity(row: Row, context: Context) -> Iterator[Problem]:
    validity = row.data["validity"]
    if validity["kind"] != "period":
        return
    rule = validity.get("rule")
    if not rule:
        yield row.problem("rule_missing", "有有效期的证照要写规则名（rule），年数写在 limits.yaml。", at="validity")
    elif any(context.of("limits")) and not any(known.data.get("key") == rule for known in context.of("limits")):
        yield row.problem("rule_unknown", f"没有规则“{rule}”：写进 limits.yaml。", at="validity.rule")


def _issuer(row: Row, context: Context) -> Iterator[Problem]:
    issuer, bodies = str(row.data["issuer"]), list(context.of("bodies"))
    if not bodies:
        return
    line = issuer.removeprefix("*.")
    known = any(b.key == issuer or (issuer != line and b.key.partition(".")[2] == line) for b in bodies)
    if not known:
        yield row.problem("issuer_unknown", f"没有机关“{issuer}”：写进 bodies.yaml。", at="issuer")


def together(rows: Sequence[Row], context: Context) -> Iterator[Problem]:
    """One code, one kind."""
    by_code: dict[str, str] = {}
    for row in rows:
        other = by_code.setdefault(row.data["code"], row.key)
        if other != row.key:
            yield row.problem("type_code_twice", f"证照类型代码和“{other}”相同。", at="code")
    _declared.clear()
    _declared.update({row.key: frozenset(f["key"] for f in row.data["fields"]) for row in rows})


def apply(row: Row, context: Context) -> None:
    operations.put_type(row.key, row.data["code"], row.data["title"], row.data)


def current(key: str) -> Mapping[str, Any] | None:
    found = CredentialType.objects.filter(key=key, retired=False).first()
    return found.content if found else None


def retire(key: str, context: Context) -> None:
    operations.retire_type(key)


def register() -> None:
    """Make the section known; called at start."""
    profile.register(
        profile.Section(
            kind=KIND,
            title="电子证照种类",
            order=profile.Order.CREDENTIAL_TYPES,
            files="credential_types.yaml",
            schema=SCHEMA,
            validate=check,
            together=together,
            apply=apply,
            retire=retire,
            current=current,
            keys=lambda: list(CredentialType.objects.filter(retired=False).values_list("key", flat=True)),
        )
    )
