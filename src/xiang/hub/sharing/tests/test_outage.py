"""Systems that do not answer: said to the person with their beginning, not asked in vain, and found again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from xiang.foundation.forms.sources import Fetched
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Forbidden, Unavailable
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.inventory.models import System
from xiang.hub.sharing import operations
from xiang.hub.sharing.models import SystemState
from xiang.hub.sharing.operations import Purpose, Question, circuit

from .conftest import TODAY, Hub

SHORT = timedelta(milliseconds=80)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, hour, minute, tzinfo=instant.SHANGHAI)


def ask_both(hub: Hub, deadline: timedelta = timedelta(seconds=4)) -> tuple[Fetched, Fetched]:
    mother = hub.subject(hub.cast.mother)
    why = Purpose("service", hub.parent(), "430104.police", frozenset({"birth_registration"}), new_id())
    questions = [Question("police_person", mother, ("name",)), Question("health_birth", mother, ("sex",))]
    police, health = operations.fetch_many(questions, why, deadline=deadline)
    return police, health


def test_an_unplugged_system_is_said_with_its_beginning_and_the_others_go_on(hub: Hub) -> None:
    with instant.frozen_at(at(10, 2)):
        operations.set_system_state("police", "down", SYSTEM)
    with instant.frozen_at(at(11, 30)):
        police, health = ask_both(hub)
    assert police.outage == "police系统 10:02 起连不上。" and not police.values
    assert health.values == {"sex": "1"}
    assert [use.resource_key for use in DataUse.objects.all()] == ["health_birth"]


def test_an_outage_of_another_day_is_said_with_its_date(hub: Hub) -> None:
    with instant.frozen_at(at(10, 2)):
        operations.set_system_state("police", "down", SYSTEM)
    with instant.frozen_at(at(9) + timedelta(days=1)):
        assert ask_both(hub)[0].outage == "police系统 11月23日 10:02 起连不上。"


def test_asking_one_resource_of_a_system_that_is_down_raises_with_since(hub: Hub) -> None:
    operations.set_system_state("police", "down", SYSTEM)
    with pytest.raises(Unavailable) as caught:
        hub.ask()
    assert caught.value.code == "source_down" and caught.value.params["system"] == "police"


def test_plugging_in_again_heals_at_once(hub: Hub) -> None:
    operations.set_system_state("police", "down", SYSTEM)
    operations.set_system_state("police", "up", SYSTEM)
    assert ask_both(hub)[0].values == {"name": "刘芸"}


def test_unplugging_twice_keeps_the_first_beginning(hub: Hub) -> None:
    with instant.frozen_at(at(10)):
        operations.set_system_state("police", "down", SYSTEM)
    with instant.frozen_at(at(12)):
        operations.set_system_state("police", "down", SYSTEM)
        assert "10:00" in ask_both(hub)[0].outage


def test_a_slow_system_is_given_up_at_the_deadline_and_the_others_are_not_lost(hub: Hub) -> None:
    operations.set_system_state("police", "slow", SYSTEM)
    police, health = ask_both(hub, SHORT)
    assert police.outage and health.values


def test_a_missing_database_is_an_outage_and_not_an_empty_answer(hub: Hub) -> None:
    (hub.folder / "police.sqlite3").unlink()
    police, _ = ask_both(hub)
    assert police.outage and not police.absent
    state = SystemState.objects.get(system__key="police")
    assert (state.failures, state.reason) == (1, "not_reached")


def test_a_broken_database_is_an_outage_too(hub: Hub) -> None:
    (hub.folder / "police.sqlite3").write_bytes(b"not a database" * 100)
    assert ask_both(hub)[0].outage


def test_after_some_failures_a_system_is_left_alone_until_the_pause_is_over(hub: Hub) -> None:
    file = hub.folder / "police.sqlite3"
    kept = file.read_bytes()
    file.unlink()
    began = at(10)
    for minute in range(circuit.PATIENCE):
        with instant.frozen_at(began + timedelta(seconds=minute)):
            assert ask_both(hub)[0].outage
    file.write_bytes(kept)
    with instant.frozen_at(began + timedelta(seconds=5)):
        assert "10:00" in ask_both(hub)[0].outage, "still left alone, though it would answer"
    with instant.frozen_at(began + circuit.PAUSE + timedelta(seconds=5)):
        assert ask_both(hub)[0].values == {"name": "刘芸"}
    assert SystemState.objects.get(system__key="police").down_since is None


def test_only_one_caller_tries_a_system_after_the_pause(hub: Hub) -> None:
    system = System.objects.get(key="police")
    with instant.frozen_at(at(10)):
        for _ in range(circuit.PATIENCE):
            circuit.failed(system, "not_reached")
    with instant.frozen_at(at(11)):
        first, second = circuit.look([system])["police"], circuit.look([system])["police"]
    assert (first.ask, second.ask) == (True, False)


def test_an_outage_is_no_use_of_data(hub: Hub) -> None:
    operations.set_system_state("police", "down", SYSTEM)
    operations.set_system_state("health", "down", SYSTEM)
    ask_both(hub)
    assert not DataUse.objects.exists()


def test_only_a_steward_pulls_the_plug(hub: Hub) -> None:
    with pytest.raises(Forbidden):
        operations.set_system_state("police", "down", hub.officer())


def test_an_address_in_the_environment_is_found_there(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    System.objects.filter(key="police").update(connection="env:XIANG_SOURCE_POLICE")
    assert ask_both(hub)[0].outage
    monkeypatch.setenv("XIANG_SOURCE_POLICE", f"sqlite:{tmp_path / 'police.sqlite3'}")
    assert ask_both(hub)[0].values
