"""What must hold of every invented province."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from xiang.foundation.ground import instant
from xiang.foundation.parties import identity, numbers
from xiang.foundation.parties.models import Scheme
from xiang.portal.province import seeding, tables
from xiang.portal.province.waiting import WaitingBirth, seed_cases, waiting_births

PEOPLE = 3000
TODAY = date(2026, 11, 22)


def _seed(data: Path, people: int = PEOPLE, seed: int = 7) -> seeding.Province:
    return seeding.seed(people, seed, data=data, profile=settings.PROFILE_DIR)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    with instant.frozen_at(TODAY):
        _seed(folder)
    return folder


def rows(data: Path, system: str, statement: str, *values: Any) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(data / "sources" / f"{system}.sqlite3")) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement, values)]


def people(data: Path) -> Iterator[dict[str, Any]]:
    yield from rows(data, "police", "SELECT * FROM person")


def born(number: str) -> date:
    return datetime.strptime(number[6:14], "%Y%m%d").date()  # noqa: DTZ007 - a date alone


def years(earlier: date, later: date) -> float:
    return (later - earlier).days / 365.25


def test_the_province_holds_exactly_the_people_asked_for(data: Path) -> None:
    assert len(list(people(data))) == PEOPLE


def test_every_identity_number_is_valid_unique_and_of_an_unassigned_division(data: Path) -> None:
    divisions = (settings.PROFILE_DIR / "divisions.csv").read_text(encoding="utf-8")
    seen = set()
    for person in people(data):
        number = person["id_number"]
        checked = identity.check_id(number, today=TODAY)
        assert checked.valid, number
        assert number[:4] == "4399" and number[:6] not in divisions
        assert number not in seen
        seen.add(number)
        assert person["birth_date"] == born(number).isoformat() <= TODAY.isoformat()
        assert ("1" if int(number[16]) % 2 else "2") == person["sex"]


def test_no_table_of_any_department_holds_a_number_of_an_assigned_division(data: Path) -> None:
    for system, listed in tables.TABLES.items():
        for table, columns in listed.items():
            for column in (name for name in columns.split() if name.endswith("id_number")):
                found = rows(data, system, f'SELECT DISTINCT "{column}" AS number FROM "{table}"')
                wrong = [
                    row["number"] for row in found if not row["number"].startswith(("4399", "ZZ9")) and row["number"]
                ]
                assert not wrong, f"{system}.{table}.{column}"


def test_passports_phones_and_certificate_numbers_pass_the_checks_of_the_parties_room(data: Path) -> None:
    foreigners = rows(data, "police", "SELECT id_number FROM residence WHERE id_number LIKE 'ZZ9%'")
    assert foreigners
    for row in foreigners:
        assert numbers.checked(Scheme.PASSPORT, row["id_number"]).value == row["id_number"]
    for row in rows(data, "police", "SELECT DISTINCT phone FROM person WHERE phone <> '' LIMIT 200"):
        assert row["phone"].startswith("154")
        assert numbers.checked_contact("phone", row["phone"]).value == row["phone"]
    for row in rows(data, "health", "SELECT certificate_no AS number FROM births WHERE certificate_no <> '' LIMIT 200"):
        assert numbers.checked(Scheme.BIRTH_CERTIFICATE, row["number"]).value == row["number"]


def test_company_codes_carry_both_checks_and_an_unassigned_region(data: Path) -> None:
    codes = [row["uscc"] for row in rows(data, "market", "SELECT uscc FROM companies")]
    codes += [row["hospital_uscc"] for row in rows(data, "health", "SELECT DISTINCT hospital_uscc FROM births")]
    assert len(codes) > 50
    for code in filter(None, codes):
        checked = identity.check_uscc(code)
        assert checked.valid and code[2:8] == "439900"
        assert [name for name, _ in checked.warnings if "organisation" in name] == []


def test_spouses_are_adults_of_two_sexes_and_marry_before_today(data: Path) -> None:
    for row in rows(data, "civil_affairs", "SELECT * FROM marriage WHERE kind = 'marriage'"):
        wedding = date.fromisoformat(row["registered_on"])
        assert wedding <= TODAY
        for number, parity in ((row["husband_id_number"], 1), (row["wife_id_number"], 0)):
            if number.startswith("4399"):
                assert years(born(number), wedding) >= 20, row
                assert int(number[16]) % 2 == parity


def test_divorces_follow_a_marriage_of_the_same_two(data: Path) -> None:
    kept = rows(data, "civil_affairs", "SELECT * FROM marriage")
    weddings = {
        (r["husband_id_number"], r["wife_id_number"]): r["registered_on"] for r in kept if r["kind"] == "marriage"
    }
    divorces = [r for r in kept if r["kind"] == "divorce"]
    assert divorces
    for row in divorces:
        assert weddings[row["husband_id_number"], row["wife_id_number"]] < row["registered_on"] <= TODAY.isoformat()


def test_mothers_are_of_a_plausible_age_at_every_birth(data: Path) -> None:
    kin = rows(data, "police", "SELECT * FROM kinship WHERE mother_id_number LIKE '4399%'")
    assert len(kin) > PEOPLE / 8
    for row in kin:
        assert 18 <= years(born(row["mother_id_number"]), born(row["id_number"])) <= 46, row
    for row in rows(data, "health", "SELECT * FROM births WHERE mother_id_number LIKE '4399%'"):
        day = datetime.fromisoformat(row["birth_time"]).astimezone(instant.SHANGHAI).date()
        assert 18 <= years(born(row["mother_id_number"]), day) <= 46


def test_children_of_one_delivery_share_its_number_mother_and_day(data: Path) -> None:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(data, "health", "SELECT * FROM births ORDER BY record_no"):
        found.setdefault(row["delivery_no"], []).append(row)
    several = [group for group in found.values() if len(group) > 1]
    assert several
    for group in found.values():
        assert {row["children"] for row in group} == {len(group)}
        assert [row["birth_order"] for row in group] == list(range(1, len(group) + 1))
        assert len({row["mother_id_number"] for row in group}) == 1
        assert len({row["record_no"] for row in group}) == len(group)


def test_registered_children_have_the_birth_certificate_that_the_hospital_issued(data: Path) -> None:
    named = Counter(
        row["child_name"] for row in rows(data, "health", "SELECT child_name FROM births WHERE certificate_no <> ''")
    )
    kept = Counter(person["name"] for person in people(data))
    assert named and all(kept[name] >= count for name, count in named.items())


def test_some_births_of_the_last_weeks_wait_to_be_registered(data: Path) -> None:
    waiting = list(waiting_births(data))
    assert len(waiting) >= 20
    assert any(one.father_number for one in waiting) and not all(one.father_number for one in waiting)
    filed: list[WaitingBirth] = []
    assert seed_cases(5, data, filed.append) == 5
    assert filed == waiting[:5]


def test_every_member_of_a_household_names_the_same_head_who_lives_in_it(data: Path) -> None:
    kept = rows(data, "police", "SELECT * FROM household")
    members: dict[str, list[dict[str, Any]]] = {}
    for row in kept:
        members.setdefault(row["household_no"], []).append(row)
    for group in members.values():
        assert len({(row["head_id_number"], row["address"], row["station"]) for row in group}) == 1
        assert group[0]["head_id_number"] in {row["id_number"] for row in group}
        assert {row["members"] for row in group} == {len(group)}


def test_addresses_stand_in_divisions_of_the_profile_and_stations_are_its_units(data: Path) -> None:
    codes = {line.split(",")[0] for line in (settings.PROFILE_DIR / "divisions.csv").read_text().splitlines()}
    for row in rows(data, "police", "SELECT DISTINCT division, station, station_name FROM household"):
        assert row["division"] in codes
        assert row["station"].startswith(f"{row['division']}.police.") and row["station_name"].endswith("派出所")


def test_the_dead_and_the_newborn_have_no_employer(data: Path) -> None:
    dead = {person["id_number"] for person in people(data) if person["status"] == "deceased"}
    working = {row["id_number"] for row in rows(data, "human_resources", "SELECT id_number FROM employment")}
    assert dead and not dead & working
    assert all(years(born(number), TODAY) >= 16 for number in working)


def test_names_keep_rare_characters_dots_and_latin_letters(data: Path) -> None:
    names = {person["name"] for person in people(data)}
    assert {"龙㐂", "夏𠮷", "阿依古丽·买买提"} <= names
    assert rows(data, "health", "SELECT 1 FROM births WHERE mother_name = 'NGUYEN LINH'")


def test_each_department_lists_what_it_issued_as_credentials(data: Path) -> None:
    known = {
        row["type"]
        for system in ("police", "civil_affairs", "health", "human_resources", "market", "natural_resources")
        for row in rows(data, system, "SELECT DISTINCT type FROM credential")
    }
    assert {"resident_id_card", "marriage_certificate", "birth_certificate", "business_licence"} <= known


def test_every_column_that_the_profile_declares_is_filled() -> None:
    assert tables.unfilled(tables.declared_columns(settings.PROFILE_DIR)) == []


def test_the_same_people_and_seed_change_nothing_even_on_another_day(data: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in (data / "sources").iterdir()}
    with instant.frozen_at(date(2027, 1, 5)):
        again = _seed(data)
    assert not again.changed
    assert {file.name: file.stat().st_mtime_ns for file in (data / "sources").iterdir()} == before


def test_the_same_seed_gives_the_same_people_and_another_seed_gives_others(data: Path, tmp_path: Path) -> None:
    with instant.frozen_at(TODAY):
        _seed(tmp_path / "same")
        _seed(tmp_path / "other", seed=8)
    same, other = list(people(tmp_path / "same")), list(people(tmp_path / "other"))
    assert same == list(people(data)) != other


def test_another_number_of_people_replaces_everything_and_leaves_no_partial_file(tmp_path: Path) -> None:
    with instant.frozen_at(TODAY):
        assert _seed(tmp_path, people=200).changed
        assert _seed(tmp_path, people=300).changed
    assert len(list(people(tmp_path))) == 300
    assert [file.name for file in (tmp_path / "sources").iterdir() if file.suffix not in (".sqlite3", ".json")] == []


def test_a_run_that_fails_leaves_the_old_province_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with instant.frozen_at(TODAY):
        _seed(tmp_path, people=200)

        def stop(line: str) -> None:
            if line.startswith("建索引"):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            seeding.seed(300, 7, data=tmp_path, profile=settings.PROFILE_DIR, progress=stop)
        assert len(list(people(tmp_path))) == 200
        assert not _seed(tmp_path, people=200).changed
    assert not list((tmp_path / "sources").glob("*.new"))
