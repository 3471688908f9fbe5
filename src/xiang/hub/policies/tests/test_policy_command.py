"""The command: what it prints, and the exit codes that scripts go by."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from xiang.hub.policies import plans
from xiang.hub.policies.exchange import parse
from xiang.hub.policies.management.commands.policy import Command

DATA = Path(__file__).parent / "data"


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(Command(), *arguments, stdout=out, stderr=err)
    except SystemExit as left:
        return int(str(left.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def file(name: str) -> str:
    return str(DATA / name)


@pytest.mark.parametrize("policy", ["birth.jsonld", "birth.ttl"])
def test_a_permitted_request_is_told_state_by_state(policy: str) -> None:
    asked = ["--policy", file(policy), "--request", file("request.json"), "--state", file("state.json")]
    code, out, _ = run("evaluate", *asked, "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, told["decision"]["permitted"], told["violations"]) == (0, True, [])
    states = {
        rule["rule"]: (rule["activationState"], rule["attemptState"], rule["deonticState"])
        for rule in told["ruleReport"]
    }
    assert states["birth_certificate.read"] == ("Active", "Attempted", "NonSet")
    assert states["birth_certificate.no_batch"] == ("Inactive", "NotAttempted", "NonSet")
    assert run("evaluate", *asked)[1].startswith("准许：办理出生医学证明")


def test_a_refused_request_and_a_missed_obligation_exit_with_one() -> None:
    asked = ["--policy", file("birth.ttl"), "--request", file("request.json"), "--state", file("exhausted.json")]
    code, out, _ = run("evaluate", *asked, "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, told["decision"]["code"], told["violations"]) == (1, "not_permitted", ["birth_certificate.delete"])
    said = run("evaluate", *asked)[1]
    assert (
        said.startswith("拒绝：")
        and "✗ 连同这次的次数：100001，应当不超过 100000" in said
        and "违反：birth_certificate.delete" in said
    )


def test_the_plan_is_what_the_gateway_reads() -> None:
    code, out, _ = run("compile", "--policy", file("birth.jsonld"), "--json")
    plan = plans.of_json(json.loads(out))
    assert code == 0 and plan.rules[0].quota == 100000 and len(plan.digest) == 64
    assert "脱敏：phone（电话）" in run("compile", "--policy", file("birth.jsonld"))[1]


@pytest.mark.parametrize("form", ["jsonld", "turtle"])
def test_a_policy_is_written_in_another_form(form: str) -> None:
    code, out, _ = run("convert", "--policy", file("birth.jsonld"), "--to", form)
    assert code == 0 and parse(out, form) == parse((DATA / "birth.jsonld").read_text(encoding="utf-8"), "jsonld")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"@context": "http://www.w3.org/ns/odrl.jsonld", "@type": "Set", "uid": "http://x/p", "permission": {"action": "fly"}}', "unknown_action"),
        ("not json", "document_unreadable"),
        (None, "file_unreadable"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_exits_with_two_and_says_where(tmp_path: Path, content: str | None, code: str) -> None:
    policy = tmp_path / "policy.jsonld"
    if content is not None:
        policy.write_text(content, encoding="utf-8")
    left, out, _ = run("compile", "--policy", str(policy), "--json")
    assert left == 2 and code in {error["code"] for error in json.loads(out)["error"]["errors"]}
    left, _, err = run("compile", "--policy", str(policy))
    assert left == 2 and code in err
