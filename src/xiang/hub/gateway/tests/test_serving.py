"""What is served, to whom, masked and filtered how; each answer with its record."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from xiang.foundation.trust import blind, digest
from xiang.hub.gateway.plane.keys import Keys
from xiang.hub.gateway.tests.stage import LI, SOURCE, WANG, Stage, plan, resource
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.rows import Compare
from xiang.hub.policies.vocabulary import OWN_DIVISION


def test_the_plane_never_imports_django() -> None:
    program = (
        "import sys; import xiang.hub.gateway.plane.__main__, xiang.hub.gateway.plane.postgresql,"
        " xiang.hub.gateway.plane.sqlite; print([m for m in sys.modules if m.split('.')[0] == 'django'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(SOURCE)}
    )
    assert done.stdout.strip() == "[]"


def test_a_person_is_looked_up_and_the_use_is_written_down(stage: Stage) -> None:
    answer = stage.ask({"subject": LI, "fields": ["name", "born"], "purpose": "service", "case_number": "A-1"})
    assert answer.status == 200, answer
    assert answer.said["rows"] == [{"name": "李小明", "born": "1990-01-01"}]
    assert answer.said["grants"] == ["g1"]
    (facts,) = stage.calls()
    assert facts["id"] == answer.said["call"]
    assert facts["subject"] == stage.keys.index(LI, "party.resident_id")
    assert (facts["outcome"], facts["body"], facts["resource"]) == ("served", "430104.hall", "people")
    assert (facts["purpose"], facts["basis"]) == ("办理登记", "《居民身份证法》第十三条")
    assert (facts["fields"], facts["case_number"]) == (["name", "born"], "A-1")


def test_no_record_holds_a_number_and_each_commits_to_its_facts(stage: Stage) -> None:
    stage.ask()
    stage.ask({"subject": LI, "fields": ["name"], "purpose": "curiosity"})
    rows = stage.sql("SELECT facts, salt, commitment, once FROM gateway_call")
    assert len(rows) == 2
    assert LI not in str(rows)
    for facts, salt, commitment, _ in rows:
        assert digest.sm3(bytes.fromhex(salt) + facts.encode()).hex() == commitment


def test_nobody_found_is_an_answer_and_a_use(stage: Stage) -> None:
    answer = stage.ask({"subject": "430104199001010000", "fields": ["name"], "purpose": "service"})
    assert (answer.status, answer.said["found"], answer.said["rows"]) == (200, False, [])
    assert len(stage.calls()) == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"subject": LI, "fields": ["name"], "purpose": "curiosity"}, "purpose_not_granted"),
        ({"subject": LI, "fields": ["name", "salary"], "purpose": "service"}, "field_not_granted"),
    ],
)
def test_what_is_not_granted_is_refused_and_written_down(stage: Stage, said: dict[str, object], code: str) -> None:
    answer = stage.ask(said)
    assert (answer.status, answer.code) == (403, code)
    assert answer.headers["content-type"] == "application/problem+json"
    (facts,) = stage.calls()
    assert facts["outcome"] == "refused"
    assert facts["reason"].startswith(f"{code}: ")


def test_masks_and_row_filters_of_the_plan_are_applied(bare: Stage) -> None:
    masks = (("name", Mask("name")), ("phone", Mask("phone")), ("address", Mask("address")))
    bare.publish_all(plan(masks=masks, rows=Compare("division", "isPartOf", (OWN_DIVISION,))))
    bare.start()
    fields = ["name", "phone", "address", "division"]
    shown = bare.ask({"subject": LI, "fields": fields, "purpose": "service"}).said["rows"]
    assert shown == [
        {"name": "李*明", "phone": "138****8000", "address": "湖南省长沙市天心区******", "division": "430104"}
    ]
    other = bare.ask({"subject": WANG, "fields": fields, "purpose": "service"}).said
    assert (other["found"], other["rows"]) == (False, [])


def test_a_filter_that_the_resource_cannot_hold_to_stops_the_service(bare: Stage) -> None:
    bare.publish_all(plan(rows=Compare("colour", "eq", ("red",))))
    bare.start()
    assert bare.ask().code == "filter_not_enforceable"


def test_a_batch_has_a_record_for_each_person(stage: Stage) -> None:
    answer = stage.ask({"subjects": [LI, WANG, "X1"], "fields": ["name"], "purpose": "service"}, "batch")
    assert [one["rows"] for one in answer.said["answers"]] == [[{"name": "李小明"}], [{"name": "王五"}], []]
    assert {facts["id"] for facts in stage.calls()} == {one["call"] for one in answer.said["answers"]}
    many = stage.ask({"subjects": ["1"] * 101, "fields": ["name"], "purpose": "service"}, "batch")
    assert many.code == "input_invalid"


def test_a_verification_says_yes_or_no_and_nothing_else(stage: Stage) -> None:
    def verify(**claims: str) -> dict[str, object]:
        return stage.ask({"subject": LI, "claims": claims, "purpose": "service"}, "verify").said

    assert verify(name="李小明", born="1990-01-01")["matches"] is True
    wrong = verify(name="李小明", born="1990-01-02")
    assert wrong["matches"] is False
    assert wrong.keys() == {"call", "at", "grants", "matches"}


def test_whoever_may_only_verify_cannot_read(bare: Stage) -> None:
    bare.publish_all(plan(actions=("xp:verify",)))
    bare.start()
    assert bare.ask().code == "no_grant"
    assert bare.ask({"subject": LI, "claims": {"name": "李小明"}, "purpose": "service"}, "verify").said["matches"]


@pytest.mark.parametrize("number", ["' OR 1=1 --", '"; DROP TABLE people; --', "%", "430104199001011234' OR 'a'='a"])
def test_a_number_is_never_sql(stage: Stage, number: str) -> None:
    answer = stage.ask({"subject": number, "fields": ["name"], "purpose": "service"})
    assert (answer.status, answer.said["found"]) == (200, False)
    assert stage.sql("SELECT count(*) FROM people") == [(2,)]


@pytest.mark.parametrize(
    "body",
    [
        b"no json", b"[1]", b'{"subject": 5}', b'{"subject": "1", "fields": ["name"], "purpose": "service", "extra": 1}',
        b'{"subject": "1\\u0000", "fields": ["name"], "purpose": "service"}',
        b'{"subject": "1", "fields": ["\\ud800"], "purpose": "service"}',
        b'{"subject": "1", "fields": ["name"], "purpose": "430104199001011234"}',
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_told_and_harms_nobody(stage: Stage, body: bytes) -> None:
    path = "/v1/resources/people/query"
    answer = stage.send("POST", path, body, {"Authorization": stage.signed(path, body)})
    assert (answer.status, answer.code) == (422, "input_invalid")
    assert stage.calls() == []


def test_a_source_that_is_gone_is_told_and_nothing_is_served(bare: Stage) -> None:
    bare.publish_all()
    bare.publish(("resource", "people", resource(source={"kind": bare.engine, "table": "nowhere", "failures": 2})))
    bare.start()
    assert [bare.ask().code for _ in range(4)] == ["source_unreachable"] * 4
    assert {facts["outcome"] for facts in bare.calls()} == {"unanswered"}


def test_the_interface_of_a_resource_is_described(stage: Stage) -> None:
    said = stage.get("/v1/resources/people/openapi.json").said
    assert said["openapi"] == "3.1.0"
    assert set(said["paths"]) == {f"/v1/resources/people/{kind}" for kind in ("query", "batch", "verify")}
    assert "name" in json.dumps(said)
    assert stage.get("/v1/resources/other/openapi.json").code == "resource_absent"


def test_indexes_are_those_of_the_application(settings: object, bare: Stage) -> None:
    settings.DATA = bare.data  # type: ignore[attr-defined]
    from xiang.foundation.trust.providers import provider

    provider.cache_clear() if hasattr(provider, "cache_clear") else None
    keys = Keys(bare.data)
    keys.refresh()
    try:
        made = [blind.index(number, "party.resident_id") for number in (LI, "４３x ", "ａb")]
    finally:
        provider.cache_clear() if hasattr(provider, "cache_clear") else None
    assert made == [keys.index(number, "party.resident_id") for number in (LI, "43X", "AB")]
