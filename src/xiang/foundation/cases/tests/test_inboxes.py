"""Until when an office must act, how a list is counted, and the phrases of the profile."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ruamel.yaml import YAML

from xiang.foundation.cases import loading, operations, queries
from xiang.foundation.cases.counting import capped_counts, words
from xiang.foundation.cases.inboxes import InboxFilter, states_for
from xiang.foundation.cases.models import NO_DUE, Case, OpinionPhrase
from xiang.foundation.cases.tests import scene as scenes
from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.operations.loading import load_profile

pytestmark = pytest.mark.django_db


def act_by(case: Case) -> date:
    return queries.by_id(case.id).act_by


# --- until when -----------------------------------------------------------------------------------------------------


def test_the_next_duty_is_to_answer_then_to_decide_then_to_deliver(scene):
    case = scenes.file_licence(scene, "芸记米粉店", date(2025, 9, 16))
    assert act_by(case) == date(2025, 9, 23), "five working days to say whether it accepts"
    case = scenes.walk(case, "accept", scene.market.receiver, date(2025, 9, 17))
    assert act_by(case) == case.due == date(2025, 9, 30)
    scenes.walk(case, "recommend_grant", scene.market.reviewer, date(2025, 9, 18))
    scenes.walk(case, "grant", scene.market.decider, date(2025, 9, 19))
    assert act_by(case) == date(2025, 10, 10), "ten working days to deliver"
    scenes.walk(case, "deliver", scene.market.receiver, date(2025, 9, 22), means="window")
    assert act_by(case) == NO_DUE


def test_nothing_binds_the_office_while_the_applicant_is_awaited_or_the_clock_stands(scene):
    case = scenes.file_licence(scene, "芸记米粉店", date(2025, 9, 16))
    scenes.walk(case, "ask_supplement", scene.market.receiver, date(2025, 9, 17), missing=["合同"])
    assert act_by(case) == NO_DUE
    scenes.walk(case, "supplement", scenes.cast.resident(scene.shop), date(2025, 9, 22))
    assert act_by(case) == date(2025, 9, 28)
    scenes.walk(case, "accept", scene.market.receiver, date(2025, 9, 23))
    scenes.walk(case, "stop", scene.market.reviewer, date(2025, 9, 24), reason="testing", days=2)
    assert act_by(case) == NO_DUE
    case = scenes.walk(case, "resume", scene.market.reviewer, date(2025, 9, 26), result="合格")
    assert act_by(case) == case.due


def test_an_answer_that_is_overdue_stays_the_first_thing_to_do(scene):
    scenes.birth(scene, date(2025, 9, 8), walked=False)
    case = scene.cases["birth_certificate"]
    with frozen_at(date(2025, 9, 20)):
        operations.settle(case.id)
    assert act_by(case) == date(2025, 9, 15)
    scenes.walk(case, "urge", scenes.cast.resident(scene.mother), date(2025, 9, 22))
    assert act_by(case) == date(2025, 9, 15), "a reminder moves no date"


def test_what_waited_for_another_matter_is_received_when_that_is_there(scene):
    scenes.birth(scene, date(2025, 9, 8), walked=False)
    case = scene.cases["household"]
    assert act_by(case) == NO_DUE
    case = scenes.walk(case, "start", SYSTEM, date(2025, 9, 15))
    assert (case.received_on, act_by(case)) == (date(2025, 9, 15), date(2025, 9, 22))


# --- counting -------------------------------------------------------------------------------------------------------


def test_many_counts_are_one_statement_and_each_stops_at_its_cap(desk):
    everything, none = Case.objects.all(), Case.objects.none()
    with CaptureQueriesContext(connection) as asked:
        found = capped_counts({"all": everything, "none": none, "open": everything.filter(open=True)}, cap=10)
    assert len(asked) == 1
    assert found == {"all": 10, "none": 0, "open": 10}
    assert words(10, cap=10) == "10+"


def test_my_turn_follows_the_roles_and_the_procedures():
    assert "submitted" in states_for(frozenset({"receiver"}))
    assert "deciding" in states_for(frozenset({"decider"}))
    assert "submitted" not in states_for(frozenset({"reviewer"}))
    assert states_for(frozenset({"auditor"})) == ()


def test_every_list_is_counted_in_one_statement_however_it_is_filtered(desk):
    with scenes.now(), CaptureQueriesContext(connection) as asked:
        counts = queries.counters(desk.market.reviewer, InboxFilter(view="unit", text="食品"))
    assert counts["all"] >= counts["late"]
    assert sum("COUNT" in (query["sql"] or "") for query in asked.captured_queries) == 1


# --- twins ----------------------------------------------------------------------------------------------------------


def test_twins_have_a_row_each_with_their_name(scene, as_):
    parent = scenes.birth(scene)
    for key in ("household", "card"):
        case = queries.by_id(scene.cases[key].id)
        Case.objects.filter(id=case.id).update(facts={**case.facts, "child": 2}, title="周沐语")
    with scenes.now():
        view = as_(scene.mother).get(f"/cases/{parent.number}/").context["view"]
    assert {row.title for row in view.lanes.rows} >= {"出生登记（户口）·周沐语", "预防接种证·周沐言"}


# --- the profile ----------------------------------------------------------------------------------------------------


def load(folder, rows) -> object:
    with (folder / "opinions.yaml").open("w") as file:
        YAML().dump(rows, file)
    section = next(one for one in profile.sections() if one.kind == "opinions")
    with profile.isolated(section):
        return load_profile(folder, actor=SYSTEM)


def test_phrases_are_loaded_changed_and_removed_with_the_profile(db, tmp_path):
    row = {"key": "accept.complete", "on": "accept", "text": "材料齐全，予以受理。"}
    other = {"key": "grant.benefit", "on": "grant", "regime": "benefit", "text": "按规定核定待遇。"}
    load(tmp_path, [row, other])
    assert [one.text for one in queries.phrases("licence", "accept", "grant")] == ["材料齐全，予以受理。"]
    assert [one.key for one in queries.phrases("benefit", "grant")] == ["grant.benefit"]
    load(tmp_path, [row | {"text": "符合法定形式，予以受理。"}])
    assert [one.text for one in OpinionPhrase.objects.all()] == ["符合法定形式，予以受理。"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"key": "a", "on": "accpet", "text": "x"}, "step_unknown"),
        ({"key": "a", "on": "accept", "regime": "licnce", "text": "x"}, "regime_unknown"),
        ({"key": "a", "on": "refuse", "text": "x"}, "phrase_on_refusal"),
    ],
)
def test_a_phrase_that_fits_no_step_is_refused_with_its_line(db, tmp_path, row, code):
    report = load(tmp_path, [row])
    assert [problem.code for problem in report.problems] == [code]
    assert not OpinionPhrase.objects.exists()
    assert loading.SCHEMA["required"] == ["key", "on", "text"]
