"""The pages of requests, as a steward of each side sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from xiang.foundation.measures.operations import fold_batch
from xiang.foundation.outbox import worker
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.sharing import operations
from xiang.hub.sharing.models import ShareDraft, ShareRequest

from . import bureaus
from .bureaus import LAW, Bureau, Sharing, asking_for, rows

pytestmark = pytest.mark.urls("xiang.hub.sharing.tests.urls")
BASIS = {
    **LAW, "business_item": "低保认定", "purpose": "relief_check", "frequency": "每月", "receiving_system": "救助系统",
    "mode": "api", "environment": "gateway", "protection": "3", "valid_from": "2026-11-23", "valid_to": "2027-11-22",
    "commitment": "yes",
}  # fmt: skip


@pytest.fixture
def world(db: None) -> Sharing:
    return bureaus.make()


def signed_in(bureau: Bureau) -> Client:
    return casting.sign_in(Client(), bureau.first)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_an_application_is_written_in_five_steps_and_each_is_kept(world: Sharing) -> None:
    client = signed_in(world.civil)
    begun = client.post("/hub/requests/new/")
    draft = ShareDraft.objects.get()
    address = f"/hub/requests/drafts/{draft.pk}/"
    assert begun["Location"] == f"{address}1/"
    for step, given in (
        (1, {"kind": "sharing", "scenario": ""}),
        (2, {"entry": ["person"], "shown": ["person", "company"]}),
        (3, {"person:items": ["name"], "person:field": "", "person:values": ""}),
    ):
        assert "保存，下一步" in text(client, f"{address}{step}/")
        assert client.post(f"{address}{step}/", given)["Location"] == f"{address}{step + 1}/"
    missing = text(client, f"{address}5/")
    assert "还差这些" in missing and "提交申请" not in missing
    assert client.post(f"{address}5/")["Location"] == f"{address}5/" and not ShareRequest.objects.exists()
    assert "接收数据的系统" in text(client, f"{address}4/")
    client.post(f"{address}4/", BASIS)
    assert "提交申请" in text(client, f"{address}5/")
    made = client.post(f"{address}5/")
    request = ShareRequest.objects.get()
    assert made["Location"] == f"/hub/requests/{request.number}/" and request.items == ["name"]


def test_choosing_entries_keeps_what_was_said_and_what_is_not_shown(world: Sharing) -> None:
    client = signed_in(world.civil)
    draft = operations.save_draft(world.draft(), world.civil.steward())
    client.post(
        f"/hub/requests/drafts/{draft.pk}/2/", {"entry": ["company"], "shown": ["company"], "search": "1", "text": "x"}
    )
    draft.refresh_from_db()
    assert [one["entry"] for one in draft.content["entries"]] == ["person", "company"]
    assert draft.content["entries"][0]["items"] == ["name", "household_division"]


def test_the_reviewer_sees_what_is_asked_beside_what_the_entry_has(world: Sharing) -> None:
    made = world.forwarded(**asking_for(rows=rows("household_division", "isPartOf", "430100")))
    client = signed_in(world.police)
    page = text(client, f"/hub/requests/{made.number}/")
    assert "去审核" in page and "在以下区划内 430100" in page and "限办理事项所必需" in page
    assert "<td>birth_date</td>" in page and page.count(">不要<") == 1, "of three items two are asked for"
    desk = text(client, f"/desk/cases/{made.number}/")
    assert "要什么，目录允许什么" in desk and "第四条" in desk
    assert made.number in text(client, "/hub/to-do/") and made.number in text(client, "/hub/requests/")


def test_the_agreement_is_downloaded_and_the_requester_confirms_and_gives_up(world: Sharing) -> None:
    made = world.step(world.forwarded(), "approve", world.police.steward())
    worker.drain(raising=True)
    client = signed_in(world.civil)
    assert "确认收到" in text(client, f"/hub/requests/{made.number}/")
    client.post(f"/hub/requests/{made.number}/do/confirm/")
    for form in ("jsonld", "turtle"):
        assert "430100.civil_affairs" in text(client, f"/hub/requests/{made.number}/agreement.{form}")
    assert "下载 Turtle" in text(client, f"/hub/requests/{made.number}/")
    client.post(f"/hub/requests/{made.number}/do/close/", {"reason": "业务调整"})
    made.refresh_from_db()
    assert made.state == "closed" and "业务调整" in text(client, f"/hub/requests/{made.number}/")
    assert "已撤销" in text(client, "/hub/grants/")


def test_a_returned_request_is_mended_on_one_page(world: Sharing) -> None:
    made = world.step(world.hand_in(), "send_back", world.hub.steward(), reason="数据项选多了")
    client = signed_in(world.civil)
    assert "数据项选多了" in text(client, f"/hub/requests/{made.number}/")
    given = {**BASIS, "person:items": ["name"], "person:field": "", "person:operator": "eq", "person:values": ""}
    refused = client.post(f"/hub/requests/{made.number}/mend/", {**given, "law": "", "business_item": "改过的事项"})
    assert refused.status_code == 422 and "改过的事项" in refused.content.decode()
    client.post(f"/hub/requests/{made.number}/mend/", given)
    made.refresh_from_db()
    assert (made.state, made.items) == ("hub_check", ["name"])


def test_who_has_nothing_to_do_with_it_finds_nothing(world: Sharing) -> None:
    made = world.hand_in()
    client = signed_in(world.market)
    for address in (f"requests/{made.number}/", f"requests/{made.number}/mend/", f"requests/drafts/{made.draft_id}/1/"):
        assert client.get(f"/hub/{address}").status_code == 404
    assert client.post(f"/hub/requests/{made.number}/do/revoke/", {"reason": "x"}).status_code == 404
    clerk = casting.sign_in(
        Client(), casting.officer("张立", "clerk", world.civil.body, world.civil.office, "receiver")
    )
    for address in ("to-do/", "requests/", "grants/", "channels/"):
        assert clerk.get(f"/hub/{address}").status_code == 404


def test_empty_lists_say_what_will_be_there(world: Sharing) -> None:
    client = signed_in(world.market)
    for address, words in (
        ("to-do/", "没有要办的"), ("requests/", "还没有共享申请"), ("scenarios/", "还没有重点场景"),
        ("grants/", "还没有授权"), ("channels/", "没有登记点对点通道"),
    ):  # fmt: skip
        assert words in text(client, f"/hub/{address}")


def test_scenarios_and_channels_are_shown_with_their_figures(world: Sharing) -> None:
    needs = [{"entry": "person", "items": ["name"]}, {"entry": "vehicle", "items": []}]
    values = {"title": "社会救助核对", "lead": world.civil.body.key, "source": "演示", "synthetic": True}
    operations.put_scenario("relief_check", values, needs, SYSTEM)
    channel = {"source": "person", "target": "company", "data": "人员状态", "reason": "会议纪要", "rows_a_day": 500}
    operations.put_channel("police-market", channel | {"replaced_by": "person_table"}, world.police.steward())
    client = signed_in(world.police)
    page = text(client, "/hub/scenarios/")
    assert "缺目录" in page and "没有申请" in page and "演示数据" in page
    assert "每天约 500 条" in text(client, "/hub/channels/")
    client.post("/hub/channels/police-market/retire/")
    assert "已停用" in text(client, "/hub/channels/")


def test_the_list_goes_out_to_excel_without_formulas_and_a_strange_file_is_refused(world: Sharing) -> None:
    made = world.hand_in(business_item="=HYPERLINK(1)")
    client = signed_in(world.hub)
    sheet = load_workbook(BytesIO(client.get("/hub/to-do/list.xlsx").content)).worksheets[0]
    row = [cell.value for cell in sheet[2]]
    assert row[4] == made.number and row[2] == "'=HYPERLINK(1)"
    strange = SimpleUploadedFile("x.xlsx", b"not a workbook")
    assert client.post("/hub/to-do/read/", {"file": strange}).status_code == 422
    assert re.search("第|Excel", client.post("/hub/to-do/read/", {}).content.decode())


def test_a_refusal_is_disputed_on_its_page_up_to_the_department_in_charge(world: Sharing) -> None:
    made = world.step(world.forwarded(), "reject", world.police.steward(), reason="不同意", **LAW)
    asking, judging = signed_in(world.civil), signed_in(world.hub)
    address = f"/hub/requests/{made.number}/"
    assert "提出争议" in text(asking, address) and "结论" not in text(judging, address)
    asking.post(f"{address}do/disagree/", {"reason": "履职必需"})
    assert "结论：应当共享" in text(signed_in(world.police), address) and "结论" not in text(judging, address)
    asking.post(f"{address}do/further/")
    judging.post(f"{address}do/settle-share/", {"reason": "应当共享"})
    made.refresh_from_db()
    assert made.disagreement.outcome == "share" and "应当共享" in text(asking, address)


def test_indicators_are_shown_by_quarter(world: Sharing) -> None:
    world.in_use()
    fold_batch(1000)
    client = signed_in(world.hub)
    now, before = text(client, "/hub/indicators/"), text(client, "/hub/indicators/?quarter=2026-3")
    assert "第 4 季度" in now and "100.00%（1/1）" in now and "quarter=2026-3" in now
    assert "第 3 季度" in before and "100.00%（1/1）" not in before and "quarter=2026-2" in before


def test_a_list_of_requests_asks_as_often_for_many_as_for_one(
    world: Sharing, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for number in range(6):
        world.hand_in(purpose=f"check_{number}")
    client = signed_in(world.hub)
    text(client, "/hub/requests/")
    with django_assert_max_num_queries(14):
        assert text(client, "/hub/requests/").count("data-row ") == 6


def test_whoever_sends_a_request_on_lands_where_they_may_be(world: Sharing) -> None:
    made, client = world.hand_in(), signed_in(world.hub)
    address = f"/desk/cases/{made.number}/"
    found = re.search(r'name="version" value="(\d+)"', text(client, address))
    assert found is not None
    answer = client.post(f"{address}act/", {"transition": "forward", "version": found[1]}, follow=True)
    assert answer.status_code == 200 and "已送提供机关审核" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == ShareRequest.State.PROVIDER_REVIEW
