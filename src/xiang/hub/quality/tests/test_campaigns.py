"""A quarter's campaign over a real catalogue and a real department's database, and mending what it found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.measures import operations as folding
from xiang.foundation.measures import queries as measures
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.hub.inventory import operations as inventory
from xiang.hub.inventory.tests.conftest import World
from xiang.hub.quality import operations, queries
from xiang.hub.quality.models import Campaign, Check, Finding
from xiang.hub.quality.operations.campaigns import quarter
from xiang.hub.quality.operations.findings import HELD, MENDED
from xiang.hub.quality.tests.conftest import BAD

pytestmark = pytest.mark.usefixtures("_today")


def run(world: World) -> Campaign:
    made = operations.start(world.hub.as_writer())
    worker.drain(raising=True)
    made.refresh_from_db()
    return made


def of(rule: str) -> Finding:
    return Finding.objects.get(rule=rule)


def mend(source: Path) -> None:
    with closing(sqlite3.connect(source)) as records:
        records.execute("UPDATE person SET id_number = '320311770706001' WHERE id_number = ?", [BAD])
        records.commit()


def test_a_campaign_checks_catalogue_and_data_and_freezes_its_report(world: World, source: Path):
    made = run(world)
    assert (made.key, made.state, queries.progress(made).done) == ("2026Q4", "frozen", 2)
    rules = {finding.rule: finding.failed for finding in Finding.objects.all()}
    assert rules == {"f0_number": 1, "f2_type": 1, "entry_fields": 1, "entry_mapping": 2}
    (ranked,) = made.report["bodies"]
    assert (ranked["rank"], ranked["body"], ranked["findings"]) == (1, world.police.body.key, 4)
    assert queries.unchanged(made)
    assert Entry.objects.get(kind="hub.quality.frozen").refs["digest"] == made.digest


def test_a_resource_that_came_through_ckan_is_checked_by_the_items_of_its_entry(world: World, source: Path):
    at = {"system": "police", "table": "person"}
    items = [
        {"name": "name", "title": "姓名", "type": "C", **at, "column": "name"},
        {"name": "birth_date", "title": "出生日期", "type": "D", **at, "column": "birth_date"},
    ]
    world.publish(key="birth", title="出生登记信息", items=items)
    said = {"title": "出生登记", "table": "person", "personal": True}
    inventory.mount_new("police_born", "birth", "police", said, world.police.as_writer())
    run(world)
    finding = Finding.objects.get(origin__subject_key="police_born")
    assert (finding.rule, finding.assessed, finding.failed) == ("f1_type", 3, 1)
    assert "不详" not in str(finding.samples)


def test_a_resource_of_which_nobody_said_what_it_holds_is_a_finding(world: World, source: Path):
    inventory.mount_new(
        "police_odd", "person", "police", {"title": "别的", "table": "person"}, world.police.as_writer()
    )
    run(world)
    finding = Finding.objects.get(origin__subject_key="police_odd")
    assert "没有登记数据项" in finding.message


def test_grades_and_weights_are_those_in_force_and_the_report_says_whether_anybody_confirmed_them(
    world: World, source: Path
):
    for key, value in (("quality.grades", ["好=50", "坏=0"]), ("quality.weights", ["完整性=1", "准确性=0"])):
        row = RuleRow(key=key, value=value, unit="list", title="质检", citation="测试", valid_from=date(2026, 1, 1))
        statutes.put_rule(row, SYSTEM)
    made = run(world)
    check = made.checks.get(subject_key="police_person")
    assert (check.score, check.grade) == (100, "好")  # nothing is missing, and what is wrong weighs nothing
    assert made.report["terms"]["grades"] == [["好", 50], ["坏", 0]]
    assert made.report["terms"]["confirmed"] is False


def test_a_report_that_was_changed_afterwards_is_noticed(world: World, source: Path):
    made = run(world)
    made.report["bodies"][0]["score"] = 100
    assert not queries.unchanged(made)


def test_samples_of_personal_data_are_masked_wherever_they_are_kept(world: World, source: Path):
    run(world)
    assert of("f0_number").samples[0]["value"] == "1101**********0021"
    kept = str([*Check.objects.values_list("result"), *Finding.objects.values_list("samples")])
    assert BAD not in kept
    assert "不详" not in kept


def test_findings_are_sent_out_with_the_statutes_limit(world: World, source: Path):
    run(world)
    finding = of("f0_number")
    assert (finding.state, finding.due, finding.limit["confirmed"]) == ("assigned", date(2026, 12, 7), False)
    assert not queries.is_late(finding)
    with instant.frozen_at(date(2026, 12, 8)):
        assert queries.is_late(finding)


def test_a_mended_finding_is_closed_by_the_recheck(world: World, source: Path):
    run(world)
    finding, officer = of("f0_number"), world.police.as_writer()
    operations.perform(finding.id, "begin", officer)
    mend(source)
    operations.perform(finding.id, "self_check", officer)
    worker.drain(raising=True)
    finding.refresh_from_db()
    assert (finding.state, finding.failed, finding.samples) == ("closed", 0, [])
    assert [event.edge for event in finding.events.all()] == ["assign", "begin", "self_check", "pass"]
    assert finding not in queries.open_findings(officer)


def test_figures_count_what_was_closed_in_time_and_a_recount_agrees(world: World, source: Path):
    run(world)
    finding, officer = of("f0_number"), world.police.as_writer()
    for step in ("begin", "self_check"):
        operations.perform(finding.id, step, officer)
    worker.drain(raising=True)
    mend(source)
    with instant.frozen_at(date(2026, 12, 8)):  # a day late
        for step in ("begin", "self_check"):
            operations.perform(finding.id, step, officer)
        worker.drain(raising=True)
    operations.perform(of("f2_type").id, "object", officer, "早年登记确实不详")
    operations.perform(of("f2_type").id, "uphold", world.hub.as_writer(), "经核实")
    folding.fold_batch(100)
    for key in (MENDED, HELD):
        found = measures.figure(key)
        assert (found.numerator, found.denominator) == (1, 2), key
        assert measures.recount(key).agrees, key


def test_what_is_taken_out_of_the_catalogue_meanwhile_does_not_hold_up_the_report(world: World, source: Path):
    made = operations.start(world.hub.as_writer())
    inventory.unmount("police_person", SYSTEM)
    worker.drain(raising=True)
    made.refresh_from_db()
    assert made.state == "frozen"
    assert made.checks.get(subject_key="police_person").score is None


def test_what_was_not_mended_comes_back(world: World, source: Path):
    run(world)
    finding, officer = of("f0_number"), world.police.as_writer()
    for step in ("begin", "self_check"):
        operations.perform(finding.id, step, officer)
    worker.drain(raising=True)
    finding.refresh_from_db()
    assert (finding.state, finding.reopened, finding.failed) == ("reopened", 1, 1)
    operations.perform(finding.id, "begin", officer)


def test_a_source_that_is_gone_is_a_finding_and_no_recheck_passes_without_it(world: World, source: Path):
    kept = source.rename(source.with_suffix(".gone"))
    run(world)
    finding, officer = of("resource_reachable"), world.police.as_writer()
    for step in ("begin", "self_check"):
        operations.perform(finding.id, step, officer)
    worker.drain(raising=True)
    finding.refresh_from_db()
    assert finding.state == "reopened"
    kept.rename(source)
    for step in ("begin", "self_check"):
        operations.perform(finding.id, step, officer)
    worker.drain(raising=True)
    finding.refresh_from_db()
    assert finding.state == "closed"


@pytest.mark.parametrize(("answer", "state"), [("uphold", "closed"), ("dismiss", "fixing")])
def test_an_objection_is_answered_by_the_hub(world: World, source: Path, answer: str, state: str):
    run(world)
    finding = of("f2_type")
    with pytest.raises(Invalid):
        operations.perform(finding.id, "object", world.police.as_writer())
    operations.perform(finding.id, "object", world.police.as_writer(), "早年登记确实不详")
    with pytest.raises(Forbidden):
        operations.perform(finding.id, answer, world.police.as_writer(), "同意")
    operations.perform(finding.id, answer, world.hub.as_writer(), "经核实")
    finding.refresh_from_db()
    assert finding.state == state


def test_another_body_neither_sees_a_finding_nor_touches_it(world: World, source: Path):
    run(world)
    finding, stranger = of("f0_number"), world.market.as_writer()
    assert not queries.findings(stranger)
    for attempt in (
        lambda: queries.finding(stranger, finding.id),
        lambda: operations.perform(finding.id, "begin", stranger),
    ):
        with pytest.raises(Absent):
            attempt()
    assert not queries.findings(actors.for_staff(world.receiver))
    assert not queries.campaigns(actors.for_staff(world.receiver))


def test_the_hub_does_not_mend_for_a_body(world: World, source: Path):
    run(world)
    with pytest.raises(Forbidden):
        operations.perform(of("f0_number").id, "begin", world.hub.as_writer())


def test_steps_out_of_turn_and_unknown_ones_are_refused(world: World, source: Path):
    run(world)
    finding, officer = of("f0_number"), world.police.as_writer()
    with pytest.raises(Refused):
        operations.perform(finding.id, "self_check", officer)
    for name in ("pass", "nonsense"):
        with pytest.raises(Absent):
            operations.perform(finding.id, name, officer)
    with pytest.raises(Absent):
        operations.perform(UUID(int=1), "begin", officer)


def test_a_campaign_is_started_once_a_quarter_and_by_the_hub_alone(world: World, source: Path):
    with pytest.raises(Forbidden):
        operations.start(world.police.as_writer())
    run(world)
    with pytest.raises(Refused) as caught:
        operations.start(world.hub.as_writer())
    assert caught.value.code == "campaign_twice"


def test_a_check_that_is_done_twice_counts_once(world: World, source: Path):
    made = operations.start(world.hub.as_writer())
    while not queries.progress(made).done:
        worker.drain(limit=1, raising=True)
    assert (queries.progress(made).done, Campaign.objects.get().state) == (1, "running")
    worker.drain(raising=True)
    worker.drain(raising=True)
    assert Finding.objects.count() == 4


def test_a_stewards_rules_replace_those_of_the_catalogue(world: World, source: Path):
    content = {"rules": [{"key": "name", "kind": "dictionary", "column": "name", "values": ["张三"]}]}
    operations.put_rules("police_person", content, world.police.as_writer())
    with pytest.raises(Absent):
        operations.put_rules("police_person", content, world.market.as_writer())
    with pytest.raises(Invalid):
        operations.put_rules("police_person", {"rules": []}, world.police.as_writer())
    run(world)
    assert of("name").failed == 2


def test_without_a_registered_limit_nothing_is_said_to_be_late(world: World, source: Path):
    statutes.withdraw_rule("quality.rectify", "00", date(2025, 8, 1), SYSTEM)
    run(world)
    finding = of("f0_number")
    assert (finding.state, finding.due, queries.is_late(finding)) == ("assigned", None, False)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_quarters_are_those_of_the_calendar(day: date, key: str):
    assert quarter(day) == key
