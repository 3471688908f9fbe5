"""OpenAPI 3.1 of what is served: each resource with its own data items, so that a client can be generated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xiang.hub.gateway.plane.catalogue import Settings
from xiang.hub.gateway.plane.problems import KNOWN
from xiang.hub.gateway.plane.resources import Item, Resource
from xiang.hub.gateway.plane.signing import SCHEME

_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": ["integer", "null"]},
    "money": {"type": ["integer", "null"], "description": "单位：分"},
    "yesno": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
}


def document(resources: Iterable[Resource], settings: Settings) -> dict[str, Any]:
    """The description of these resources."""
    every = sorted(resources, key=lambda one: one.key)
    paths: dict[str, Any] = {}
    for one in every:
        for kind, title in (("query", "查询"), ("batch", "批量查询"), ("verify", "核验")):
            paths[f"/v1/resources/{one.key}/{kind}"] = {"post": _operation(one, kind, title, settings)}
    return {
        "openapi": "3.1.0",
        "info": {"title": every[0].title if len(every) == 1 else "数据网关", "version": "1", "description": _SIGNING},
        "paths": paths,
        "components": {
            "securitySchemes": {
                "signature": {"type": "apiKey", "in": "header", "name": "Authorization", "description": SCHEME},
                "token": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}},
                },
            },
            "schemas": {"Problem": _PROBLEM},
        },
    }


_SIGNING = (
    f"请求头 Authorization: {SCHEME} key=…, time=…, nonce=…, signature=…。待签名内容六行，以换行符连接："
    "请求方法、网址路径、排序后的网址参数、请求体的 SM3（十六进制）、时间（秒）、随机数；签名是 HMAC-SM3（十六进制）。"
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(KNOWN)},
        "detail": {"type": "string"},
    },
}


def _operation(one: Resource, kind: str, title: str, settings: Settings) -> dict[str, Any]:
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {
        "operationId": f"{one.key}_{kind}",
        "summary": f"{one.title}：{title}",
        "security": [{"signature": []}, {"token": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _asked(one, kind, settings)}}},
        "responses": {
            "200": {"description": "已提供", "content": {"application/json": {"schema": _answered(one, kind)}}},
            **{
                str(status): {"description": "没有提供，code 说明原因", **problem}
                for status in sorted({status for status, _ in KNOWN.values()})
            },
        },
    }


def _asked(one: Resource, kind: str, settings: Settings) -> dict[str, Any]:
    said: dict[str, Any] = {
        "purpose": {"type": "string", "maxLength": 64, "description": "用途，应当在授权范围内"},
        "items": {"type": "array", "items": {"type": "string"}, "description": "办理的事项"},
        "case_number": {"type": "string", "maxLength": 64, "description": "贵方的办件编号，会写进使用记录"},
    }
    number = {"type": "string", "maxLength": 64, "description": one.subject}
    names = {"type": "string", "enum": sorted(one.items)}
    if kind == "batch":
        said["subjects"] = {"type": "array", "items": number, "minItems": 1, "maxItems": settings.batch}
    else:
        said["subject"] = number
    if kind == "verify":
        claims = {item.name: {"type": "string", "title": item.title} for item in one.items.values()}
        said["claims"] = {"type": "object", "properties": claims, "additionalProperties": False, "minProperties": 1}
    else:
        said["fields"] = {"type": "array", "items": names, "minItems": 1}
    needed = [name for name in ("subject", "subjects", "fields", "claims", "purpose") if name in said]
    return {"type": "object", "required": needed, "properties": said, "additionalProperties": False}


def _answered(one: Resource, kind: str) -> dict[str, Any]:
    call = {"type": "string", "format": "uuid", "description": "这次使用的编号，与使用记录一致"}
    said: dict[str, Any] = {
        "call": call,
        "at": {"type": "string", "format": "date-time"},
        "grants": {"type": "array", "items": {"type": "string"}},
    }
    rows = {"type": "array", "items": {"type": "object", "properties": {i.name: _item(i) for i in one.items.values()}}}
    found = {"found": {"type": "boolean"}, "rows": rows}
    if kind == "verify":
        said["matches"] = {"type": "boolean", "description": "所述各项是否都与记录一致"}
    elif kind == "query":
        said |= found
    else:
        answer = {"type": "object", "properties": {"call": call, **found}}
        said["answers"] = {"type": "array", "items": answer}
    return {"type": "object", "properties": said}


def _item(item: Item) -> dict[str, Any]:
    return {"title": item.title, **_TYPES.get(item.type, {"type": ["string", "null"]})}
