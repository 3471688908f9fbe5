"""A policy as a JSON-LD document: ODRL's terms, with a context of its own inside, so that nothing is fetched."""

from __future__ import annotations

import re
from typing import Any

from xiang.hub.policies import literals
from xiang.hub.policies.model import (
    Action,
    Asset,
    Condition,
    Constraint,
    Duty,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
    Rule,
    Value,
)
from xiang.hub.policies.vocabulary import COLUMN, DATA_ITEM, ODRL, OWN_DIVISION, PROFILE

_IRI = re.compile(r"""(?:https?://|urn:)[^\s<>"{}|\\^`]+""")

BODY = "urn:xiang:body:"
RESOURCE = "urn:xiang:resource:"
NODE = "urn:xiang:policy:"

_LINKS = (
    *(
        "uid",
        "permission",
        "prohibition",
        "obligation",
        "duty",
        "remedy",
        "consequence",
        "target",
        "assigner",
        "assignee",
    ),
    *("constraint", "refinement", "source", "profile", "partOf", "and", "or", "xone"),
)
_TERMS = ("action", "leftOperand", "operator", "conflict", "unit")

#: The context that our documents carry, and that stands in for the W3C's when a document names that one by its address.
CONTEXT: dict[str, Any] = {
    "@vocab": ODRL,
    "id": "@id",
    "type": "@type",
    "odrl": ODRL,
    "xp": PROFILE,
    "column": COLUMN,
    "xsd": literals.XSD,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dct": "http://purl.org/dc/terms/",
    "title": "dct:title",
    "description": "dct:description",
    "issued": {"@id": "dct:issued", "@type": "xsd:dateTime"},
    "legalBasis": "xp:legalBasis",
    **{name: {"@id": f"odrl:{name}", "@type": "@id"} for name in _LINKS},
    **{name: {"@id": f"odrl:{name}", "@type": "@vocab"} for name in _TERMS},
    "andSequence": {"@id": "odrl:andSequence", "@type": "@id", "@container": "@list"},
}


def policy_document(policy: Policy) -> dict[str, Any]:
    """The whole document, with its context."""
    return {"@context": CONTEXT, **policy_json(policy)}


def policy_json(policy: Policy) -> dict[str, Any]:
    uid = node_iri(policy.uid)
    return _present(
        {
            "@id": uid,
            "@type": policy.kind,
            "uid": uid,
            "profile": PROFILE,
            "title": policy.title,
            "description": policy.description,
            "legalBasis": list(policy.basis),
            "issued": policy.issued and literals.lexical(policy.issued)[0],
            "conflict": policy.conflict,
            "permission": [rule_json(rule) for rule in policy.permissions],
            "prohibition": [rule_json(rule) for rule in policy.prohibitions],
            "obligation": [duty_json(duty) for duty in policy.obligations],
        }
    )


def rule_json(rule: Rule) -> dict[str, Any]:
    return _present(
        {
            "@id": node_iri(rule.uid),
            "@type": "Permission" if isinstance(rule, Permission) else "Prohibition",
            "action": [_action(one) for one in rule.actions],
            "target": rule.target and _asset(rule.target),
            "assigner": [party_iri(one) for one in rule.assigners],
            "assignee": [party_iri(one) for one in rule.assignees],
            "constraint": [condition_json(one) for one in rule.constraints],
            "duty": [duty_json(one) for one in rule.duties] if isinstance(rule, Permission) else [],
            "remedy": [duty_json(one) for one in rule.remedies] if isinstance(rule, Prohibition) else [],
        }
    )


def duty_json(duty: Duty) -> dict[str, Any]:
    return _present(
        {
            "@id": node_iri(duty.uid),
            "@type": "Duty",
            "action": [_action(duty.action)],
            "target": duty.target and _asset(duty.target),
            "assignee": [party_iri(one) for one in duty.assignees],
            "constraint": [condition_json(one) for one in duty.constraints],
            "consequence": [duty_json(one) for one in duty.consequences],
        }
    )


def condition_json(one: Condition) -> dict[str, Any]:
    named = {"@id": node_iri(one.uid)} if one.uid else {}
    if isinstance(one, LogicalConstraint):
        return {**named, "@type": "LogicalConstraint", one.operand: [condition_json(part) for part in one.parts]}
    return _present({**named, **_comparison(one)})


def _comparison(one: Constraint) -> dict[str, Any]:
    return {
        "@type": "Constraint",
        "leftOperand": one.left,
        "operator": one.operator,
        "rightOperand": [_value(value) for value in one.right],
        "unit": one.unit,
    }


def _action(action: Action) -> Any:
    if not action.refinements:
        return action.name
    return {
        "rdf:value": {"@id": term_iri(action.name)},
        "refinement": [condition_json(one) for one in action.refinements],
    }


def _asset(asset: Asset) -> Any:
    """The resource by its name; a part of it as a collection whose refinements say which part."""
    uid = asset_iri(asset.uid)
    if asset.columns is None and not asset.rows:
        return uid
    items = [] if asset.columns is None else [_items(asset.columns)]
    return {"@type": "AssetCollection", "source": uid, "refinement": [*items, *map(condition_json, asset.rows)]}


def _items(columns: frozenset[str]) -> dict[str, Any]:
    return {"@type": "Constraint", "leftOperand": DATA_ITEM, "operator": "isAnyOf", "rightOperand": sorted(columns)}


def _value(value: Value) -> Any:
    if isinstance(value, str) and (value == OWN_DIVISION or is_iri(value)):
        return {"@id": term_iri(value)}
    return literals.to_json(value)


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI of a kind that policies name things with."""
    return _IRI.fullmatch(text) is not None


def party_iri(key: str) -> str:
    return key if is_iri(key) else BODY + key


def asset_iri(key: str) -> str:
    return key if is_iri(key) else RESOURCE + key


def node_iri(key: str) -> str:
    return key if is_iri(key) else NODE + key


def term_iri(name: str) -> str:
    """``read`` → ``…/odrl/2/read``, ``xp:verify`` → ``…/policy#verify``, ``column:sex`` → ``…/policy/column#sex``."""
    prefix, colon, local = name.partition(":")
    if colon and prefix in ("xp", "column"):
        return (PROFILE if prefix == "xp" else COLUMN) + local
    return name if is_iri(name) else ODRL + name


def _present(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value not in (None, "", [])}
