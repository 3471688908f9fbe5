"""The pages: for stewards, and as if absent for everybody else; and the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.exchange import operations
from xiang.hub.exchange.models import Run
from xiang.hub.inventory.tests.conftest import bureau, put_standard

from .test_jobs import VALUES, database, run_once
from .test_migration import VALUES as MOVING

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("xiang.hub.exchange.tests.urls")]


@pytest.fixture
def cast() -> Cast:
    return casting.make()


@pytest.fixture
def steward(client: Client, cast: Cast) -> Client:
    put_standard()
    return casting.sign_in(client, bureau("430000.data", "湖南省数据局").writer)


@pytest.fixture(autouse=True)
def _people(settings: Any, tmp_path: Path, cast: Cast) -> None:
    settings.DATA = tmp_path
    database(tmp_path, "police").fill(range(1, 11))
    operations.put_job("people", VALUES, SYSTEM)


def text(client: Client, path: str, **how: Any) -> str:
    answer = client.get(path, **how)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_a_steward_defines_runs_and_reads_a_receipt(steward: Client) -> None:
    assert "从哪里到哪里" not in text(steward, "/hub/exchange/") and "人口" in text(steward, "/hub/exchange/")
    given = {**VALUES, "key": "again", "target_table": "person_again", "key_columns": "id", "rate": "100000"}
    made = steward.post("/hub/exchange/new/", given)
    assert made.status_code == 302 and "每秒 100000 行" in text(steward, made["Location"])
    begun = steward.post("/hub/exchange/again/act/", {"step": "run"})
    page = text(steward, begun["Location"])
    assert "等待" in page and 'hx-trigger="every 2s"' in page
    operations.carry_out(Run.objects.get(job__key="again").pk)
    page = text(steward, begun["Location"])
    assert "两端一致" in page and "双方签名有效" in page and "every 2s" not in page
    assert "<html" not in text(steward, begun["Location"], headers={"HX-Request": "true"})
    assert steward.get(f"{begun['Location']}receipt.json").json()["algorithm"] == "SM2-SM3"
    assert len(steward.get(f"{begun['Location']}lineage.json").json()) == 2


def test_mistakes_in_the_form_are_told_and_nothing_typed_is_lost(steward: Client) -> None:
    answer = steward.post("/hub/exchange/new/", {**VALUES, "key": "x", "source_address": "postgres://u:p@h/d"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "环境变量" in page and 'value="人口"' in page


def test_drift_is_explained_and_can_be_accepted(steward: Client, tmp_path: Path) -> None:
    run_once()
    database(tmp_path, "police").execute("ALTER TABLE person RENAME COLUMN note TO remark")
    stopped = run_once()
    page = text(steward, f"/hub/exchange/runs/{stopped.pk}/")
    assert "可能是改名" in page and "按新结构运行" in page
    assert steward.post("/hub/exchange/people/act/", {"step": "accept"}).status_code == 302


def test_a_run_is_called_off_on_its_page(steward: Client) -> None:
    run = operations.start("people", SYSTEM)
    assert steward.post(f"/hub/exchange/runs/{run.pk}/cancel/").status_code == 302
    assert "已取消" in text(steward, f"/hub/exchange/runs/{run.pk}/")


def test_a_migration_is_checked_and_cut_over_on_its_page(steward: Client) -> None:
    operations.propose("civil", {**MOVING, "source_address": "sqlite:police"}, ["person"], SYSTEM)
    place = "/hub/exchange/migrations/civil/"
    assert "定方案并开始复制" in text(steward, place) and "民政业务库" in text(steward, "/hub/exchange/migrations/")
    steward.post(place, {"step": "advance"})
    operations.carry_out(Run.objects.get(state="queued").pk)
    for step in ("advance", "check", "advance", "advance", "advance", "advance"):
        assert steward.post(place, {"step": step}).status_code == 302
        if step == "check":
            assert "正在核对，0 / 1 张表" in text(steward, place, headers={"HX-Request": "true"})
            assert operations.carry_out_check("civil")
    page = text(steward, place)
    assert "旧通道已关闭" in page and "一致" in page


def test_a_migration_is_proposed_on_a_form_that_loses_nothing(steward: Client) -> None:
    given = {**MOVING, "key": "civil", "source_address": "sqlite:police", "tables": "person，nothing"}
    answer = steward.post("/hub/exchange/migrations/new/", given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "nothing：来源没有这张表" in page and "person，nothing" in page
    made = steward.post("/hub/exchange/migrations/new/", {**given, "tables": "person"})
    assert made.status_code == 302 and "定方案并开始复制" in text(steward, made["Location"])


def test_columns_are_mapped_on_the_form_and_a_wrong_line_is_named(steward: Client) -> None:
    given = {**VALUES, "key": "mapped", "target_table": "mapped", "mapping": "full_name = name\nprovince: 430000"}
    answer = steward.post("/hub/exchange/new/", given)
    assert answer.status_code == 422 and "第 2 行读不懂" in answer.content.decode()
    made = steward.post("/hub/exchange/new/", {**given, "mapping": "full_name = name\nprovince = '430000'"})
    assert "full_name = name<br>province = &#x27;430000&#x27; : text" in text(steward, made["Location"])


def test_for_anybody_else_there_is_nothing(client: Client, cast: Cast) -> None:
    run = run_once()
    casting.sign_in(client, cast.mother)
    for path in ("", "people/", "migrations/", f"runs/{run.pk}/", f"runs/{run.pk}/receipt.json"):
        assert client.get(f"/hub/exchange/{path}").status_code == 404
    assert client.get("/hub/zone/").status_code == 404
    assert client.post("/hub/exchange/people/act/", {"step": "run"}).status_code == 404


def test_the_zone_has_its_page(steward: Client) -> None:
    assert "还没有数据表" in text(steward, "/hub/zone/")


def test_the_list_costs_the_same_for_many_jobs(steward: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        operations.put_job(f"job{number}", {**VALUES, "target_table": f"t{number}"}, SYSTEM)
    text(steward, "/hub/exchange/")  # what every page remembers is known from then on
    with django_assert_max_num_queries(14):
        text(steward, "/hub/exchange/")
