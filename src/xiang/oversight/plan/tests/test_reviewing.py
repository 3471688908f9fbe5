"""From an uploaded file over decisions and corrections to the plan in force; who may, what is kept, what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from xiang.foundation.ground.errors import Absent, DomainError, Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.parties.actors import SYSTEM, for_staff
from xiang.oversight.plan import operations, queries
from xiang.oversight.plan.content import content_of
from xiang.oversight.plan.engine.parsing import parse
from xiang.oversight.plan.models import Finding, Plan, Reading
from xiang.oversight.plan.tests import world as worlds
from xiang.oversight.plan.tests.notices import CIRCULATING, CLEAN, plan_of
from xiang.oversight.plan.tests.world import World

pytestmark = pytest.mark.django_db
SMALL = plan_of(
    "一、共享",
    "1.建立机制。接入率达到90%。（省发改委牵头，省财政厅配合，6月底前）",
    "2.发布清单。（各市州、省数据局负责）",
)


@pytest.fixture
def world(db: None) -> World:
    return worlds.make()


def read(world: World, text: str = SMALL) -> Reading:
    return operations.upload(text.encode(), "要点.txt", world.actor)


def keep_all(found: Reading, world: World) -> None:
    for finding in found.findings.filter(state="open"):
        operations.decide(finding.id, world.actor, "keep")


def test_a_plan_is_adopted_with_units_bodies_targets_and_deadlines(world: World) -> None:
    found = read(world)
    keep_all(found, world)
    plan = operations.adopt(found.id, world.actor)
    first, second = plan.tasks.all()
    assert [(unit.role, unit.name, unit.body.key if unit.body else "") for unit in first.units.all()] == [
        ("lead", "省发展改革委", "430000.reform"), ("cooperator", "省财政厅", "430000.finance"),
    ]  # fmt: skip
    assert [(target.operator, target.value, target.unit) for target in first.targets.all()] == [(">=", 90, "%")]
    assert (first.deadline, first.deadline_inherited) == (date(2025, 6, 30), False)
    assert (second.deadline, second.deadline_inherited) == (date(2025, 12, 31), True)
    assert [(unit.role, unit.name, unit.body_id is None) for unit in second.units.all()] == [
        ("shared", "各市州", True), ("shared", "省数据局", False),
    ]  # fmt: skip
    assert (plan.year, plan.number, plan.adopted_by) == (2025, "湘政办函〔2025〕99号", "颜正")


def test_the_circulating_notice_is_mended_place_by_place_and_adopted(world: World) -> None:
    found = read(world, CIRCULATING)
    right = ["线下推行“五专”标准服务", "会和数据领域专家库", "省数据局牵头", "深化数据领域对外合作"]
    damages = list(found.findings.filter(damage=True))
    assert len(damages) == 4
    with pytest.raises(Refused) as refused:
        operations.adopt(found.id, world.actor)
    assert refused.value.code == "plan_findings_open"
    for finding, wording in zip(damages, right, strict=True):
        assert operations.decide(finding.id, world.actor, "mend", wording).by_name == "颜正"
    keep_all(found, world)
    plan = operations.adopt(found.id, world.actor)
    texts = {task.number: task.text for task in plan.tasks.all()}
    clean = {task.number: task.text for task in parse(CLEAN).tasks}
    assert texts == clean
    assert plan.tasks.count() == 48 and plan.chapters.count() == 12


def test_a_mended_wording_without_the_lost_characters_is_not_taken(world: World) -> None:
    found = read(world, CIRCULATING)
    finding = found.findings.filter(damage=True).first()
    assert finding is not None
    with pytest.raises(Invalid):
        operations.decide(finding.id, world.actor, "mend", "五□标准")
    operations.decide(finding.id, world.actor, "keep")
    with pytest.raises(Refused) as refused:
        operations.decide(finding.id, world.actor, "keep")
    assert refused.value.code == "decided_already"


def said(**more: str) -> dict[str, str]:
    return {
        "title": "建立机制", "text": "建立机制。接入率达到95%。", "leads": "省数据局、省财政厅", "cooperators": "", "shared": "",
        "targets": "接入率达到95%\n发布不少于3项清单", "deadline": "2025-09-30", "open_set": "yes", **more,
    }  # fmt: skip


def test_corrections_are_kept_with_who_and_what(world: World) -> None:
    found = read(world)
    operations.correct_task(found.id, 1, 0, said(), world.actor)
    rows = {row.field: row for row in found.corrections.all()}
    assert rows["leads"].before == ["省发展改革委"] and rows["leads"].after == ["省数据局", "省财政厅"]
    assert {row.by_name for row in rows.values()} == {"颜正"}
    keep_all(found, world)
    plan = operations.adopt(found.id, world.actor)
    first = plan.tasks.first()
    assert first is not None and first.deadline == date(2025, 9, 30) and first.open_set
    assert [(target.operator, int(target.value)) for target in first.targets.all()] == [(">=", 95), (">=", 3)]


def test_two_people_correcting_at_once_never_overwrite_each_other(world: World) -> None:
    found = read(world)
    operations.correct_task(found.id, 1, 0, said(), world.actor)
    with pytest.raises(Refused) as refused:
        operations.correct_task(found.id, 1, 0, said(title="别的"), world.actor)
    assert refused.value.code == "changed_meanwhile"


@pytest.mark.parametrize(
    "more", [{"title": ""}, {"targets": "做得更好"}, {"deadline": "九月"}, {"cooperators": "省数据局"}]
)
def test_what_cannot_be_is_said_at_its_field(world: World, more: dict[str, str]) -> None:
    found = read(world)
    with pytest.raises(Invalid) as wrong:
        operations.correct_task(found.id, 1, 0, said(**more), world.actor)
    assert wrong.value.errors and not found.corrections.exists()


def test_the_head_is_put_right_before_adoption(world: World) -> None:
    found = read(world, "一、共享\n1.建立机制。（省数据局牵头）\n2.发布清单。（省数据局牵头）\n")
    keep_all(found, world)
    with pytest.raises(Refused) as refused:
        operations.adopt(found.id, world.actor)
    assert refused.value.code == "plan_head_missing"
    operations.correct_head(
        found.id, 1, {"title": "2025年样板要点", "number": "", "issuer": "", "date": "2025-01-02"}, world.actor
    )
    assert operations.adopt(found.id, world.actor).year == 2025


def test_the_same_plan_is_adopted_once(world: World) -> None:
    first, second = read(world), read(world)
    for found in (first, second):
        keep_all(found, world)
    operations.adopt(first.id, world.actor)
    for again, code in ((first, "reading_closed"), (second, "plan_adopted_already")):
        with pytest.raises(Refused) as refused:
            operations.adopt(again.id, world.actor)
        assert refused.value.code == code
    assert Plan.objects.count() == 1
    assert Reading.objects.get(id=second.id).state == Reading.State.OPEN


def test_next_years_plan_knows_the_one_before(world: World) -> None:
    for year in ("2025", "2026"):
        found = read(world, SMALL.replace("2025", year))
        keep_all(found, world)
        plan = operations.adopt(found.id, world.actor)
    assert plan.previous is not None and plan.previous.year == 2025


def test_only_supervisors_of_the_place_read_and_see(world: World) -> None:
    with pytest.raises(Forbidden):
        operations.upload(SMALL.encode(), "x.txt", for_staff(world.clerk))
    found = read(world)
    for stranger in (for_staff(world.other), for_staff(world.clerk)):
        with pytest.raises(Absent):
            queries.reading_for(stranger, found.id)
        with pytest.raises(Absent):
            operations.adopt(found.id, stranger)
        finding = found.findings.first()
        assert finding is not None
        with pytest.raises(Absent):
            operations.decide(finding.id, stranger, "keep")


def test_what_is_no_plan_leaves_nothing_behind(world: World) -> None:
    for data, code in (
        (b"", "plan_empty"),
        (b"x" * 50_000_000, "plan_too_large"),
        ("今天天气好。".encode(), "not_a_plan"),
    ):
        with pytest.raises(DomainError) as refused:
            operations.upload(data, "x", world.actor)
        assert refused.value.code == code
    assert not Reading.objects.exists()


def test_every_step_is_in_the_ledger(world: World) -> None:
    found = read(world)
    keep_all(found, world)
    operations.correct_task(found.id, 1, 0, said(), world.actor)
    operations.adopt(found.id, world.actor)
    kinds = set(Entry.objects.filter(kind__startswith="plan.").values_list("kind", flat=True))
    assert kinds == {"plan.read", "plan.decided", "plan.corrected", "plan.adopted"}


def test_a_discarded_reading_stays_on_record_and_closed(world: World) -> None:
    found = read(world)
    operations.discard(found.id, world.actor)
    assert Reading.objects.get(id=found.id).state == Reading.State.DISCARDED
    with pytest.raises(Refused):
        operations.adopt(found.id, world.actor)


def test_the_plan_of_the_profile_is_put_once(world: World) -> None:
    content = content_of(parse(CLEAN))
    first = operations.put_plan("hunan-2025", "43", "湘政办函〔2025〕15号", content, SYSTEM)
    assert operations.put_plan("hunan-2025", "43", "湘政办函〔2025〕15号", content, SYSTEM) == first
    assert first.tasks.count() == 48 and (Path(settings.ROOT) / "profiles/hunan/plans/2025.yaml").is_file()


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_the_file_to_the_plan(world: World) -> None:
    client: Any = worlds.signed_in(world.supervisor)
    sent = client.post("/desk/plan/", {"plan": SimpleUploadedFile("要点.txt", SMALL.encode())})
    found = Reading.objects.get()
    assert sent.url == f"/desk/plan/readings/{found.id}/"
    body = client.get(sent.url).content.decode()
    assert "省发展改革委" in body and "（省发改委牵头，省财政厅配合，6月底前）" in body
    for finding in Finding.objects.all():
        client.post(f"/desk/plan/findings/{finding.id}/", {"choice": "keep"})
    adopted = client.post(f"/desk/plan/readings/{found.id}/adopt/")
    page = client.get(adopted.url).content.decode()
    assert "不低于 90%" in page and "要点没有写，按年底记" in page
    assert "湖南省2025年样板工作要点" in client.get("/desk/plan/").content.decode()


def test_a_refused_file_is_told_on_the_page(world: World) -> None:
    client: Any = worlds.signed_in(world.supervisor)
    answer = client.post("/desk/plan/", {"plan": SimpleUploadedFile("图.png", b"\x89PNG\r\n\x1a\n")})
    assert answer.status_code == 409 and "这是一张图片" in answer.content.decode()
    assert client.post("/desk/plan/").status_code == 409


def test_what_was_typed_stays_in_a_refused_form(world: World) -> None:
    client: Any = worlds.signed_in(world.supervisor)
    found = read(world)
    answer = client.post(f"/desk/plan/readings/{found.id}/tasks/0/", {**said(targets="做得更好"), "revision": "1"})
    assert (
        answer.status_code == 422
        and "做得更好" in answer.content.decode()
        and "没有读到数和单位" in answer.content.decode()
    )


def test_others_find_no_review_and_residents_no_page(world: World) -> None:
    found = read(world)
    for staff in (world.other, world.clerk):
        client: Any = worlds.signed_in(staff)
        assert client.get(f"/desk/plan/readings/{found.id}/").status_code == 404
        assert client.get("/desk/plan/").status_code == 200
        assert "读入一份要点" not in client.get("/desk/plan/").content.decode() or staff is world.other
