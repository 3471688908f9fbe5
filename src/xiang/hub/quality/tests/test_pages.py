"""Quality's pages: for stewards of the own body and of the hub, and as if absent for everybody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from xiang.foundation.outbox import worker
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.inventory.tests.conftest import World
from xiang.hub.quality import operations
from xiang.hub.quality.models import Campaign, Finding

pytestmark = [pytest.mark.urls("xiang.hub.quality.tests.urls"), pytest.mark.usefixtures("_today")]


@pytest.fixture
def finding(world: World, source: Path) -> Finding:
    operations.start(world.hub.as_writer())
    worker.drain(raising=True)
    return Finding.objects.get(rule="f0_number")


def test_the_hub_starts_a_campaign_and_sees_its_report(world: World, source: Path, client: Client):
    casting.sign_in(client, world.hub.writer)
    assert "发起本季度质检" in client.get("/hub/quality/").content.decode()
    assert client.post("/hub/quality/start/").status_code == 302
    assert "hx-get" in client.get("/hub/quality/2026Q4/").content.decode()
    worker.drain(raising=True)
    told = client.get("/hub/quality/2026Q4/").content.decode()
    assert "岳麓公安分局" in told
    assert "报告没有改动" in told
    assert Campaign.objects.get().digest in told
    assert "2 / 2" in client.get("/hub/quality/").content.decode()


def test_a_steward_mends_a_finding_step_by_step(world: World, finding: Finding, client: Client):
    casting.sign_in(client, world.police.writer)
    assert finding.message in client.get("/hub/quality/findings/").content.decode()
    address = f"/hub/quality/findings/{finding.id}/"
    told = client.get(address).content.decode()
    assert "1101**********0021" in told
    assert "110105194912310021" not in told
    assert "期限待核实" in told
    for step, then in (("begin", "申请复检"), ("self_check", "等复检")):
        assert client.post(address + "step/", {"step": step}).status_code == 302
        assert then in client.get(address).content.decode()


def test_the_list_of_findings_asks_a_fixed_number_of_queries(
    world: World,
    finding: Finding,
    client: Client,
    django_assert_max_num_queries,
):
    casting.sign_in(client, world.police.writer)
    client.get("/hub/quality/findings/")
    with django_assert_max_num_queries(12):
        client.get("/hub/quality/findings/")


def test_other_bodies_and_other_people_find_nothing(world: World, finding: Finding, client: Client):
    casting.sign_in(client, world.market.writer)
    assert finding.message not in client.get("/hub/quality/findings/").content.decode()
    assert client.get(f"/hub/quality/findings/{finding.id}/").status_code == 404
    assert client.post(f"/hub/quality/findings/{finding.id}/step/", {"step": "begin"}).status_code == 404
    casting.sign_in(client, world.receiver)
    for address in ("/hub/quality/", "/hub/quality/findings/", "/hub/quality/2026Q4/"):
        assert client.get(address).status_code == 404


def test_a_steward_has_rules_suggested_uses_them_and_looks_at_the_data(world: World, source: Path, client: Client):
    casting.sign_in(client, world.police.writer)
    assert "常住人口" in client.get("/hub/quality/resources/").content.decode()
    home = "/hub/quality/resources/police_person/"
    made = client.post(home + "look/", {"kind": "suggest"})
    assert "正在读数据" in client.get(made["Location"]).content.decode()
    worker.drain(raising=True)
    assert "推荐的规则" in client.get(made["Location"]).content.decode()
    wrong = client.post(home + "rules/", {"rules": "rules:\n- {key: a, kind: requird, column: name}\n"})
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.content.decode()
    assert "requird" in wrong.content.decode()  # what was typed is not lost
    kept = client.post(
        home + "rules/", {"rules": "rules:\n- {key: a, kind: dictionary, column: name, values: [张三]}\n"}
    )
    assert kept.status_code == 302
    made = client.post(home + "look/", {"kind": "check"})
    worker.drain(raising=True)
    told = client.get(made["Location"]).content.decode()
    assert "2 / 3" in told
    casting.sign_in(client, world.market.writer)
    assert "常住人口" not in client.get("/hub/quality/resources/").content.decode()
    for address in (home, made["Location"]):
        assert client.get(address).status_code == 404
    assert client.post(home + "rules/", {"rules": "rules: []"}).status_code == 404


def test_a_look_at_a_source_that_is_gone_says_so(world: World, source: Path, client: Client):
    source.rename(source.with_suffix(".gone"))
    casting.sign_in(client, world.police.writer)
    for kind in ("check", "suggest"):
        made = client.post("/hub/quality/resources/police_person/look/", {"kind": kind})
        worker.drain(raising=True)
        assert "找不到文件" in client.get(made["Location"]).content.decode()
