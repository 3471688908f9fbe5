"""Policies survive the way out and in, in either form; what is not understood is refused with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.foundation.ground.errors import Invalid
from xiang.hub.policies.canonical import canonical, digest
from xiang.hub.policies.exchange import parse, serialised
from xiang.hub.policies.model import Constraint, LogicalConstraint, Policy
from xiang.hub.policies.tests.strategies import documents

DATA = Path(__file__).parent / "data"
FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(documents(), st.sampled_from(["jsonld", "turtle"]))
def test_a_policy_comes_back_as_it_went_out(policy: Policy, form: str) -> None:
    assert parse(serialised(policy, form), form) == canonical(policy)


@FEW
@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_writing_does_not_change_the_digest(policy: Policy, random: Any) -> None:
    shuffled = replace(
        policy,
        permissions=tuple(random.sample(policy.permissions, len(policy.permissions))),
        basis=tuple(random.sample(policy.basis, len(policy.basis))),
    )
    assert digest(shuffled) == digest(policy) == digest(canonical(policy))
    assert canonical(canonical(policy)) == canonical(policy)


def test_composed_and_decomposed_texts_have_one_digest() -> None:
    policy = Policy("p", "Set", title="é")
    assert digest(policy) == digest(replace(policy, title="é")) != digest(replace(policy, title="e"))


def test_the_example_says_the_same_in_both_forms() -> None:
    turtle = parse((DATA / "birth.ttl").read_text(encoding="utf-8"), "turtle")
    assert turtle == parse((DATA / "birth.jsonld").read_text(encoding="utf-8"), "jsonld")


W3C: dict[str, Any] = {
    "@context": "http://www.w3.org/ns/odrl.jsonld",
    "@type": "Agreement",
    "uid": "http://example.com/policy:1",
    "target": "http://example.com/asset:1",
    "assigner": "http://example.com/party:1",
    "assignee": {"@type": "Party", "uid": "http://example.com/party:2"},
    "permission": [
        {
            "action": "print",
            "constraint": [
                {
                    "leftOperand": "dateTime",
                    "operator": "lt",
                    "rightOperand": {"@value": "2018-01-01", "@type": "xsd:date"},
                }
            ],
            "duty": [{"action": "inform"}],
        },
        {
            "action": [
                {
                    "rdf:value": {"@id": "odrl:read"},
                    "refinement": [{"leftOperand": "purpose", "operator": "eq", "rightOperand": "a"}],
                }
            ]
        },
    ],
}


def test_a_document_of_the_w3c_is_read_without_the_network() -> None:
    policy = parse(json.dumps(W3C), "jsonld")
    printing, reading = sorted(policy.permissions, key=lambda rule: rule.actions[0].name)
    assert printing.actions[0].name == "print" and reading.actions[0].name == "read"
    assert printing.assignees == reading.assignees == ("http://example.com/party:2",)
    assert printing.target is not None and printing.target.uid == "http://example.com/asset:1"
    assert reading.actions[0].refinements == (Constraint("purpose", "eq", ("a",)),)
    assert printing.uid.startswith("http://example.com/policy:1#") and printing.duties[0].uid.startswith(printing.uid)
    assert parse(json.dumps(W3C), "jsonld") == policy


def changed(**changes: Any) -> str:
    """The document with one rule that says something else."""
    rule = {"action": "read", "target": "http://example.com/a", "assigner": "http://x/1", "assignee": "http://x/2"}
    top = {key: changes.pop(key) for key in list(changes) if key in ("@context", "inheritFrom", "conflict", "@type")}
    return json.dumps({**{k: W3C[k] for k in ("@context", "@type", "uid")}, **top, "permission": [{**rule, **changes}]})


TERM = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "service"}


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        (changed(inheritFrom="http://x/p"), "unknown_term", ""),
        (changed(output="http://x/p"), "unknown_term", "/permission/0"),
        (changed(**{"@context": "http://elsewhere.example/c"}), "remote_context", "/@context"),
        (changed(**{"@context": [{"@import": "http://elsewhere.example/c"}]}), "remote_context", "/@context"),
        (changed(action="reed"), "unknown_action", "/permission/0/action/0"),
        (changed(conflict="maybe"), "unknown_conflict", "/conflict"),
        (changed(target=["http://x/a", "http://x/b"]), "several_values", "/permission/0/target"),
        (changed(constraint=[{**TERM, "leftOperand": "mood"}]), "unknown_left_operand", "/permission/0/constraint/0"),
        (changed(constraint=[{**TERM, "operator": "lt"}]), "operator_unfit", "/permission/0/constraint/0"),
        (changed(constraint=[{**TERM, "rightOperand": 5}]), "right_operand_type", "/permission/0/constraint/0"),
        (changed(constraint=[{**TERM, "rightOperand": ""}]), "right_operand_empty", "/permission/0/constraint/0"),
        (changed(constraint=[{**TERM, "rightOperand": {"@value": "x", "@language": "en"}}]), "right_operand_form", "/permission/0/constraint/0"),
        (changed(constraint=[{**TERM, "unit": "http://x/u"}]), "unit_unfit", "/permission/0/constraint/0"),
        (changed(constraint=[{**TERM, "status": 1}]), "unknown_term", "/permission/0/constraint/0"),
        (changed(constraint=[{"and": {"@list": [TERM]}, "or": [TERM]}]), "condition_form", "/permission/0/constraint/0"),
        (changed(constraint=[{**TERM, "leftOperand": "elapsedTime", "rightOperand": {"@value": "P1M", "@type": "xsd:duration"}}]), "right_operand_form", "/permission/0/constraint/0"),
        (changed(duty=[{"action": "xp:mask"}]), "mask_kind", "/permission/0/duty/0/action"),
        (changed(assignee={"@type": "PartyCollection", "source": "http://x/1", "refinement": [TERM]}), "unknown_term", "/permission/0/assignee/0"),
        (changed(assignee=[]), "party_missing", "/permission/0"),
        (changed(target={"@type": "AssetCollection", "source": "http://x/a", "refinement": [TERM]}), "unknown_column", "/permission/0/target/refinement/0"),
        (changed(**{"@type": "Ticket"}), "policy_count", ""),
        ("{", "document_unreadable", ""),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_place(text: str, code: str, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text, "jsonld")
    assert (code, pointer) in {(error.code, error.pointer) for error in refused.value.errors}


def test_statements_about_something_else_are_refused() -> None:
    stray = serialised(Policy("p", "Set"), "turtle") + "<http://x/a> <http://x/b> 1 ."
    with pytest.raises(Invalid) as refused:
        parse(stray, "turtle")
    assert [error.code for error in refused.value.errors] == ["stray_statement"]


def test_a_condition_that_leads_back_to_itself_is_refused() -> None:
    circle = """@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
    <http://x/p> a odrl:Set ; odrl:permission <http://x/r> .
    <http://x/r> odrl:action odrl:read ; odrl:constraint <http://x/c> . <http://x/c> odrl:and <http://x/c> ."""
    with pytest.raises(Invalid) as refused:
        parse(circle, "turtle")
    assert "circle" in {error.code for error in refused.value.errors}


def test_the_order_of_a_sequence_is_kept() -> None:
    parts = tuple(Constraint("purpose", "eq", (name,)) for name in ("z", "a", "m"))
    policy = parse(
        changed(constraint=[{"andSequence": [{**TERM, "rightOperand": p.right[0]} for p in parts]}]), "jsonld"
    )
    sequence = policy.permissions[0].constraints[0]
    assert isinstance(sequence, LogicalConstraint) and sequence.parts == parts
    assert parse(serialised(policy, "turtle"), "turtle") == policy
