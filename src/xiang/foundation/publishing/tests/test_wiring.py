"""The sections of the rooms below: places that unfold over divisions, the calendar, the limits."""

from __future__ import annotations

import json
import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from xiang.foundation.parties import identity
from xiang.foundation.parties.models import Body, Unit
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.operations import load_profile
from xiang.foundation.publishing.wiring import parties as places
from xiang.foundation.publishing.wiring import statutes as law
from xiang.foundation.statutes import operations, queries

from .cast import AUTHOR, write

pytestmark = pytest.mark.django_db
HUNAN = settings.ROOT / "profiles" / "hunan"

DIVISIONS = """
    code,name,short,level,parent,valid_from,valid_to,successor,confirmed
    430000,湖南省,湖南,province,,,,,true
    430100,长沙市,长沙,prefecture,430000,,,,true
    430104,岳麓区,岳麓,county,430100,,,,true
    430121,长沙县,长沙,county,430100,,,,true
    """
BODIES = """
    bodies:
      - {key: "430000.police", name: 湖南省公安厅, system: government, level: province, division: "430000"}
    county_bodies:
      - {key: "{code}.police", name: "{name}公安局", name_district: "{parent}公安局{short}分局",
         line: "25", guide: "430000.police"}
    """
UNITS = """
    county_units:
      - {key: "{code}.police.central", body: "{code}.police", name: "{short}城区派出所", town: 城区}
    """


def test_templates_unfold_over_the_counties_and_districts_have_their_own_name(tmp_path: Path) -> None:
    with profile.isolated(places.DIVISIONS, places.BODIES, places.UNITS):
        folder = write(tmp_path / "hn", divisions__csv=DIVISIONS, bodies__yaml=BODIES, units__yaml=UNITS)
        report = load_profile(folder)
        assert report.ok, report.problems
        assert [count.added for count in report.counts.values()] == [4, 3, 2]
        assert load_profile(folder, force=True).touched == 0
    assert Body.objects.get(key="430104.police").name == "长沙市公安局岳麓分局"
    county = Body.objects.get(key="430121.police")
    assert (county.name, county.level) == ("长沙县公安局", "county")
    assert identity.check_uscc(county.uscc).valid
    assert Unit.objects.get(key="430104.police.central").division.code == "430104"


def test_a_template_that_refers_to_nothing_says_its_line(tmp_path: Path) -> None:
    with profile.isolated(places.DIVISIONS, places.BODIES, places.UNITS):
        wrong = BODIES.replace("430000.police, name", "430000.police, name").replace(
            'guide: "430000.police"', 'guide: "x"'
        )
        folder = write(tmp_path / "hn", divisions__csv=DIVISIONS, bodies__yaml=wrong, units__yaml=UNITS)
        found = load_profile(folder).problems
    assert [(p.file, p.line, p.code) for p in found] == [("bodies.yaml", 5, "body_unknown")]


def test_the_province_s_calendar_and_limits_hold(tmp_path: Path) -> None:
    folder = tmp_path / "hn"
    folder.mkdir()
    for name in ("calendar.yaml", "limits.yaml"):
        shutil.copy(HUNAN / name, folder)
    with profile.isolated(law.CALENDAR, law.LIMITS):
        report = load_profile(folder)
        assert report.ok, report.problems
        assert load_profile(folder, force=True).touched == 0
    assert queries.calendar().published_years == {2024, 2025, 2026}
    decide = queries.limit("licence.decide", date(2025, 9, 22))
    assert (str(decide.limit()), str(decide.extension_limit())) == ("20wd", "10wd")
    assert queries.limit("licence.accept", date(2025, 9, 22)).silence == "deemed_accepted"
    assert not queries.parameter("premium.resident", date(2025, 9, 22)).confirmed


def test_a_year_that_does_not_add_up_stops_the_load(tmp_path: Path) -> None:
    text = (HUNAN / "calendar.yaml").read_text().replace("working_days: 248", "working_days: 249", 1)
    with profile.isolated(law.CALENDAR):
        report = load_profile(write(tmp_path / "hn", calendar__yaml=text))
    problem = report.problems[0]
    assert problem.code == "working_days"
    assert text.splitlines()[problem.line - 1].strip() == "working_days: 249"


RULES = """
    - key: fee.seal
      title: 刻章
      value: 100
      unit: fen
      citation: 收费文件
      valid_from: 2024-01-01
      {to}confirmed: true
    """


def test_a_price_that_changes_from_a_day_on_is_two_rows_in_any_order(tmp_path: Path) -> None:
    old = RULES.replace("{to}", "valid_to: 2025-12-31\n      ")
    new = RULES.replace("{to}", "").replace("100", "200").replace("2024-01-01", "2026-01-01")
    with profile.isolated(law.LIMITS):
        folder = write(tmp_path / "hn", limits__yaml=RULES.replace("{to}", ""))
        assert load_profile(folder).ok
        write(folder, limits__yaml=new.rstrip() + old)
        assert load_profile(folder).ok
        assert [queries.parameter("fee.seal", date(y, 1, 1)).fen() for y in (2025, 2026)] == [100, 200]
        write(folder, limits__yaml=RULES.replace("{to}", "").replace("2024-01-01", "2024-06-01"))
        report = load_profile(folder)
        assert (report.counts["limits"].added, report.counts["limits"].retired) == (1, 2)
    assert queries.find("fee.seal", date(2024, 3, 1)) is None


def test_a_rule_corrected_in_the_application_is_not_overwritten(tmp_path: Path) -> None:
    with profile.isolated(law.LIMITS):
        folder = write(tmp_path / "hn", limits__yaml=RULES.replace("{to}", ""))
        load_profile(folder)
        row = queries.history("fee.seal").get()
        operations.correct_rule(row.id, law.rule_of(_fee(150)), AUTHOR, "收费文件更正")
        write(folder, limits__yaml=RULES.replace("{to}", "").replace("100", "120"))
        report = load_profile(folder)
    assert report.counts["limits"].conflict == 1
    assert queries.parameter("fee.seal", date(2025, 1, 1)).fen() == 150


def _fee(fen: int) -> dict[str, object]:
    return {
        "key": "fee.seal",
        "title": "刻章",
        "value": fen,
        "unit": "fen",
        "citation": "收费文件",
        "valid_from": "2024-01-01",
        "confirmed": True,
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("value: 100", "value: 1.5"), "rule_value_fen"),
        (("value: 100", "value: 100\n      extension: 3"), "extension_of_parameter"),
        (("unit: fen", "unit: wd"), "clock_start_missing"),
        (("2024-01-01", "2024-02-30"), "value_form"),
        (("key: fee.seal", "key: Fee"), "field_form"),
        (("{to}", "valid_to: 2023-01-01\n      "), "valid_to_early"),
    ],
)
def test_a_rule_that_cannot_hold_has_a_line_and_a_code(tmp_path: Path, change: tuple[str, str], code: str) -> None:
    text = RULES.replace(*change).replace("{to}", "")
    with profile.isolated(law.LIMITS):
        problems = load_profile(write(tmp_path / "hn", limits__yaml=text)).problems
    assert code in [p.code for p in problems]
    assert all(p.line for p in problems)


def test_the_command_prints_what_changed_and_fails_on_a_problem(tmp_path: Path) -> None:
    with profile.isolated(law.LIMITS):
        folder = write(tmp_path / "hn", limits__yaml=RULES.replace("{to}", ""))
        out = StringIO()
        call_command("load", str(folder), stdout=out)
        assert "期限与参数：新增 1，更新 0，未变 0，退役 0，冲突 0" in out.getvalue()
        write(folder, limits__yaml=RULES.replace("{to}", "").replace("100", "1.5"))
        out = StringIO()
        with pytest.raises(SystemExit) as stop:
            call_command("load", str(folder), "--json", stdout=out)
        answer = json.loads(out.getvalue())
    assert (stop.value.code, answer["ok"], answer["problems"][0]["code"]) == (1, False, "rule_value_fen")
