"""Reads a policy out of RDF statements, and notices every statement that it did not understand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from xiang.foundation.ground.errors import FieldError
from xiang.foundation.trust.digest import sm3
from xiang.hub.policies import literals
from xiang.hub.policies.document import BODY, NODE, RESOURCE, duty_json, rule_json
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
    Value,
)
from xiang.hub.policies.vocabulary import COLUMN, DATA_ITEM, KINDS, LOGIC, ODRL, PROFILE

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RULE = {"action", "target", "assigner", "assignee", "constraint", "uid"}
_SHARED = {"action", "target", "assigner", "assignee"}  # what a policy may say once for all of its rules
_POLICY = _SHARED | {"permission", "prohibition", "obligation", "conflict", "profile", "uid"}
_DUTY = {"action", "target", "assigner", "assignee", "constraint", "consequence", "uid"}
_NAMES = {
    _TYPE: "@type",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#value": "value",
    "http://purl.org/dc/terms/title": "title",
    "http://purl.org/dc/terms/description": "description",
    "http://purl.org/dc/terms/issued": "issued",
    PROFILE + "legalBasis": "legalBasis",
}
_Read = TypeVar("_Read")
_Found = dict[str, list[Any]]


class Reader:
    """One reading of one graph; ``wrong`` keeps what was not understood."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.wrong: list[FieldError] = []
        self.seen: set[Node] = set()
        self.open: list[Node] = []  # the nodes being read, to notice a circle

    def policy(self) -> Policy | None:
        """The policy of the graph; None when there is not exactly one."""
        from rdflib import RDF, URIRef

        kinds: dict[Any, str] = {URIRef(ODRL + kind): kind for kind in KINDS} | {URIRef(ODRL + "Policy"): "Set"}
        found = {node: kinds[kind] for node, kind in self.graph.subject_objects(RDF.type) if kind in kinds}
        if len(found) != 1:
            self._refuse("", "policy_count", f"文件里应当有且只有一份政策，找到了 {len(found)} 份。")
            return None
        ((node, kind),) = found.items()
        policy = self._policy(node, kind)
        for stray in sorted(str(each) for each in set(self.graph.subjects()) - self.seen):
            self._refuse("", "stray_statement", f"关于 {stray} 的内容与政策无关。")
        return policy

    def _policy(self, node: Node, kind: str) -> Policy:
        said = self._said(node, "", _POLICY | {"title", "description", "issued", "legalBasis"})
        shared = {name: said.get(name, []) for name in _SHARED}
        uid = self._uid(node, said)
        permissions = self._each(said, "permission", "", lambda one, at: self._permission(one, at, shared, uid))
        prohibitions = self._each(said, "prohibition", "", lambda one, at: self._prohibition(one, at, shared, uid))
        return Policy(
            uid=uid,
            kind=kind,
            permissions=permissions,
            prohibitions=prohibitions,
            obligations=tuple(
                _named_duty(duty, uid)
                for duty in self._each(said, "obligation", "", lambda n, at: self._duty(n, at, shared))
            ),
            conflict=self._one([self._term(one, "/conflict") for one in said.get("conflict", [])], "/conflict") or "",
            title=self._text(said, "title"),
            description=self._text(said, "description"),
            basis=tuple(str(each) for each in said.get("legalBasis", [])),
            issued=self._issued(said),
        )

    def _permission(self, node: Node, path: str, shared: _Found, base: str) -> Permission:
        said = self._said(node, path, _RULE | {"duty"}, shared)
        rule = Permission(duties=self._each(said, "duty", path, self._duty), **self._rule(node, said, path))
        uid = rule.uid or _made_uid(base, rule_json(rule))
        return replace(rule, uid=uid, duties=tuple(_named_duty(duty, uid) for duty in rule.duties))

    def _prohibition(self, node: Node, path: str, shared: _Found, base: str) -> Prohibition:
        said = self._said(node, path, _RULE | {"remedy"}, shared)
        rule = Prohibition(remedies=self._each(said, "remedy", path, self._duty), **self._rule(node, said, path))
        uid = rule.uid or _made_uid(base, rule_json(rule))
        return replace(rule, uid=uid, remedies=tuple(_named_duty(duty, uid) for duty in rule.remedies))

    def _rule(self, node: Node, said: _Found, path: str) -> dict[str, Any]:
        return {
            "uid": self._uid(node, said),
            "actions": self._each(said, "action", path, self._action),
            "target": self._target(said, path),
            "assigners": self._each(said, "assigner", path, self._party),
            "assignees": self._each(said, "assignee", path, self._party),
            "constraints": self._each(said, "constraint", path, self._condition),
        }

    def _duty(self, node: Node, path: str, shared: _Found | None = None) -> Duty:
        said = self._said(node, path, _DUTY, {"action": (shared or {}).get("action", [])})
        self._each(said, "assigner", path, self._party)
        action = self._one(list(self._each(said, "action", path, self._action)), f"{path}/action")
        if action is None:
            self._refuse(f"{path}/action", "action_missing", "义务没有写明要做什么。")
        return Duty(
            uid=self._uid(node, said),
            action=action or Action(""),
            target=self._target(said, path),
            assignees=self._each(said, "assignee", path, self._party),
            constraints=self._each(said, "constraint", path, self._condition),
            consequences=self._each(said, "consequence", path, self._duty),
        )

    def _action(self, node: Node, path: str) -> Action:
        """A term, or a node with the term as its ``rdf:value`` and refinements."""
        if (node, None, None) not in self.graph:
            return Action(self._term(node, path))
        said = self._said(node, path, {"value", "refinement"})
        name = self._one([self._term(one, path) for one in said.get("value", [])], path)
        return Action(name or "", self._each(said, "refinement", path, self._condition))

    def _target(self, said: _Found, path: str) -> Asset | None:
        return self._one(list(self._each(said, "target", path, self._asset)), f"{path}/target")

    def _asset(self, node: Node, path: str) -> Asset:
        if (node, None, None) not in self.graph:
            return Asset(self._name(node, path, RESOURCE))
        said = self._said(node, path, {"uid", "source", "refinement"})
        named = said.get("source") or said.get("uid") or [node]
        refinements = self._each(said, "refinement", path, self._condition)
        items = [one for one in refinements if isinstance(one, Constraint) and one.left == DATA_ITEM]
        if len(items) > 1 or any(one.operator != "isAnyOf" for one in items):
            self._refuse(path, "data_items_form", "数据项只能写一处 isAnyOf。")
        columns = frozenset(str(value) for value in items[0].right) if items else None
        rows = tuple(one for one in refinements if one not in items)
        return Asset(self._name(named[0], path, RESOURCE), columns, rows)

    def _party(self, node: Node, path: str) -> str:
        if (node, None, None) not in self.graph:
            return self._name(node, path, BODY)
        said = self._said(node, path, {"uid", "source"})
        return self._name((said.get("source") or said.get("uid") or [node])[0], path, BODY)

    def _condition(self, node: Node, path: str) -> Condition:
        said = self._said(node, path, {"leftOperand", "operator", "rightOperand", "unit", "uid", *LOGIC})
        logic = [operand for operand in LOGIC if operand in said]
        if logic:
            if len(logic) > 1 or "leftOperand" in said:
                self._refuse(path, "condition_form", "一个条件只能是一种逻辑，或一次比较。")
            parts = self._each(self._listed(said, logic[0]), logic[0], path, self._condition)
            return LogicalConstraint(logic[0], parts, self._uid(node, said))
        left, operator, unit = (
            self._one([self._term(one, path) for one in said.get(name, [])], path) or ""
            for name in ("leftOperand", "operator", "unit")
        )
        right = tuple(value for one in said.get("rightOperand", []) if (value := self._value(one, path)) is not None)
        return Constraint(left, operator, right, unit, self._uid(node, said))

    def _listed(self, said: _Found, operand: str) -> _Found:
        """Parts written as an RDF list, in its order."""
        from rdflib.collection import Collection
        from rdflib.namespace import RDF

        found: list[Any] = []
        for one in said[operand]:
            if (one, RDF.first, None) in self.graph or one == RDF.nil:
                at = one
                while at is not None and at != RDF.nil and at not in self.seen:
                    self.seen.add(at)
                    at = self.graph.value(at, RDF.rest)
                found += Collection(self.graph, one)
            else:
                found.append(one)
        return {operand: found}

    def _said(self, node: Node, path: str, known: set[str], shared: _Found | None = None) -> _Found:
        """What is said of a node, by name; what is not known is refused. ``shared`` is said of every rule of the policy."""
        self.seen.add(node)
        said: _Found = {}
        for predicate, value in sorted(self.graph.predicate_objects(node)):
            name = _name_of(str(predicate))
            if name == "@type":
                self._type(str(value), path)
            elif name in known:
                said.setdefault(name, []).append(value)
            else:
                self._refuse(path, "unknown_term", f"不支持 {predicate}。")
        for name, values in (shared or {}).items():
            said[name] = said.get(name, []) + [value for value in values if value not in said.get(name, [])]
        return said

    def _type(self, iri: str, path: str) -> None:
        known = {"Asset", "AssetCollection", "Party", "PartyCollection", "Action", "Permission", "Prohibition", "Duty"}
        if iri.removeprefix(ODRL) not in {*known, "Policy", "Constraint", "LogicalConstraint", *KINDS}:
            self._refuse(path, "unknown_type", f"不支持 {iri} 这一类。")

    def _each(self, said: _Found, name: str, path: str, read: Callable[[Any, str], _Read]) -> tuple[_Read, ...]:
        found: list[_Read] = []
        for place, node in enumerate(said.get(name, [])):
            at = f"{path}/{name}/{place}"
            if node in self.open:
                self._refuse(at, "circle", "政策的内容绕回了自己。")
                continue
            self.open.append(node)
            found.append(read(node, at))
            self.open.pop()
        return tuple(found)

    def _one(self, found: list[_Read], path: str) -> _Read | None:
        if len(found) > 1:
            self._refuse(path, "several_values", "这里只能有一个，请拆成几条规则。")
        return found[0] if found else None

    def _uid(self, node: Node, said: Iterable[str] | _Found) -> str:
        from rdflib import BNode

        given = said.get("uid", []) if isinstance(said, dict) else []
        named = str(given[0]) if given else ("" if isinstance(node, BNode) else str(node))
        return named.removeprefix(NODE)

    def _name(self, node: Any, path: str, prefix: str) -> str:
        from rdflib import URIRef

        if not isinstance(node, URIRef):
            self._refuse(path, "iri_missing", "这里要写标识（IRI）。")
        return str(node).removeprefix(prefix)

    def _term(self, node: Any, path: str) -> str:
        from rdflib import URIRef

        if not isinstance(node, URIRef):
            self._refuse(path, "term_form", f"“{node}”不是词表里的词。")
        return _short(str(node))

    def _value(self, node: Any, path: str) -> Value | None:
        from rdflib import BNode, Literal

        if isinstance(node, BNode):
            self._refuse(path, "right_operand_form", "右操作数应当是值或标识。")
            return None
        if not isinstance(node, Literal):
            return _short(str(node))
        try:
            if node.language:
                raise ValueError(node.language)
            return literals.parsed(str(node), str(node.datatype or literals.XSD + "string").removeprefix(literals.XSD))
        except ValueError:
            self._refuse(path, "right_operand_form", f"读不懂“{node}”这个值。")
            return None

    def _issued(self, said: _Found) -> datetime | None:
        value = self._one([self._value(one, "/issued") for one in said.get("issued", [])], "/issued")
        if value is not None and not isinstance(value, datetime):
            self._refuse("/issued", "issued_form", "签发时刻要带时区，写成 2026-11-22T09:00:00+08:00。")
        return value if isinstance(value, datetime) else None

    def _text(self, said: _Found, name: str) -> str:
        return str(self._one(said.get(name, []), f"/{name}") or "")

    def _refuse(self, path: str, code: str, detail: str) -> None:
        self.wrong.append(FieldError(path, code, detail))


def _name_of(iri: str) -> str:
    return _NAMES.get(iri) or (iri.removeprefix(ODRL) if iri.startswith(ODRL) else iri)


def _short(iri: str) -> str:
    """An IRI of one of our vocabularies as its short name."""
    for namespace, prefix in ((COLUMN, "column:"), (PROFILE, "xp:"), (ODRL, "")):
        if iri.startswith(namespace):
            return prefix + iri[len(namespace) :]
    return iri


def _named_duty(duty: Duty, base: str) -> Duty:
    """The duty with a name, if it has none: of its place and its content, so that counters and records find it again."""
    uid = duty.uid or _made_uid(base, duty_json(duty))
    return replace(duty, uid=uid, consequences=tuple(_named_duty(each, uid) for each in duty.consequences))


def _made_uid(base: str, document: dict[str, Any]) -> str:
    text = json.dumps({**document, "@id": ""}, ensure_ascii=False, sort_keys=True)
    return f"{base}#{sm3(text.encode()).hex()[:16]}"
