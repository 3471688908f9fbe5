"""The pages, played by a writer, a head and the hub; and not there for anybody else."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xiang.foundation.parties.models import Staff
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.inventory import content, operations, queries
from xiang.hub.inventory.models import CatalogueEntry, Revision, System
from xiang.hub.inventory.standard import standard
from xiang.hub.inventory.workbook import writing

from .conftest import World, entry

pytestmark = pytest.mark.urls("xiang.hub.inventory.tests.urls")
BASE = "/hub/inventory/"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    (tmp_path / "sources").mkdir()
    return tmp_path


def signed_in(who: Staff) -> Client:
    return casting.sign_in(Client(), who)


def form(said: dict[str, Any]) -> dict[str, str]:
    """A content as the browser posts it."""
    posted = {name: str(said[name]) for name in ("key", "title", "summary", "category", "format", "cycle", "share",
                                                 "conditions", "mode", "grade")}  # fmt: skip
    for place, item in enumerate(said["items"]):
        posted |= {f"item-{place}-{name}": str(value) for name, value in item.items()}
    return posted | {"item-9-type": "C", "item-9-grade": "1"}


def test_an_entry_is_written_signed_reviewed_and_read_on_the_pages(world: World) -> None:
    writer, office = signed_in(world.police.writer), signed_in(world.police.sharing)
    head, hub = signed_in(world.police.head), signed_in(world.hub.writer)
    answer = writer.post(BASE + "catalogue/new/", form(entry(world.police)))
    assert answer.status_code == 302, answer.content.decode()
    address = answer["Location"]
    assert "您写过或签过这一稿" in writer.get(address).content.decode()
    office.post(address + "act/", {"step": "sign_office"})
    refused = head.post(address + "act/", {"step": "sign_head"})
    assert refused.status_code == 409 and "保密风险" in refused.content.decode()
    head.post(address + "act/", {"step": "sign_head", "secrecy": "yes"})
    queue = hub.get(BASE + "revisions/").content.decode()
    assert "人口基本信息" in queue and "待核实" in queue and "11月25日" in queue
    hub.post(address + "act/", {"step": "publish"})
    assert CatalogueEntry.objects.get().version == 1
    operations.bring_in()
    assert "人口基本信息" in signed_in(world.market.writer).get(BASE + "catalogue/?q=人口").content.decode()
    shown = hub.get(BASE + "catalogue/person/").content.decode()
    assert "101000/000001" in shown and ">birth_date<" in shown and "第 1 版" in shown


def test_a_new_entry_is_reviewed_item_by_item_and_without_what_it_leaves_open(world: World) -> None:
    items = [{"name": "phone", "title": "联系电话", "type": "C", "length": 20, "sensitive": True}]
    made = operations.draft(entry(world.police, items=items), world.police.as_writer())
    page = signed_in(world.police.sharing).get(f"{BASE}revisions/{made.id}/").content.decode()
    assert "联系电话 phone，C(20)，敏感" in page and "分级判定" not in page and "涉密" not in page
    assert "<ins>有条件共享</ins>" in page and "<ins>岳麓公安分局</ins>" in page


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(world: World) -> None:
    said = entry(world.police, share="not_shared", conditions="", summary="只此一份的摘要")
    answer = signed_in(world.police.writer).post(BASE + "catalogue/new/", form(said))
    page = answer.content.decode()
    assert answer.status_code == 422 and "不予共享必须写明" in page and "只此一份的摘要" in page
    assert 'value="birth_date"' in page and not Revision.objects.exists()


def test_a_change_is_drafted_from_what_is_in_force_and_shows_its_difference(world: World) -> None:
    world.publish()
    writer = signed_in(world.police.writer)
    before = writer.get(BASE + "catalogue/person/edit/").content.decode()
    assert "常住人口的基本登记信息" in before and 'name="key"' not in before
    said = form(entry(world.police, title="常住人口基本信息"))
    answer = writer.post(BASE + "catalogue/person/edit/", said)
    page = writer.get(answer["Location"]).content.decode()
    assert "<del>人口基本信息</del>" in page and "<ins>常住人口基本信息</ins>" in page


def test_facets_narrow_and_can_be_taken_back(world: World) -> None:
    world.publish()
    world.publish(world.market, key="company", title="市场主体", category="基础信息资源/法人单位")
    operations.bring_in()
    hub = signed_in(world.hub.writer)
    page = hub.get(BASE + "catalogue/").content.decode()
    assert re.search(r'href="\?body=430104.market"[^>]*>.*?岳麓区市场监管局<span class="num">1<', page, re.DOTALL)
    narrowed = hub.get(BASE + "catalogue/?body=430104.market").content.decode()
    assert "市场主体" in narrowed and "人口基本信息" not in narrowed and 'aria-current="true"' in narrowed
    assert "没有符合的目录" in hub.get(BASE + "catalogue/?q=渔船").content.decode()


def test_a_system_is_registered_scanned_and_mapped(world: World, folder: Path) -> None:
    writer = signed_in(world.police.writer)
    wrong = writer.post(BASE + "systems/new/", {"key": "Police", "title": "", "connection": "x", "kind": "file"})
    assert wrong.status_code == 422 and not System.objects.exists()
    (folder / "sources" / "430104.police__people.csv").write_text("name,born\n甲,2020-01-02\n")
    said = {"key": "people", "title": "人口表", "connection": "file:430104.police__people.csv", "kind": "file"}
    assert writer.post(BASE + "systems/new/", said).status_code == 302
    writer.post(BASE + "systems/people/scan/")
    items = [{"name": "n", "title": "姓名", "type": "C", "system": "people", "table": "people", "column": "name"},
             {"name": "o", "title": "住址", "type": "C", "system": "people", "table": "people", "column": "address"}]  # fmt: skip
    world.publish(items=items)
    page = writer.get(BASE + "systems/people/").content.decode()
    assert "人口基本信息·姓名" in page and "扫描时没有这一列" in page and "没有对应" in page
    assert "人口表" in writer.get(BASE + "systems/").content.decode()
    drawn = writer.get(BASE + "graph/430104.police/").content.decode()
    assert drawn.count('class="i-line"') == 2 and 'class="i-cell on"' in drawn
    (folder / "sources" / "430104.police__people.csv").unlink()
    assert "找不到文件" in writer.post(BASE + "systems/people/scan/", follow=True).content.decode()


def test_the_home_shows_coverage_and_what_hangs_loose(world: World) -> None:
    world.publish()
    operations.put_system("old", {"body_key": "430104.police", "title": "旧系统"}, world.police.as_writer())
    page = signed_in(world.police.writer).get(BASE).content.decode()
    assert "旧系统" in page and "0/1" in page and "人口基本信息" in page
    assert "没有。扫描到的表都编了目录" in page


def test_a_workbook_is_taken_in_or_every_cell_to_mend_is_listed(world: World) -> None:
    writer = signed_in(world.police.writer)
    assert writer.get(BASE + "catalogue/template.xlsx").content.startswith(b"PK")
    raw = writing.write([content.plain(entry(world.police))], standard())
    taken = writer.post(BASE + "catalogue/import/", {"workbook": SimpleUploadedFile("a.xlsx", raw)}, follow=True)
    assert "已存成 1 份草稿" in taken.content.decode()
    wrong = writing.write([content.plain(entry(world.police, cycle="偶尔"))], standard())
    answer = writer.post(BASE + "catalogue/import/", {"workbook": SimpleUploadedFile("a.xlsx", wrong)})
    assert answer.status_code == 422 and "目录!I2" in answer.content.decode()
    assert writer.post(BASE + "catalogue/import/").status_code == 422


def test_revoking_asks_for_signatures_first(world: World) -> None:
    world.publish()
    writer = signed_in(world.police.writer)
    answer = writer.post(BASE + "catalogue/person/revoke/", {"reason": "职责划转"})
    assert "不再对外提供" in writer.get(answer["Location"]).content.decode()
    assert not CatalogueEntry.objects.get().retired


def test_nobody_else_gets_in(world: World) -> None:
    world.publish(share="not_shared", conditions="", not_shared_citation="《某法》第一条")
    made = operations.draft(entry(world.police, key="other"), world.police.as_writer())
    resident = casting.sign_in(Client(), casting.person("康乐", date(1987, 12, 8), 63, username="stranger"))
    market = signed_in(world.market.writer)
    for path in ("", "catalogue/", "systems/", "revisions/", "catalogue/person/", f"revisions/{made.id}/"):
        assert Client().get(BASE + path).status_code == 302, path
        assert resident.get(BASE + path).status_code == 404, path
    for path in ("catalogue/person/", "catalogue/person/edit/", f"revisions/{made.id}/"):
        assert market.get(BASE + path).status_code == 404, path
    assert market.post(BASE + f"revisions/{made.id}/act/", {"step": "sign_office"}).status_code == 404


@pytest.mark.parametrize("path", ["", "catalogue/", "systems/", "revisions/", "catalogue/e07/", "graph/430104.police/"])
def test_pages_ask_the_records_a_bounded_number_of_times(
    world: World, path: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        world.publish(key=f"e0{number}", title=f"目录{number}")
    operations.bring_in()
    client = signed_in(world.police.writer)
    client.get(BASE + path)
    with django_assert_max_num_queries(22):
        assert client.get(BASE + path).status_code == 200
    assert queries.waiting_for(world.police.as_writer()).count() == 0
