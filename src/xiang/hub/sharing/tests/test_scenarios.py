"""What scenarios need and have; what waits for a steward; the channels that are to go."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings

from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.measures.operations import fold_batch
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.publishing.profile.reading import read
from xiang.hub.inventory import operations as inventory
from xiang.hub.sharing import operations, queries
from xiang.hub.sharing.queries.duties import Due

from . import bureaus
from .bureaus import LAW, Sharing


@pytest.fixture
def world(db: None) -> Sharing:
    return bureaus.make()


def relief(world: Sharing) -> None:
    values = {"title": "社会救助核对", "lead": world.civil.body.key, "source": "演示", "synthetic": True}
    needs = [{"entry": "person", "items": ["name"]}, {"entry": "company", "items": ["name"]}, {"entry": "vehicle"}]
    operations.put_scenario("relief_check", values, needs, SYSTEM)


def standings(world: Sharing) -> dict[str, str]:
    shown = queries.scenario_for(world.civil.steward(), "relief_check")
    return {one.need.entry_key: one.standing for one in shown.needs}


def test_a_need_is_open_then_asked_then_met_and_a_missing_entry_is_said(world: Sharing) -> None:
    relief(world)
    assert standings(world) == {"person": "open", "company": "open", "vehicle": "missing"}
    made = world.hand_in(scenario="relief_check")
    assert standings(world)["person"] == "asked"
    world.step(world.step(made, "forward", world.hub.steward()), "reject", world.police.steward(), reason="不", **LAW)
    assert standings(world)["person"] == "refused"
    world.in_use(scenario="relief_check")
    assert standings(world)["person"] == "met"
    shown = queries.scenario_for(world.civil.steward(), "relief_check")
    assert (shown.met, shown.satisfied) == (1, False)


def test_the_list_is_for_officers_and_written_by_the_hub(world: Sharing) -> None:
    relief(world)
    with pytest.raises(Absent):
        queries.satisfaction(actors.ANONYMOUS)
    with pytest.raises(Forbidden):
        operations.retire_scenario("relief_check", world.police.steward())
    operations.retire_scenario("relief_check", world.hub.steward())
    assert queries.satisfaction(world.civil.steward()) == []


def test_hunan_s_list_has_about_twenty_scenarios_each_marked_as_made_up() -> None:
    rows = [data for data, _, _ in read(settings.PROFILE_DIR, settings.PROFILE_DIR / "scenarios.yaml")]
    assert len(rows) == 20 and all(row["synthetic"] and row["needs"] for row in rows)


def kinds(bureau: bureaus.Bureau) -> list[tuple[str, str]]:
    return [(one.kind, one.title) for one in queries.duties(bureau.steward()).rows]


def test_the_to_do_list_follows_a_request_from_hand_to_hand(world: Sharing) -> None:
    made = world.hand_in()
    assert kinds(world.hub) == [("answer", "person")] and kinds(world.police) == []
    world.step(made, "forward", world.hub.steward())
    assert kinds(world.hub) == [] and kinds(world.police) == [("answer", "person")]
    first: Due = queries.duties(world.police.steward()).rows[0]
    assert first.ref == made.number and not first.late
    world.step(made, "approve", world.police.steward())
    assert kinds(world.police) == [("provide", "person")]
    world.step(made, "deliver", world.police.steward(), where="交换任务 3")
    assert kinds(world.civil) == [("confirm", "person")] and kinds(world.market) == []


def test_who_is_no_steward_has_no_list_and_requests_show_to_both_sides_alone(world: Sharing) -> None:
    made = world.hand_in()
    clerk = casting.officer("张立", "clerk", world.civil.body, world.civil.office, "receiver")
    with pytest.raises(Absent):
        queries.duties(actors.for_staff(clerk))
    for bureau, seen in ((world.civil, 1), (world.police, 1), (world.hub, 1), (world.market, 0)):
        assert queries.requests_for(bureau.steward()).count() == seen
    assert not queries.requests_for(actors.for_staff(clerk))
    with pytest.raises(Absent):
        queries.agreement_of(world.civil.steward(), made.number)
    with pytest.raises(Absent):
        queries.draft_for(world.market.steward(), made.draft_id)


def channel(world: Sharing, **changes: object) -> None:
    values = {
        "source": "person",
        "target": "company",
        "data": "人员状态",
        "reason": "2019 年会议纪要",
        "rows_a_day": 500,
    }
    operations.put_channel("police-market", values | changes, world.police.steward())


def test_a_channel_is_switched_off_only_when_something_does_its_work(world: Sharing) -> None:
    channel(world)
    with pytest.raises(Refused) as caught:
        operations.retire_channel("police-market", world.market.steward())
    assert caught.value.code == "not_replaced"
    channel(world, replaced_by="person_table")
    with pytest.raises(Forbidden):
        operations.retire_channel("police-market", world.civil.steward())
    assert operations.retire_channel("police-market", world.market.steward()).retired_at
    assert queries.channels(world.market.steward()).count() == 1 and not queries.channels(world.civil.steward())


def test_a_channel_names_two_systems_and_why_it_exists(world: Sharing) -> None:
    for changes in ({"target": "person"}, {"target": "nothing"}, {"reason": ""}, {"replaced_by": "nothing"}):
        with pytest.raises(Invalid):
            channel(world, **changes)
    with pytest.raises(Forbidden):
        values = {"source": "person", "target": "company", "data": "x", "reason": "y"}
        operations.put_channel("other", values, world.civil.steward())


def test_the_league_shows_what_each_body_holds_and_answered(world: Sharing) -> None:
    inventory.put_system("empty", {"body_key": "430000.market", "title": "空", "connection": "sqlite:x"}, SYSTEM)
    world.in_use()
    fold_batch(1000)
    rows = {one.body_key: one for one in queries.league(world.hub.steward(), date(2026, 10, 1), date(2026, 12, 31))}
    assert rows["430000.police"].coverage.share == 1.0
    assert (rows["430000.police"].on_time.numerator, rows["430000.market"].on_time.denominator) == (1, 0)
