"""Excel in and out: the round trip, errors where they stand, nothing half-imported, formulas made harmless."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from xiang.foundation.ground.errors import Invalid, TooLarge
from xiang.hub.inventory import content, operations, queries
from xiang.hub.inventory.models import CatalogueEntry, Revision
from xiang.hub.inventory.standard import standard
from xiang.hub.inventory.workbook import reading, writing

from .conftest import World, entry


def workbook(*contents: dict[str, Any], edit: Callable[[Any], None] | None = None) -> bytes:
    raw = writing.write([content.plain(one) for one in contents], standard())
    if edit is None:
        return raw
    book = load_workbook(io.BytesIO(raw))
    edit(book)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def refusal(raw: bytes, world: World) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        operations.import_workbook(raw, world.police.as_writer())
    assert not Revision.objects.exists()
    return {error.pointer: error.code for error in caught.value.errors}


def test_what_was_exported_is_imported_as_it_was(world: World) -> None:
    items = [
        {"name": "name", "title": "姓名", "type": "C", "length": 60, "sensitive": True, "grade": 3},
        {"name": "b", "title": "出生日期", "type": "D", "element": "person.birth_date", "authoritative": True},
    ]
    said = entry(world.police, items=items, related=["household", "residence"], open="conditional", grade=2)
    (made,) = operations.import_workbook(workbook(said), world.police.as_writer())
    assert made.content == content.graded(content.plain(said), standard())


def test_entries_that_say_what_is_in_force_are_left_alone(world: World) -> None:
    world.publish()
    world.publish(key="household", title="户口簿信息")
    raw = writing.write([content.of_entry(one) for one in queries.to_export(world.police.as_writer())], standard())

    def edit(book: Any) -> None:
        sheet = book["目录"]
        for row in range(2, 4):
            if sheet.cell(row, 1).value == "household":
                sheet.cell(row, 3).value = "户口簿登记信息"

    book = load_workbook(io.BytesIO(raw))
    edit(book)
    held = io.BytesIO()
    book.save(held)
    made = operations.import_workbook(held.getvalue(), world.police.as_writer())
    assert [(one.key, one.kind, one.title) for one in made] == [("household", "update", "户口簿登记信息")]


def test_every_error_is_told_with_its_cell_and_nothing_is_kept(world: World) -> None:
    def edit(book: Any) -> None:
        book["目录"]["G2"] = "人口"
        book["目录"]["J2"] = "随便"
        book["目录"]["O2"] = "二级"
        book["信息项"]["D3"] = "X"
        book["信息项"].append(["nobody", "a", "甲", "C"])

    said = [entry(world.police), entry(world.police, key="other")]
    assert refusal(workbook(*said, edit=edit), world) == {
        "目录!G2": "choice_unknown", "目录!J2": "choice_unknown", "目录!O2": "number_form",
        "信息项!D3": "type_unknown", "信息项!A6": "entry_unknown",
    }  # fmt: skip


def test_one_entry_that_is_refused_keeps_all_others_out(world: World) -> None:
    raw = workbook(entry(world.police), entry(world.market, key="company"))
    assert refusal(raw, world) == {"目录!A3": "other_body"}
    assert not CatalogueEntry.objects.exists()


def test_an_entry_written_twice_and_a_row_without_key_are_told(world: World) -> None:
    def edit(book: Any) -> None:
        book["目录"].append([None, None, "没有标识"])

    raw = workbook(entry(world.police), entry(world.police), edit=edit)
    found = refusal(raw, world)
    assert found["目录!A3"] == "key_twice" and found["目录!A4"] == "missing"


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "=1+1"])
def test_what_looks_like_a_formula_leaves_as_text(world: World, text: str) -> None:
    book = load_workbook(io.BytesIO(workbook(entry(world.police, summary=text))))
    cell = book["目录"]["F2"]
    assert cell.value == text and cell.data_type == "s" and cell.quotePrefix


def test_a_formula_is_not_taken_in(world: World) -> None:
    def edit(book: Any) -> None:
        book["目录"]["C2"] = '=CONCAT("a","b")'

    assert refusal(workbook(entry(world.police), edit=edit), world)["目录!C2"] == "formula"


def test_the_template_explains_every_column_and_offers_the_choices(world: World) -> None:
    book = load_workbook(io.BytesIO(workbook()))
    assert book.sheetnames == ["目录", "信息项", "填写说明"]
    told = {row[1] for row in book["填写说明"].iter_rows(min_row=6, values_only=True)}
    heads = {str(cell.value).rstrip("*") for name in ("目录", "信息项") for cell in book[name][1]}
    assert heads == told
    assert any("有条件共享" in str(rule.formula1) for rule in book["目录"].data_validations.dataValidation)


def test_what_is_no_such_workbook_is_refused(world: World) -> None:
    held = io.BytesIO()
    Workbook().save(held)
    for raw in (b"", b"PK\x03\x04 half", held.getvalue(), workbook()):
        assert list(refusal(raw, world).values()) == ["workbook_unreadable"]
    with pytest.raises(TooLarge):
        operations.import_workbook(b"x" * (reading.LARGEST + 1), world.police.as_writer())
