"""The public calendar, and the rules as a configurator keeps them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.statutes import operations, queries
from xiang.foundation.statutes.models import Rule

from .cast import CONFIGURATOR, officer, plan, rule

pytestmark = pytest.mark.django_db
TODAY = date(2025, 9, 22)


@pytest.fixture(autouse=True)
def _calendar() -> None:
    for year in (2024, 2025, 2026):
        operations.publish_year(plan(year), CONFIGURATOR)


def get(client: Client, name: str, query: str = "", **args: object) -> str:
    answer = client.get(reverse(name, kwargs=args) + query)
    assert answer.status_code == 200, answer.content.decode()[:400]
    return str(answer.content.decode())


def test_everybody_sees_the_working_calendar(client: Client) -> None:
    with frozen_at(TODAY):
        text = get(client, "statutes:calendar")
    assert "2025年工作日历" in text
    assert '<b class="num">248</b> 个工作日' in text
    assert "10月1日（周三）至10月8日（周三）" in text
    assert "9月28日（周日）" in text
    assert 'class="work now">22' in text


def test_each_published_year_has_its_page_and_paper(client: Client) -> None:
    for year, count in ((2024, 251), (2025, 248), (2026, 248)):
        with frozen_at(TODAY):
            assert f">{count}<" in get(client, "statutes:calendar", f"?year={year}")
            assert f"全年 {count} 个工作日" in get(client, "statutes:calendar_print", f"?year={year}")


def test_a_year_that_nobody_published_says_so(client: Client) -> None:
    with frozen_at(TODAY):
        text = get(client, "statutes:calendar", "?year=2027")
    assert "还没有公布" in text
    assert "暂定" in text
    assert "s-year" not in text.split("</nav>")[-1].split("算一算")[0].replace("s-years", "")


@pytest.mark.parametrize("year", ["2010", "x", "２０２５", "99999"])
def test_a_year_that_is_not_there_reads_as_absent(client: Client, year: str) -> None:
    assert client.get(reverse("statutes:calendar"), {"year": year}).status_code == 404


def test_the_page_counts_a_limit_and_shows_every_day(client: Client) -> None:
    with frozen_at(TODAY):
        text = get(client, "statutes:calendar", "?start=2025-09-22&value=5&unit=wd&stop=2025-09-24&resume=2025-09-26")
    assert "10月9日（周四）届满" in text
    assert "9月24日至9月26日" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?start=2025-09-31&value=5&unit=wd", "写成 2025-09-22 这样的日期。"),
        ("?start=2025-09-22&value=five&unit=wd", "写一个整数，例如 20。"),
        ("?start=2025-09-22&value=5&unit=wd&stop=2025-09-26&resume=2025-09-24", "早于开始日"),
        ("?start=2025-09-22&value=90&unit=y", "这里最多推算 5 年"),
        ("?start=2025-09-22&value=&unit=", "写一个整数，例如 20。"),
    ],
)
def test_a_wrong_question_is_said_at_its_field(client: Client, query: str, said: str) -> None:
    with frozen_at(TODAY):
        assert said in get(client, "statutes:calendar", query)


def test_the_list_marks_what_is_not_confirmed_and_finds_by_words() -> None:
    operations.put_rule(rule(), CONFIGURATOR)
    fee = rule(key="fee.seal", title="刻章", value=100, unit="fen", confirmed=False, citation="收费文件", article="")
    operations.put_rule(fee, CONFIGURATOR)
    client = officer("configurator")
    text = get(client, "statutes:rules")
    assert "20个工作日" in text
    assert "1.00元" in text
    assert "待核实" in text
    assert "刻章" not in get(client, "statutes:rules", "?q=许可")
    assert "作出行政许可决定" not in get(client, "statutes:rules", "?show=unconfirmed")
    assert "没有符合的" in get(client, "statutes:rules", "?group=card")


def test_a_correction_appends_a_row_and_the_history_shows_both() -> None:
    operations.put_rule(rule(value=30), CONFIGURATOR)
    client, first = officer("configurator"), Rule.objects.get()
    url = reverse("statutes:rule", kwargs={"rule_id": first.id})
    form = {
        "value": "20",
        "extension": "10",
        "max_extensions": "1",
        "valid_from": "2004-07-01",
        "citation": "中华人民共和国行政许可法",
        "article": "第四十二条第一款",
        "confirmed": "yes",
        "reason": "原先抄错",
    }
    answer = client.post(url, form, follow=True)
    text = answer.content.decode()
    assert "已更正" in text
    assert ("20个工作日" in text, "30个工作日" in text) == (True, True)
    assert queries.limit("licence.decide", TODAY).value == 20
    assert Rule.objects.count() == 2


def test_a_correction_that_does_not_hold_keeps_what_was_typed() -> None:
    operations.put_rule(rule(), CONFIGURATOR)
    client, row = officer("configurator"), Rule.objects.get()
    url = reverse("statutes:rule", kwargs={"rule_id": row.id})
    answer = client.post(url, {"value": "many", "valid_from": "soon", "citation": "新的依据"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="many"' in text
    assert "新的依据" in text
    answer = client.post(url, {"value": "20", "valid_from": "2004-07-01", "citation": " ", "reason": "x"})
    assert "写明依据的法律、规章或文件。" in answer.content.decode()
    assert Rule.objects.count() == 1


def test_for_others_the_rules_are_not_there(client: Client) -> None:
    operations.put_rule(rule(), CONFIGURATOR)
    row = Rule.objects.get()
    for who in (client, officer("reviewer")):
        for url in (reverse("statutes:rules"), reverse("statutes:rule", kwargs={"rule_id": row.id})):
            assert who.get(url).status_code == 404
            assert who.post(url, {"value": "1"}).status_code in (404, 405)
    assert queries.limit("licence.decide", TODAY).value == 20


def test_pages_keep_within_their_queries(django_assert_max_num_queries: object) -> None:
    for n in range(30):
        operations.put_rule(rule(key=f"item.n{n}"), CONFIGURATOR)
    client = officer("configurator")
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        get(client, "statutes:rules")
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        get(client, "statutes:calendar", "?year=2025&start=2025-09-22&value=5&unit=wd")
