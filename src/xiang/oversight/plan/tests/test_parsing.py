"""Plans in the layouts that offices write, each with what it is hard for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from xiang.foundation.ground.errors import Refused
from xiang.oversight.plan.engine.characters import one_form
from xiang.oversight.plan.engine.model import Plan, Task
from xiang.oversight.plan.engine.parsing import parse
from xiang.oversight.plan.tests.notices import CIRCULATING, CLEAN, HEAD, REGISTER, plan_of


def only(*lines: str) -> Task:
    """The one task of a plan of these lines."""
    plan = parse(plan_of("一、数据共享", *lines), REGISTER)
    assert len(plan.tasks) == 1, [task.title for task in plan.tasks]
    return plan.tasks[0]


def codes(plan: Plan) -> set[str]:
    return {warning.code for warning in plan.warnings}


def said(task: Task) -> tuple[list[str], list[str], list[str]]:
    return task.leads, task.cooperators, task.shared


def figures(text: str) -> list[tuple[str, Any, str]]:
    """The targets of a task that says ``text``: operator, value, unit."""
    task = only(f"1.推进共享。{text}。（省数据局牵头）")
    found = [target.to_json() for target in task.targets]
    return [(one["operator"], one["value"], one["unit"]) for one in found]


# --- the notice of Hunan ---------------------------------------------------------------------------------------------


def test_the_notice_reads_the_same_clean_and_as_it_circulates() -> None:
    clean, circulating = parse(CLEAN), parse(CIRCULATING)
    for plan in (clean, circulating):
        assert len(plan.chapters) == 12
        assert [task.number for task in plan.tasks] == [str(number) for number in range(1, 49)]
        assert plan.title == "湖南省2025年政务服务和数据工作要点"
        assert (plan.issuer, plan.date) == ("湖南省人民政府办公厅", date(2025, 3, 18))
    assert clean.number == "湘政办函〔2025〕15号"
    assert clean.chapters == circulating.chapters
    units = [[(*said(task), task.open_set) for task in plan.tasks] for plan in (clean, circulating)]
    assert units[0] == units[1]


def test_the_hard_points_of_the_notice_are_read_as_written() -> None:
    tasks = {task.number: task for task in parse(CLEAN).tasks}
    assert tasks["3"].shared == ["重点场景应用建设牵头单位", "省数据局", "省政务服务和大数据中心"]
    assert not tasks["3"].leads
    for number in ("5", "6", "47"):
        assert not tasks[number].leads and tasks[number].shared
    assert said(tasks["40"]) == (["省数据局"], [], []) and not tasks["40"].open_set
    assert tasks["2"].cooperators == ["省发展改革委", "省商务厅", "省工业和信息化厅"] and tasks["2"].open_set
    assert [len(tasks[number].leads) for number in ("7", "12", "30", "48")] == [4, 5, 6, 4]
    assert tasks["34"].leads == ["长沙市人民政府", "省数据局"]
    found = {
        number: [(one.operator, one.value, one.unit) for one in task.targets]
        for number, task in tasks.items()
        if task.targets
    }
    assert found == {
        "3": [("~", 20, "个")],
        "8": [(">=", 100, "项")],
        "10": [(">=", 90, "%")],
        "13": [(">=", 90, "%"), (">=", 100, "%")],
        "25": [("=", 12, "个")],
        "35": [("=", 15, "%")],
        "36": [("=", 100, "个")],
        "39": [("=", 100, "个")],
        "40": [("<=", 9, "名"), (">=", 4, "%")],
        "44": [("=", 19, "个")],
    }


def test_the_damage_of_the_circulating_notice_is_reported_with_what_can_be_worked_out() -> None:
    plan = parse(CIRCULATING)
    found = [(damage.task, damage.suggestion) for damage in plan.damage]
    assert found == [
        ("1", "线下推行“五□”标准□"),
        ("45", "会和数据领域□家□"),
        ("45", "省数据局牵头"),
        ("47", "深化数据领域□外合□"),
    ]
    assert {task.number for task in plan.tasks if task.incomplete} == {"1", "45", "47"}
    assert "readings_removed" in codes(plan)
    assert not parse(CLEAN).damage


def test_sixty_tasks_are_read_whole() -> None:
    lines = [
        f"{n}.完成第{n}类工作。办结率达到9{n % 10}%。（省数据局牵头，省发改委配合，2025年9月底前）"
        for n in range(1, 61)
    ]
    plan = parse(plan_of("一、总体", *lines), REGISTER)
    assert len(plan.tasks) == 60 and all(task.targets and task.deadline for task in plan.tasks)


# --- who is responsible ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "leads", "cooperators", "shared"),
    [
        ("（省数据局牵头，省财政厅、省教育厅配合）", ["省数据局"], ["省财政厅", "省教育厅"], []),
        ("(省数据局牵头,省财政厅等有关单位按职责分工负责)", ["省数据局"], ["省财政厅"], []),
        ("〔省数据局、省财政厅牵头〕", ["省数据局", "省财政厅"], [], []),
        ("【牵头单位：省数据局；责任单位：省财政厅、省教育厅】", ["省数据局"], ["省财政厅", "省教育厅"], []),
        ("（牵头单位：省数据局，配合单位：省财政厅）", ["省数据局"], ["省财政厅"], []),
        ("（责任单位：省数据局、省财政厅）", [], [], ["省数据局", "省财政厅"]),
        ("（省数据局、省财政厅按职责分工负责）", [], [], ["省数据局", "省财政厅"]),
        ("（省数据局，省财政厅，省教育厅按职责分工负责）", [], [], ["省数据局", "省财政厅", "省教育厅"]),
        ("（省数据局负责）", [], [], ["省数据局"]),
        ("（省数据局、省财政厅）", [], [], ["省数据局", "省财政厅"]),
        ("（省数据局会同省财政厅、省教育厅负责）", ["省数据局"], ["省财政厅", "省教育厅"], []),
        ("（省数据局牵头会同省财政厅负责）", ["省数据局"], ["省财政厅"], []),
        ("（数据标准建设牵头单位、省数据局按职责分工负责）", [], [], ["数据标准建设牵头单位", "省数据局"]),
        ("（省数据局牵头，省财政厅和省教育厅配合）", ["省数据局"], ["省财政厅", "省教育厅"], []),
        ("（省教育厅牵头，各市州、县市区人民政府落实）", ["省教育厅"], ["各市州、县市区人民政府"], []),
        ("由省数据局牵头，省财政厅配合。", ["省数据局"], ["省财政厅"], []),
        ("责任单位：省数据局、省财政厅。", [], [], ["省数据局", "省财政厅"]),
    ],
)
def test_units_are_read_in_every_way_of_naming_them(
    clause: str, leads: list[str], cooperators: list[str], shared: list[str]
) -> None:
    task = only(f"1.建立共享机制。发布一批清单。{clause}")
    assert said(task) == (leads, cooperators, shared)
    assert task.text == "建立共享机制。发布一批清单。"


def test_nested_brackets_stay_with_their_unit() -> None:
    task = only("1.建立机制。（省数据局〔省大数据中心（筹）〕牵头，省委网信办（省互联网信息办公室）配合）")
    assert said(task) == (["省数据局〔省大数据中心（筹）〕"], ["省委网信办（省互联网信息办公室）"], [])


def test_brackets_that_say_something_else_stay_in_the_text() -> None:
    task = only("1.接入事项（涉密的除外）。提升平台（含省级系统）能力。（省数据局牵头）")
    assert task.text == "接入事项（涉密的除外）。提升平台（含省级系统）能力。"


def test_several_sentences_may_share_one_list_or_have_their_own() -> None:
    shared = only("1.建立机制。发布清单。开展培训。（省数据局牵头）")
    assert shared.measures == ["发布清单。", "开展培训。"] and shared.leads == ["省数据局"]
    own = only("1.建立机制。发布清单（省数据局牵头）。开展培训（省教育厅牵头，省数据局配合）。")
    assert own.leads == ["省数据局", "省教育厅"] and own.cooperators == []


def test_open_sets_are_no_units() -> None:
    for words in ("各有关单位按职责分工负责", "有关部门配合", "省财政厅等单位配合", "省财政厅等配合"):
        task = only(f"1.建立机制。（省数据局牵头，{words}）")
        assert task.open_set and "有关" not in "".join(task.units)
    assert not only("1.建立机制。（省数据局牵头，省财政厅配合）").open_set


def test_lines_of_their_own_name_units_and_deadline() -> None:
    task = only(
        "1.建立机制",
        "制定办法，发布清单。",
        "牵头单位：省数据局",
        "责任单位：省财政厅、省教育厅",
        "完成时限：2025年6月底",
    )
    assert said(task) == (["省数据局"], ["省财政厅", "省教育厅"], [])
    assert (task.title, task.deadline) == ("建立机制", date(2025, 6, 30))


def test_a_general_note_gives_units_to_tasks_that_name_none() -> None:
    note = "未列明责任单位的，由省数据局牵头，各有关单位按职责分工负责。"
    plan = parse(plan_of(note, "一、共享", "1.建立机制。", "2.发布清单。（省教育厅牵头）", "二、治理", "3.制定标准。"))
    assert [task.leads for task in plan.tasks] == [["省数据局"], ["省教育厅"], ["省数据局"]]
    assert [task.inherited_units for task in plan.tasks] == [True, False, True]
    assert "units_inherited" in codes(plan)


def test_a_note_under_a_chapter_speaks_for_that_chapter() -> None:
    plan = parse(
        plan_of(
            "一、共享",
            "以上各项任务均由省教育厅牵头。",
            "1.建立机制。",
            "2.发布清单。",
            "二、治理",
            "3.制定标准。（省数据局牵头）",
        )
    )
    assert [task.leads for task in plan.tasks] == [["省教育厅"], ["省教育厅"], ["省数据局"]]


def test_the_first_of_a_list_leads_where_the_plan_says_so() -> None:
    plan = parse(
        plan_of(
            "责任单位中排第一位的为牵头单位。",
            "一、共享",
            "1.建立机制。（责任单位：省数据局、省财政厅）",
            "2.制定标准。（责任单位：省教育厅）",
        )
    )
    assert [said(task) for task in plan.tasks] == [(["省数据局"], ["省财政厅"], []), (["省教育厅"], [], [])]


def test_a_task_without_units_is_reported() -> None:
    plan = parse(plan_of("一、共享", "1.建立机制。发布清单。", "2.制定标准。（省数据局牵头）"))
    assert [warning.task for warning in plan.warnings if warning.code == "no_unit"] == ["1"]


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("省发改委", "省发展改革委"),
        ("省住建厅", "省住房城乡建设厅"),
        ("省人社厅", "省人力资源社会保障厅"),
        ("省卫健委", "省卫生健康委"),
        ("湖南省财政厅", "省财政厅"),
        ("省发展和改革委员会", "省发展改革委"),
        ("省委网信办", "省委网信办"),
        ("省某某办", "省某某办"),
    ],
)
def test_abbreviated_names_mean_the_body_of_the_register(written: str, name: str) -> None:
    assert only(f"1.建立机制。发布清单。（{written}牵头）").leads == [name]


def test_a_resolved_abbreviation_is_told_once() -> None:
    plan = parse(plan_of("一、共享", "1.甲。（省发改委牵头）", "2.乙。（省发改委牵头）"), REGISTER)
    assert [(one.code, one.task) for one in plan.warnings if one.code == "abbreviation"] == [("abbreviation", "1")]


def test_the_bodies_of_a_city_are_those_of_its_own_plan() -> None:
    head = "长沙市2025年数据工作计划\n长沙市人民政府办公厅\n2025年2月1日\n"
    plan = parse(plan_of("一、共享", "1.建立机制。（市数据局牵头，省数据局配合）", head=head), REGISTER)
    assert said(plan.tasks[0]) == (["长沙市数据局"], ["省数据局"], [])
    assert plan.bodies["长沙市数据局"] == "430100.data"


def test_names_of_another_province_are_not_taken_for_ours() -> None:
    head = "安徽省2025年数据工作计划\n安徽省人民政府办公厅\n2025年2月1日\n"
    plan = parse(plan_of("一、共享", "1.建立机制。（省发改委牵头）", head=head), REGISTER)
    assert plan.tasks[0].leads == ["省发改委"] and not plan.bodies
    assert "register_elsewhere" in codes(plan)


def test_a_name_that_fits_two_bodies_stays_and_is_reported() -> None:
    head = "2025年数据工作计划\n"
    plan = parse(plan_of("一、共享", "1.建立机制。（省数据局牵头，省生委配合）", head=head), REGISTER)
    assert plan.tasks[0].cooperators[0] in ("省生委", "省卫生健康委")
    plan = parse(plan_of("一、共享", "1.建立机制。（省数据局牵头，省□□厅配合）"), REGISTER)
    assert "unit_unreadable" in codes(plan) and plan.tasks[0].cooperators == ["省□□厅"]


# --- numbering -------------------------------------------------------------------------------------------------------


def test_three_levels_with_numbers_that_begin_anew() -> None:
    plan = parse(
        plan_of(
            "一、共享", "（一）夯实基础", "1.建立机制。（省数据局牵头）", "2.发布清单。（省数据局牵头）",
            "（二）强化应用", "1.打造标杆。（省教育厅牵头）", "二、治理", "（一）制定标准", "1.编制规范。（省财政厅牵头）",
        )
    )  # fmt: skip
    assert [chapter.number for chapter in plan.chapters] == ["1", "1.1", "1.2", "2", "2.1"]
    assert [(task.number, task.chapter) for task in plan.tasks] == [
        ("1.1.1", "1.1"), ("1.1.2", "1.1"), ("1.2.1", "1.2"), ("2.1.1", "2.1"),
    ]  # fmt: skip
    assert not codes(plan)


def test_four_levels_whose_lowest_are_measures() -> None:
    plan = parse(
        plan_of(
            "一、共享", "（一）夯实基础", "1.建立机制。", "（1）制定办法。", "（2）发布清单。（省数据局牵头）",
            "2.开展培训。", "（1）编写教材。", "（2）组织考试。（省教育厅牵头）",
        )
    )  # fmt: skip
    assert [task.title for task in plan.tasks] == ["建立机制", "开展培训"]
    assert [task.leads for task in plan.tasks] == [["省数据局"], ["省教育厅"]]
    assert plan.tasks[0].measures == ["（1）制定办法。", "（2）发布清单。"]


def test_tasks_may_stand_on_the_second_level() -> None:
    plan = parse(
        plan_of(
            "一、共享",
            "（一）建立机制。制定办法。（省数据局牵头）",
            "（二）发布清单。（省财政厅牵头）",
            "二、治理",
            "（三）制定标准。（省数据局牵头）",
        )
    )
    assert [task.number for task in plan.tasks] == ["1", "2", "3"]
    assert [chapter.title for chapter in plan.chapters] == ["共享", "治理"]


def test_numbers_with_points_and_plans_without_chapters() -> None:
    decimals = parse(
        plan_of(
            "1.数据共享",
            "1.1建立机制。（省数据局牵头）",
            "1.2发布清单。（省财政厅牵头）",
            "2.数据治理",
            "2.1制定标准。（省教育厅牵头）",
        )
    )
    assert [(task.number, task.title) for task in decimals.tasks] == [
        ("1.1", "建立机制"),
        ("1.2", "发布清单"),
        ("2.1", "制定标准"),
    ]
    flat = parse(plan_of("1．建立机制。（省数据局牵头）", "2、发布清单。（省财政厅牵头）"))
    assert [(task.number, task.chapter) for task in flat.tasks] == [("1", ""), ("2", "")]


def test_missing_and_double_numbers_are_reported_and_kept() -> None:
    plan = parse(
        plan_of(
            "一、共享",
            "1.甲事。（省数据局牵头）",
            "2.乙事。（省数据局牵头）",
            "三、治理",
            "5.丙事。（省数据局牵头）",
            "5.丁事。（省数据局牵头）",
        )
    )
    assert [task.number for task in plan.tasks] == ["1", "2", "5", "5"]
    assert {"number_missing", "number_twice", "chapter_missing"} <= codes(plan)
    assert (
        next(one.text for one in plan.warnings if one.code == "number_missing")
        == "第 5 条前面缺第 3、4 条，没有重新编号。"
    )


def test_headings_that_ran_together_are_parted() -> None:
    text = "一、共享1.建立机制。发布2.0版清单。（省数据局牵头）2.开展培训。（省教育厅牵头）二、治理3.制定标准。（省财政厅牵头）"
    plan = parse(plan_of(text))
    assert [(task.number, task.chapter, task.title) for task in plan.tasks] == [
        ("1", "1", "建立机制"), ("2", "1", "开展培训"), ("3", "2", "制定标准"),
    ]  # fmt: skip


def test_a_heading_without_tasks_is_told() -> None:
    plan = parse(plan_of("一、共享", "1.建立机制。（省数据局牵头）", "二、保障措施", "加强组织领导。"))
    assert len(plan.tasks) == 1 and "heading_without_tasks" in codes(plan)


def test_the_list_of_attachments_and_the_signature_are_no_tasks() -> None:
    plan = parse(
        "湖南省人民政府办公厅关于印发《湖南省2025年样板工作要点》的通知\n湘政办函〔2025〕99号\n各市州人民政府：\n现印发给你们，请认真贯彻落实。\n"
        "附件：1.任务清单\n2.分工表\n湖南省人民政府办公厅\n2025年2月1日\n附件\n湖南省2025年样板工作要点\n"
        "一、共享\n1.建立机制。（省数据局牵头）\n2.发布清单。（省数据局牵头）\n抄送：省委办公厅。\n"
    )
    assert [task.title for task in plan.tasks] == ["建立机制", "发布清单"]
    assert (plan.number, plan.issuer, plan.title) == (
        "湘政办函〔2025〕99号",
        "湖南省人民政府办公厅",
        "湖南省2025年样板工作要点",
    )


# --- tables ----------------------------------------------------------------------------------------------------------

TABLE = [
    ["序号", "重点任务", "工作内容", "牵头单位", "配合单位", "完成时限"],
    ["1", "建立机制", "制定办法，办结率达到90%。", "省数据局", "省财政厅、省教育厅", "2025年6月底"],
    ["2", "发布清单", "发布不少于3项清单。", "省教育厅", "省数据局", "年底前"],
]


@pytest.mark.parametrize("gap", ["\t", " | ", "    "])
def test_a_table_flattened_to_rows(gap: str) -> None:
    _check_table(parse(plan_of(*(gap.join(row) for row in TABLE)), REGISTER))


def test_a_table_flattened_to_a_cell_a_line() -> None:
    _check_table(parse(plan_of(*(cell for row in TABLE for cell in row)), REGISTER))


def _check_table(plan: Plan) -> None:
    assert [(task.number, task.title, said(task), task.deadline) for task in plan.tasks] == [
        ("1", "建立机制", (["省数据局"], ["省财政厅", "省教育厅"], []), date(2025, 6, 30)),
        ("2", "发布清单", (["省教育厅"], ["省数据局"], []), date(2025, 12, 31)),
    ]
    assert [len(task.targets) for task in plan.tasks] == [1, 1]


def test_a_row_with_too_few_cells_is_reported() -> None:
    plan = parse(plan_of("\t".join(TABLE[0]), "\t".join(TABLE[1]), "2\t发布清单\t省教育厅"))
    assert "table_row" in codes(plan) and len(plan.tasks) == 2


# --- targets and deadlines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("覆盖率达到95%以上", [(">=", 95, "%")]),
        ("建成3—5个基地", [("between", [3, 5], "个")]),
        ("覆盖率提升到80%～90%", [("between", [80, 90], "%")]),
        ("培育企业超过50家", [(">", 50, "家")]),
        ("投资1.5亿元", [("=", 150_000_000, "元")]),
        ("服务群众300万人次以上", [(">=", 3_000_000, "人次")]),
        ("归集数据2000万条", [("=", 20_000_000, "条")]),
        ("压缩至3个工作日以内", [("<=", 3, "工作日")]),
        ("下降1.5个百分点左右", [("~", 1.5, "个百分点")]),
        ("约200个村", [("~", 200, "个")]),
        ("百分之九十的事项", [("=", 90, "%")]),
        ("不少于三项制度", [(">=", 3, "项")]),
        ("综合排名进入全国前10", [("<=", 10, "名")]),
        ("落实2025年度重点事项，编制目录（2025版）", []),
        ("实施三年行动计划（2024—2026年）", []),
        ("贯彻湘政办发〔2024〕17号和《“十四五”100个项目规划》", []),
        ("建设湘易办3.0版和总枢纽2.0", []),
        ("联动12345热线，对接IPv6和9+2省区", []),
        ("筹备第五次会议，引入第三方评估", []),
        ("推广一件事一次办和四个一", []),
        ("提供24小时自助服务", []),
        ("打造N个场景", []),
    ],
)
def test_figures_are_targets_and_other_numbers_are_not(text: str, found: list[tuple[str, Any, str]]) -> None:
    assert figures(text) == found


def test_a_target_keeps_its_words() -> None:
    task = only("1.推进共享。扩大范围，接入率达到90%，完成50项。（省数据局牵头）")
    assert [target.text for target in task.targets] == ["接入率达到90%", "完成50项"]
    assert task.targets[0].value == Decimal(90)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("（省数据局牵头，2025年9月底前完成）", date(2025, 9, 30)),
        ("（省数据局牵头；完成时限：6月30日）", date(2025, 6, 30)),
        ("（省数据局牵头，年底前）", date(2025, 12, 31)),
        ("（省数据局牵头，上半年完成）", date(2025, 6, 30)),
        ("（省数据局牵头，第三季度完成）", date(2025, 9, 30)),
        ("（省数据局牵头，2026年2月底前）", date(2026, 2, 28)),
        ("（省数据局牵头，2025年3月至11月）", date(2025, 11, 30)),
        ("（省数据局牵头，二〇二五年十月底前）", date(2025, 10, 31)),
        ("2025年10月底前完成验收。（省数据局牵头）", date(2025, 10, 31)),
        ("落实2025年任务。（省数据局牵头）", None),
        ("实施2025—2027年方案。（省数据局牵头）", None),
    ],
)
def test_deadlines_stand_in_clauses_and_in_sentences(words: str, day: date | None) -> None:
    task = only(f"1.推进共享。{words}")
    assert task.deadline == day
    assert task.leads == ["省数据局"]


def test_of_several_deadlines_the_latest_counts_and_it_is_told() -> None:
    plan = parse(plan_of("一、共享", "1.推进。6月底前出台办法，10月底前完成验收。（省数据局牵头）"))
    assert plan.tasks[0].deadline == date(2025, 10, 31)
    assert "several_deadlines" in codes(plan)


# --- damage ----------------------------------------------------------------------------------------------------------


def test_a_lost_character_is_shown_and_proposed_but_not_put_in() -> None:
    plan = parse(
        plan_of("一、共享", "1.建立数据目录。编制数据目录。（省数据局牵头）", "2.更新数?目录。（省数据局牵头）")
    )
    assert plan.tasks[1].text == "更新数□目录。" and plan.tasks[1].incomplete
    assert [(one.task, one.suggestion) for one in plan.damage] == [("2", "更新数据目录")]


def test_other_misreadings_are_reported() -> None:
    broken = "政务数据".encode().decode("latin-1")
    plan = parse(plan_of("一、共享", f"1.汇聚{broken}。（省数据局牵头）", "2.治理锟斤拷数据。（省数据局牵头）"))
    assert [(one.task, one.suggestion) for one in plan.damage] == [("1", "政务数据"), ("2", "")]


def test_brackets_with_letters_are_no_phonetic_debris() -> None:
    task = only("1.推广应用（app）和平台（IPv6）。（省数据局牵头）")
    assert task.text == "推广应用（app）和平台（IPv6）。"


def test_text_that_breaks_off_is_incomplete() -> None:
    plan = parse(plan_of("一、共享", "1.建立机制。" + "制定办法、" * 15 + "发布", "2.制定标准。（省数据局牵头"))
    assert [task.incomplete for task in plan.tasks] == [True, True]
    assert {"text_broken_off", "bracket_open"} <= codes(plan)


# --- what is no plan -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "plan_empty"), (" \n\t", "plan_empty"), ("今天天气很好，我们去爬山。", "not_a_plan"), (HEAD, "not_a_plan")],
)
def test_what_is_no_plan_is_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.code == code


def test_the_json_has_the_documented_shape() -> None:
    found = parse(CLEAN).to_json()
    assert list(found) == ["title", "number", "issuer", "date", "chapters", "tasks", "damage", "warnings"]
    assert list(found["tasks"][0]) == [
        "number", "chapter", "title", "text", "measures", "leads", "cooperators", "shared", "open_set", "targets",
        "deadline", "incomplete",
    ]  # fmt: skip
    assert found["tasks"][9]["targets"] == [{"text": "一网通办率达到90%", "operator": ">=", "value": 90, "unit": "%"}]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("沿著這條路推進著作權登記", "沿着这条路推进著作权登记"),
        ("由乾县政府落实", "由乾县政府落实"),
        ("⻓沙市⼈⺠政府", "长沙市人民政府"),
    ],
)
def test_characters_come_in_one_form(written: str, read: str) -> None:
    assert one_form(written) == read
