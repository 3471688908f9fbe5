"""The tags: what they say, and that nothing variable gets past escaping."""

from __future__ import annotations

from datetime import date

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from xiang.foundation.pages import panels
from xiang.foundation.pages.components import (
    ActionView,
    FactView,
    FieldView,
    Link,
    NameView,
    Option,
    PlanRow,
    ReceiptPart,
    ReceiptView,
    SourceView,
    StateView,
    StatusView,
    TableView,
)
from xiang.foundation.pages.gallery.facts import RECEIPT, TILES
from xiang.foundation.pages.gallery.progress import LANES
from xiang.foundation.pages.lanes import arrange
from xiang.foundation.pages.lotus import lotus
from xiang.foundation.pages.qr import qr_svg

EVIL = "<script>alert(1)</script>"


def draw(source: str, **context: object) -> str:
    request = RequestFactory().get("/")
    return Template("{% load xiang %}" + source).render(Context({"request": request, **context}))


def test_a_status_has_icon_word_and_colour():
    html = draw('{% status "late" "晚了 1 天" %}')
    assert "s-late" in html and "ti-alert-triangle" in html and "晚了 1 天" in html


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("{% status v %}", StatusView("run", EVIL)),
        ("{% src v %}", SourceView(EVIL, EVIL)),
        ("{% fact v %}", FactView(EVIL, EVIL, SourceView(EVIL), "#")),
        ("{% tian v %}", NameView(EVIL)),
        ("{% state v %}", StateView(EVIL, EVIL, actions=(Link(EVIL, "#"),))),
        ("{% note 'soon' v v %}", EVIL),
        ("{% formfield v %}", FieldView("x", EVIL, value=EVIL, hint=EVIL, error=EVIL)),
        ("{% datatable v %}", TableView(EVIL, (EVIL,), ((EVIL,),))),
        ("{% qr 'x' v %}", EVIL),
        ("{% backlink '#' v %}", EVIL),
        ("{% copynumber v %}", EVIL),
        ("{% icon 'x' v %}", EVIL),
    ],
)
def test_what_people_type_is_escaped(tag, value):
    assert "<script" not in draw(tag, v=value)


def test_the_receipt_draws_as_many_cells_as_it_says():
    html = draw("{% cells r %}", r=RECEIPT)
    assert html.count("<i class=") - len(RECEIPT.parts) - 1 == RECEIPT.total == 63
    assert "63 格：60 格由政府提供，3 格由您填写" in html


def test_a_receipt_without_typed_fields_has_no_hollow_cell():
    assert 'class="me"' not in draw("{% cells r %}", r=ReceiptView((ReceiptPart("省公安厅", 4),), 0))


def test_a_name_counts_characters_and_names_what_cannot_be_printed():
    html = draw("{% tian v %}", v=NameView("王𠮷㐂", ("𠮷",)))
    assert html.count("<b>") == 4  # three squares, and the character named in words
    assert "𠮷" in html and "?" not in html


def test_the_worst_tile_has_a_mark_that_is_not_only_colour():
    html = draw("{% tiles m %}", m=TILES)
    assert "87.9▼" in html
    assert html.count("x-tile") == 14


def test_a_disabled_action_says_why_and_has_no_key():
    html = draw(
        "{% actions v %}", v=[ActionView("一次性补正", "supplement", "第三十二条", "B", disabled="已受理，不可用")]
    )
    assert "disabled" in html and "第三十二条：已受理，不可用" in html and "data-key" not in html


def test_a_plan_row_says_its_status_to_readers():
    html = draw(
        "{% planrow v %}", v=PlanRow("13", "事项引用率", "86.4%", "90%", StatusView("late", "滞后"), "#", 86.4, 90)
    )
    assert 'class="visually-hidden">滞后' in html
    assert "--v:86.4%;--t:90.0%" in html


def test_a_field_ties_hint_and_error_to_its_control():
    html = draw("{% formfield v %}", v=FieldView("phone", "手机号", "tel", hint="办到哪一步", error="要 11 位"))
    assert 'aria-describedby="phone-hint phone-error"' in html
    assert 'aria-invalid="true"' in html


def test_a_choice_is_a_fieldset_with_a_legend():
    html = draw("{% formfield v %}", v=FieldView("f", "随谁", "choice", options=(Option("a", "母亲", True),)))
    assert "<fieldset" in html and "<legend" in html and "checked" in html


def test_a_posting_link_is_a_guarded_form_with_its_token():
    html = draw("{% linkbutton v %}", v=Link("撤回申请", "/withdraw/", "deny", post=True))
    assert "csrfmiddlewaretoken" in html and "data-once" in html


def test_lanes_link_what_waits_and_fold_it_under_on_a_phone():
    laid = arrange(LANES)
    assert [(link.column, link.top, link.bottom, link.dashed) for link in laid.links] == [
        (0, 0, 5, False),
        (8, 5, 6, True),
    ]
    assert [branch.row.key for branch in laid.first] == ["certificate"]
    assert laid.rest[0].row.key == "pay"
    assert next(b for b in laid.rest if b.row.key == "household").waiting[0].key == "card"
    assert [(band.start, band.width) for band in laid.bands] == [(4, 3), (10, 7), (20, 1)]


def test_the_lotus_is_small_and_hidden():
    assert len(lotus(96)) < 4500
    assert 'aria-hidden="true"' in lotus(96)


def test_a_qr_code_is_one_path_with_a_name():
    svg = qr_svg("https://example.org/v/1", "核验二维码")
    assert svg.count("<path") == 1
    assert 'aria-label="核验二维码"' in svg


def test_a_notice_wraps_any_markup():
    assert "<a href" in draw('{% notice "run" "已收到" %}<a href="#">看</a>{% endnotice %}')


def test_panels_are_drawn_in_order_and_once():
    def late(request, subject):
        return f"<p>late {subject}</p>"

    def early(request, subject):
        return "<p>early</p>"

    panels.register("test.slot", 20, late)
    panels.register("test.slot", 10, early)
    panels.register("test.slot", 20, late)
    assert draw('{% panels "test.slot" 7 %}') == "<p>early</p><p>late 7</p>"


def test_a_provisional_clock_says_so():
    from xiang.foundation.pages.gallery.facts import PROVISIONAL

    assert "这个日期是暂定的" in draw("{% calendar v %}", v=PROVISIONAL)
    assert str(date(2026, 9, 21).day) in draw("{% calendar v %}", v=PROVISIONAL)
