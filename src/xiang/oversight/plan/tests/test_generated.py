"""Whatever the layout, reading a plan gives back the structure from which it was written."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from xiang.foundation.ground.errors import DomainError
from xiang.oversight.plan.engine.parsing import parse
from xiang.oversight.plan.tests.layouts import CHAPTERS, Layout, Point, layouts, plans, written
from xiang.oversight.plan.tests.notices import CLEAN

CALM = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CALM
@given(plans, layouts)
def test_a_plan_is_read_back_from_any_layout(plan: list[list[Point]], layout: Layout) -> None:
    # That lines were wrapped shows only where there are enough of them, and a short line ends nothing.
    assume(not layout.width or (layout.clause != "lines" and sum(map(len, plan)) > 5))
    found = parse(written(plan, layout))
    tasks = [task for chapter in plan for task in chapter]
    assert [chapter.title for chapter in found.chapters] == list(CHAPTERS[: len(plan)])
    assert [
        (
            t.title,
            t.leads,
            t.cooperators,
            t.shared,
            t.open_set,
            [(g.operator, g.value, g.unit) for g in t.targets],
            t.deadline,
        )
        for t in found.tasks
    ] == [task.expected for task in tasks]
    owners = [str(number) for number, chapter in enumerate(plan, 1) for _ in chapter]
    assert [task.chapter for task in found.tasks] == owners
    assert not found.damage


@CALM
@given(st.text(alphabet="一二、（）()。，；：\n1234.牵头责任单位省厅〔〕【】?□万%年月底前", max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        found = parse(text)
    except DomainError as refused:
        assert refused.code in ("plan_empty", "not_a_plan")
    else:
        assert found.tasks


@CALM
@given(st.data())
def test_no_line_of_the_notice_is_lost_when_another_goes_missing(data: st.DataObject) -> None:
    lines = CLEAN.split("\n")
    numbered = [n for n, line in enumerate(lines) if line[:1].isdigit() and "." in line[:3]]
    gone = data.draw(st.sampled_from(numbered[1:-1]))
    found = parse("\n".join(lines[:gone] + lines[gone + 1 :]))
    assert len(found.tasks) == 47
    assert "number_missing" in {warning.code for warning in found.warnings}
