"""Policies in and out, as JSON-LD and Turtle. What is not understood is refused with a code and its place, never ignored.

Reading goes through RDF, so any spelling of the same statements gives the same policy. Nothing is fetched: the W3C's
context is known here, another remote context is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.hub.policies.canonical import canonical
from xiang.hub.policies.checking import faults
from xiang.hub.policies.document import CONTEXT, policy_document
from xiang.hub.policies.model import Policy
from xiang.hub.policies.reading import Reader

if TYPE_CHECKING:
    from rdflib import Graph

FORMS = {"jsonld": "json-ld", "turtle": "turtle"}
_KNOWN_CONTEXTS = {
    f"{scheme}://www.w3.org/ns/odrl{tail}" for scheme in ("http", "https") for tail in (".jsonld", "/2/")
}


def parse(text: str, form: str) -> Policy:
    """The one policy of a document, in canonical form; ``form`` is ``jsonld`` or ``turtle``.

    ``Invalid`` with the code ``document_unreadable`` when it cannot be read, ``policy_unsupported`` when it says something
    that is not understood here, ``policy_invalid`` when what it says makes no sense.
    """
    reader = Reader(_graph(text, form))
    policy = reader.policy()
    if reader.wrong or policy is None:
        raise Invalid(reader.wrong, code="policy_unsupported", detail="政策里有本平台不支持的写法。")
    policy = canonical(policy)
    if wrong := faults(policy):
        raise Invalid(wrong, code="policy_invalid", detail="政策里有不能理解的内容。")
    return policy


def serialised(policy: Policy, form: str) -> str:
    """The canonical policy as text; ``form`` is ``jsonld`` or ``turtle``."""
    text = json.dumps(policy_document(canonical(policy)), ensure_ascii=False, indent=2)
    if form == "jsonld":
        return text + "\n"
    return _graph(text, "jsonld").serialize(format="turtle")


def _graph(text: str, form: str) -> Graph:
    from rdflib import Graph

    if form == "jsonld":
        text = json.dumps(_local(_json(text)), ensure_ascii=False)
    try:
        return Graph().parse(data=text, format=FORMS[form])
    except Exception as wrong:  # the parsers of rdflib raise whatever they meet
        told = str(wrong).strip().splitlines() or [type(wrong).__name__]
        raise _unreadable(f"读不懂这份文件：{told[0][:200]}") from wrong


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as wrong:
        raise _unreadable(f"不是合格的 JSON：{wrong}") from wrong


def _unreadable(detail: str) -> Invalid:
    return Invalid([FieldError("", "document_unreadable", detail)], code="document_unreadable", detail=detail)


def _local(document: Any) -> Any:
    """The document with known remote contexts replaced by ours."""
    if isinstance(document, list):
        return [_local(each) for each in document]
    if not isinstance(document, dict):
        return document
    return {key: _context(value) if key == "@context" else _local(value) for key, value in document.items()}


def _context(value: Any) -> Any:
    if isinstance(value, list):
        return [_context(each) for each in value]
    if isinstance(value, dict) and "@import" in value:
        value = value["@import"]
    if isinstance(value, str):
        if value not in _KNOWN_CONTEXTS:
            error = FieldError("/@context", "remote_context", f"不会去网上取上下文 {value}，请写在文件里。")
            raise Invalid([error], code="policy_unsupported", detail="政策里有本平台不支持的写法。")
        return CONTEXT
    return value
