"""The named cast: one family for every situation, found in the right systems and nowhere else."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from xiang.foundation.ground import instant
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Guardianship, Party
from xiang.portal.province import cast as casting
from xiang.portal.province.enrolment import enrol_cast

from .test_province import TODAY, _seed, rows

SITUATIONS = {
    "usual", "unmarried_mother", "unmarried_father", "one_foreign_parent", "both_foreign", "born_elsewhere",
    "born_at_home", "born_abroad", "twins", "died_before_registration", "stillbirth", "rare_characters",
    "unprintable_character", "two_peoples", "third_surname", "collective", "military", "father_other_city",
    "older_than_one_month", "older_than_one_year", "other_parent_refuses", "wrong_marriage_record", "company",
    "restaurant", "retirement", "school", "elder_at_window", "stranger",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cast")
    with instant.frozen_at(TODAY):
        _seed(folder, people=120)
    return folder


@pytest.fixture(scope="module")
def cast() -> casting.Cast:
    return casting.load(settings.PROFILE_DIR)


def births_of(data: Path, mother: str) -> list[dict[str, Any]]:
    return rows(data, "health", "SELECT * FROM births WHERE mother_name = ? ORDER BY record_no", mother)


def test_every_situation_has_its_family(cast: casting.Cast) -> None:
    assert {family.key for family in cast.families} >= SITUATIONS


def test_every_person_of_the_cast_has_a_number_of_their_own(cast: casting.Cast) -> None:
    members = [member for family in cast.families for member in family.members]
    assert len({member.number for member in members}) == len({member.key for member in members}) == len(members)
    assert cast.member("liu_yun").number[-4:] == "002X"


def test_the_usual_mother_is_registered_in_yuelu_and_the_father_in_tianyuan(data: Path) -> None:
    mother, father = (
        rows(data, "police", "SELECT * FROM person WHERE name = ? AND id_number LIKE '439990%'", name)[0]
        for name in ("刘芸", "周子衡")
    )
    assert (mother["household_division"], mother["household_station_name"]) == ("430104", "望月湖派出所")
    assert (father["household_division"], father["household_station_name"]) == ("430211", "嵩山路派出所")
    lives = rows(data, "police", "SELECT * FROM residence WHERE id_number = ?", father["id_number"])[0]
    assert lives["town"] == "望月湖街道"


def test_the_usual_child_was_born_in_hospital_and_has_no_certificate_yet(data: Path) -> None:
    (birth,) = births_of(data, "刘芸")
    assert (birth["hospital_name"], birth["outcome"], birth["certificate_no"]) == ("长沙市妇幼保健院", "live", "")
    assert birth["birth_time"] == "2026-11-16T23:42:00+00:00"


@pytest.mark.parametrize(
    ("mother", "expected"),
    [("罗佳怡", 0), ("黄可欣", 0), ("邓雅琪", 2), ("易静", 1), ("汤慧", 1), ("向晓梅", 1)],
)
def test_the_hospitals_know_the_births_that_they_attended(data: Path, mother: str, expected: int) -> None:
    assert len(births_of(data, mother)) == expected


def test_outcomes_and_places_are_told_apart(data: Path) -> None:
    assert births_of(data, "易静")[0]["outcome"] == "died"
    assert births_of(data, "汤慧")[0]["outcome"] == "stillbirth"
    home = births_of(data, "向晓梅")[0]
    assert (home["place_kind"], home["hospital_name"]) == ("home", "")


def test_foreigners_and_people_of_other_provinces_are_in_no_household(data: Path, cast: casting.Cast) -> None:
    for key in ("luca_moretti", "linh_nguyen", "ruan_tao"):
        number = cast.member(key).number
        assert not rows(data, "police", "SELECT 1 FROM person WHERE id_number = ?", number)
        assert rows(data, "police", "SELECT 1 FROM residence WHERE id_number = ?", number)


@pytest.mark.parametrize(("mother", "married"), [("陈思敏", 0), ("何文静", 0), ("邹敏", 0), ("刘芸", 1)])
def test_the_unmarried_have_no_marriage_on_record(data: Path, cast: casting.Cast, mother: str, married: int) -> None:
    number = next(m.number for f in cast.families for m in f.members if m.name == mother)
    assert len(rows(data, "civil_affairs", "SELECT 1 FROM marriage WHERE wife_id_number = ?", number)) == married


def test_the_wrong_record_is_wrong_in_civil_affairs_alone(data: Path, cast: casting.Cast) -> None:
    number = cast.member("xiao_jing").number
    assert rows(data, "civil_affairs", "SELECT wife_name FROM marriage WHERE wife_id_number = ?", number) == [
        {"wife_name": "肖婧"}
    ]
    assert rows(data, "police", "SELECT name FROM person WHERE id_number = ?", number) == [{"name": "肖靖"}]


def test_the_company_has_its_agent_on_record(data: Path, cast: casting.Cast) -> None:
    found = rows(data, "market", "SELECT * FROM agents WHERE uscc = ?", cast.companies["xinghe"].uscc)
    assert [row["name"] for row in found] == ["林一鸣"]


@pytest.mark.django_db
def test_the_cast_is_enrolled_once_with_its_companies(cast: casting.Cast) -> None:
    first, again = enrol_cast(settings.PROFILE_DIR), enrol_cast(settings.PROFILE_DIR)
    assert first.people == sum(len(family.members) for family in cast.families)
    assert (again.people, again.companies) == (0, 0)
    mother = parties.person_by_id_number(cast.member("liu_yun").number)
    assert mother is not None and mother.demo_key == "liu_yun"
    assert mother.person.division_code == "430104" and mother.person.ethnicity == "01"
    assert Party.objects.get(demo_key="xinghe").legal.representative == Party.objects.get(demo_key="zhou_min")
    assert Guardianship.objects.filter(ward__demo_key="cheng_anran").count() == 2


@pytest.mark.django_db
def test_the_command_prints_what_it_made_as_json(tmp_path: Path) -> None:
    out = StringIO()
    call_command("seed_province", people=120, seed=3, data=tmp_path, json=True, stdout=out, stderr=StringIO())
    made = json.loads(out.getvalue())
    assert made["counts"]["police.person"] == 120 and made["changed"] and made["enrolled"]["people"] > 50


def test_the_command_refuses_fewer_people_than_the_cast(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="至少要"):
        call_command("seed_province", people=10, data=tmp_path, sources_only=True)
