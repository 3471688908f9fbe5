"""Every story of ``./xiang demo``, played in this process."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from xiang.portal.demos import telling
from xiang.portal.demos.local import LocalPlayer
from xiang.portal.demos.rest import MixedPlayer
from xiang.portal.demos.stories import STORIES, find

pytestmark = pytest.mark.django_db


@pytest.fixture
def player(stage) -> LocalPlayer:
    return LocalPlayer()


def played(player: LocalPlayer, key: str) -> telling.Telling:
    story = find(key)
    assert story is not None
    found = telling.perform(story, player)
    json.dumps(found.to_json(), ensure_ascii=False)
    return found


def test_there_are_six_and_each_says_what_it_is_about():
    assert [s.key for s in STORIES] == ["birth", "kinship", "wrong_marriage", "curious_officer", "unplugged", "figure"]
    assert all(s.title and s.about for s in STORIES)


def test_a_birth_from_the_empty_form_to_the_proof(player):
    told = played(player, "birth")
    assert told.facts("submitted_again")["case"] == told.facts("submitted")["case"]
    assert len(told.facts("submitted")["parts"]) == 7
    assert told.facts("birth_registration.accepted")["clock"]["due"]
    assert told.facts("finished") == {**told.facts("finished"), "open": False, "state": "done"}
    identifiers = [s.facts["identifier"] for s in told.steps if s.key == "credential"]
    assert len(identifiers) == len(set(identifiers)) >= 3
    assert all(i.startswith("1.2.156.3005.2") for i in identifiers)
    receipt = told.facts("receipt")["receipt"]
    assert receipt["needed"] == receipt["given"] + receipt["typed"]
    assert receipt["saved"]["counters"]["after"] == 0
    assert told.facts("paid")["amount_fen"] > 0
    assert told.facts("proof")["holds"]


def test_the_same_birth_through_the_public_interface(stage):
    told = played(MixedPlayer(), "birth")
    assert told.facts("submitted_again")["case"] == told.facts("submitted")["case"]
    assert told.facts("finished")["state"] == "done"
    assert told.facts("paid")["amount_fen"] > 0
    assert told.facts("rated")["level"] == "very_satisfied"
    assert told.facts("proof")["holds"]


def test_without_what_the_interface_offers_not_the_story_ends_and_says_so(stage):
    class Outside(MixedPlayer):
        def _take(self, name, method):
            if name == "work":
                super()._take(name, method)

    told = played(Outside(), "figure")
    assert told.facts("not_offered")["missing"] == "figure"


def test_the_clock_that_stops(player):
    told = played(player, "kinship")
    assert told.facts("stopped")["clock_state"] == "stopped"
    assert told.facts("others_run")["clock_state"] != "stopped"
    assert told.facts("resumed")["clock_state"] == "running"


def test_the_wrong_marriage_record_is_disputed_and_mended(player):
    told = played(player, "wrong_marriage")
    assert told.facts("seen")["value"] == "肖婧"
    assert told.facts("disputed")["disputed"]
    assert told.facts("served")["case"]
    assert told.facts("mended") == {"value": "肖靖", "origin": "source"}


def test_the_curious_officer_is_refused_and_seen(player):
    told = played(player, "curious_officer")
    assert told.facts("refused_without_case")["code"] == "no_case"
    assert told.facts("refused_in_other_case")["code"]
    assert told.facts("seen_by_her")["refused"] >= 1
    assert told.facts("seen_by_auditor")["refused"] >= 1


def test_the_form_goes_on_while_police_data_is_unplugged(player):
    told = played(player, "unplugged")
    assert "人口系统" in told.facts("said")["note"]
    assert told.facts("submitted")["by_hand"] > 0
    assert told.facts("filled_again")["police"] > 0


def test_the_figure_leads_to_one_masked_case_and_its_proof(player):
    told = played(player, "figure")
    assert told.facts("case")["adds_up"]
    assert told.facts("case")["masked"]["case"].startswith("*")
    assert told.facts("proof")["holds"]


@pytest.mark.parametrize(("url", "words"), [("127.0.0.1:8000", "不是地址"), ("http://127.0.0.1:9", "连不上")])
def test_what_is_no_running_instance_is_said(url, words):
    with pytest.raises(CommandError, match=words):
        call_command("demo", "birth", "--url", url)
