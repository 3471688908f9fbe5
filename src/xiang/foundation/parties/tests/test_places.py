"""Divisions of all times, bodies and offices, and which office is competent."""

from __future__ import annotations

from datetime import date

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Forbidden, Invalid
from xiang.foundation.ledger.models import Entry
from xiang.foundation.parties import actors, operations, queries
from xiang.foundation.parties.models import Body, Division, Role, Unit
from xiang.foundation.parties.tests.cast import SYSTEM, Cast, officer

pytestmark = pytest.mark.django_db


def old_county() -> None:
    """望城县 (430122) became 望城区 (430112) in 2011."""
    operations.put_divisions(
        SYSTEM,
        [
            operations.DivisionRow(
                "430122", "望城县", "county", "430100", valid_to=date(2011, 5, 20), successor="430112"
            ),
            operations.DivisionRow("430112", "望城区", "county", "430100", valid_from=date(2011, 5, 20)),
        ],
    )


def test_putting_the_same_again_changes_and_records_nothing(cast: Cast) -> None:
    before = Entry.objects.count()
    operations.put_body(SYSTEM, key="430104.police", name="长沙市公安局岳麓分局", division="430104", level="county")
    operations.put_unit(SYSTEM, key=cast.clinic.key, body=cast.health.key, name=cast.clinic.name, kind="vaccination")
    operations.put_division(SYSTEM, code="430104", name="岳麓区", level="county", parent="430100")
    assert Entry.objects.count() == before


def test_a_changed_name_is_put_and_the_tree_knows_at_once(cast: Cast) -> None:
    assert queries.tree().title("430104") == "湖南省长沙市岳麓区"
    operations.put_division(SYSTEM, code="430104", name="岳麓新区", level="county", parent="430100")
    assert queries.tree().title("430104") == "湖南省长沙市岳麓新区"
    operations.put_body(SYSTEM, key="430104.police", name="岳麓公安分局", division="430104", level="county")
    cast.police.refresh_from_db()
    assert (cast.police.name, cast.police.party.name) == ("岳麓公安分局", "岳麓公安分局")


def test_paths_are_prefixes_of_what_lies_below(cast: Cast) -> None:
    assert Division.objects.get(code="430104").path == "43/4301/430104"
    assert [row.code for row in queries.tree().children("430100")] == ["430104", "430105"]


def test_rows_may_come_in_any_order() -> None:
    operations.put_divisions(
        SYSTEM,
        [
            operations.DivisionRow("430104", "岳麓区", "county", "430100"),
            operations.DivisionRow("430100", "长沙市", "prefecture", "430000"),
            operations.DivisionRow("430000", "湖南省", "province"),
        ],
    )
    operations.put_bodies(
        SYSTEM,
        [
            operations.BodyRow("430104.police", "岳麓分局", "430104", parent="430104.government"),
            operations.BodyRow("430104.government", "岳麓区人民政府", "430104", government=True),
        ],
    )
    assert Division.objects.get(code="430104").path == "43/4301/430104"
    police = Body.objects.get(key="430104.police")
    assert police.parent is not None and police.parent.key == "430104.government" and police.department == "police"


def test_a_row_that_names_nobody_says_where() -> None:
    with pytest.raises(Invalid) as refused:
        operations.put_unit(SYSTEM, key="x.y", body="nobody", name="某处")
    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/units/x.y/body", "body_absent")


def test_only_a_configurator_puts(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        operations.put_body(actors.for_staff(cast.decider), key="a.b", name="某局")
    writer = officer("施展", "configurator", cast.police, cast.station, Role.CONFIGURATOR)
    operations.put_body(actors.for_staff(writer), key="a.b", name="某局")


def test_the_office_of_the_division_itself_comes_first(cast: Cast) -> None:
    assert queries.unit_for("police", "430104") == cast.station
    assert queries.unit_for("430104.police", "430104") == cast.station
    assert queries.unit_for("police", "430105") is None


def test_of_several_offices_the_one_of_the_town_is_meant(cast: Cast) -> None:
    other = operations.put_unit(
        SYSTEM, key="430104.police.a", body=cast.police.key, name="岳麓山派出所", kind="police_station", town="岳麓街道"
    )
    assert queries.unit_for("police", "430104", town="岳麓街道") == other
    assert queries.unit_for("police", "430104", town="望月湖街道", kind="police_station") == cast.station
    assert queries.unit_for("police", "430104", kind="registry") is None


def test_where_a_division_has_no_office_the_next_level_is_competent(cast: Cast) -> None:
    city = operations.put_body(SYSTEM, key="430100.market", name="长沙市市场监管局", division="430100")
    hall = operations.put_unit(SYSTEM, key="430100.market.hall", body=city.key, name="市局窗口")
    assert queries.unit_for("market", "430105") == hall
    assert queries.body_for("market", "430105") == city


def test_a_code_of_former_times_leads_to_the_office_of_its_successor(cast: Cast) -> None:
    old_county()
    body = operations.put_body(SYSTEM, key="430112.police", name="望城分局", division="430112")
    station = operations.put_unit(SYSTEM, key="430112.police.central", body=body.key, name="高塘岭派出所")
    assert queries.unit_for("police", "430122") == station
    assert queries.standing_of_division("430122") == "historic"
    assert queries.standing_of_division("430199") == "unknown"
    assert queries.standing_of_division("110105") is None


def test_a_right_over_a_division_outlives_its_renumbering(cast: Cast) -> None:
    old_county()
    assert queries.paths_with_history(["43/4301/430112"]) == ("43/4301/430112", "43/4301/430122")


def test_a_retired_office_takes_nothing_more(cast: Cast) -> None:
    operations.retire_unit(SYSTEM, cast.station.key, on=instant.today())
    assert queries.unit_for("police", "430104") is None
    assert Unit.objects.filter(key=cast.station.key).exists()


def test_a_retired_division_hands_over_to_its_successor(cast: Cast) -> None:
    operations.retire_division(SYSTEM, "430105", successor="430104", on=instant.today())
    assert queries.unit_for("police", "430105") == cast.station
