"""The OpenAPI document: what django-ninja says of the operations, and what all of them have in common.

Every refusal is declared where it can happen, tokens with their scopes, the idempotency key, headers of answers, and
links from what makes a thing to what can be done with it.
"""

from __future__ import annotations

from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from xiang.foundation.parties.rest import once
from xiang.foundation.parties.rest.access import BearerToken
from xiang.foundation.parties.rest.scopes import SCOPES

PROBLEM = "application/problem+json"
JSON = "application/json"
_SENTENCES = {
    400: "The request cannot be read: malformed JSON, a cursor that is not one of ours.",
    401: "Nobody is signed in, or the token does not open.",
    403: "The thing may be seen, but this act needs a right, a scope or a proof that the caller has not.",
    404: "Absent or forbidden: the two read alike.",
    405: "There is nothing to do at this address by this method.",
    409: "The state of things does not allow it; read again and decide again.",
    413: "More was sent than is taken.",
    415: "The body is of another media type than the operation takes.",
    422: "What was given does not hold; `errors` says where, each with its own code.",
    429: "Too many tries; wait a minute.",
    503: "Another system does not answer, or something is not ready yet. `detail` says how to go on.",
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable: match it, never the sentence.",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_.-]*$"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
                "additionalProperties": False,
            },
        },
        "params": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "additionalProperties": False,
}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    405: {"Allow": {"required": True, "schema": {"type": "string"}}},
}
_KEY_PARAMETER = {
    "in": "header",
    "name": once.HEADER,
    "required": False,
    "description": "Ask again with the same key and the same body, and it is done once. Kept for 24 hours.",
    "schema": {"type": "string", "pattern": once.PATTERN, "minLength": 8, "maxLength": 128},
}


class Document(OpenAPISchema):
    """The document, dressed."""

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Two shapes of one name would overwrite each other: the second one has to be called otherwise."""
        for name, shape in definitions.items():
            if self.schemas.setdefault(name, shape) != shape:
                raise ValueError(f"two different schemas are called {name}")

    def get_components(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_components()
        found["schemas"]["Problem"] = PROBLEM_SCHEMA
        found["responses"] = {f"Problem{status}": _problem(status) for status in _SENTENCES}
        if schemes := found.get("securitySchemes"):
            named = "\n".join(f"- `{scope.key}`: {scope.title}" for scope in SCOPES)
            schemes["BearerToken"]["description"] = f"A token made at `/me/tokens/`. Its scopes:\n{named}"
            schemes["Session"]["description"] = "The session of a page of the platform; X-CSRFToken where it changes."
        return found

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] | None = super().operation_security(operation)
        for auth in operation.auth_callbacks:
            if found and isinstance(auth, BearerToken):
                # OpenAPI 3.1 lets any scheme name the roles it asks for; one of them is enough here.
                found[0]["BearerToken"] = list(auth.scopes[:1])
        return found

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        found: dict[str, Any] = super().operation_details(operation)
        takes_key = getattr(operation.view_func, once.MARK, False)
        if takes_key:
            found["parameters"] = [*found["parameters"], _KEY_PARAMETER]
        for status in _refusals(operation, found):
            found["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
        for auth in operation.auth_callbacks:
            if isinstance(auth, BearerToken) and auth.scopes:
                found["x-scopes"] = list(auth.scopes)
        return found


def _refusals(operation: Operation, found: dict[str, Any]) -> list[int]:
    """The refusals that an operation can answer with."""
    named = {400, 404, 405, 422, 503}
    if operation.auth_callbacks:
        named |= {401, 403}
    if operation.methods != ["GET"]:
        named |= {409}
    if operation.tags == ["verification"]:
        named |= {429}
    if "requestBody" in found:
        named |= {413, 415}
    return sorted(named)


def _problem(status: int) -> dict[str, Any]:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    said: dict[str, Any] = {"description": _SENTENCES[status], "content": content}
    return said | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
