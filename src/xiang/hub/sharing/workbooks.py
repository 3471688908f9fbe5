"""The steward's list as an Excel workbook, out and in: confirmations of corrections are filled in and read back."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any

from xiang.foundation.ground.errors import DomainError, FieldError, Invalid
from xiang.foundation.parties.actors import Actor
from xiang.hub.sharing import operations
from xiang.hub.sharing.queries.duties import Due
from xiang.hub.sharing.request_presenting import DUTIES

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADINGS = ("类别", "事项", "说明", "期限", "编号", "办理结果")
_ANSWERS = {"已改正": "corrected", "没有留存": "not_held"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST = 2000


def written(dues: Sequence[Due]) -> bytes:
    """The list, one row each; nothing in it is read as a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("待办")
    sheet.append(_HEADINGS)
    for one in dues:
        sheet.append(
            [_plain(cell) for cell in (DUTIES[one.kind][0], one.title, one.detail, one.due or "", one.ref, "")]
        )
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _plain(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def read_back(file: IO[Any], actor: Actor) -> int:
    """Confirm the corrections whose last column says 已改正 or 没有留存; answers how many. ``Invalid`` names the rows that
    say something else, and those that could not be confirmed; the others are done."""
    done, wrong = 0, []
    for number, (ref, answer) in _answers(file):
        if answer not in _ANSWERS:
            wrong.append(FieldError(f"/{number}", "answer_unknown", f"第 {number} 行：只能填“已改正”或“没有留存”。"))
            continue
        try:
            operations.confirm_correction(ref, _ANSWERS[answer], actor)
            done += 1
        except DomainError as refused:
            wrong.append(FieldError(f"/{number}", refused.code, f"第 {number} 行：{refused.detail}"))
    if wrong:
        raise Invalid(wrong, detail=f"确认了 {done} 行，{len(wrong)} 行没有办成。")
    return done


def _answers(file: IO[Any]) -> list[tuple[int, tuple[Any, str]]]:
    from uuid import UUID
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        rows = list(load_workbook(file, read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True))
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as bad:
        raise Invalid([FieldError("/file", "not_a_workbook", "请上传从这里导出的 Excel 文件（.xlsx）。")]) from bad
    found = []
    for number, row in enumerate(rows[1 : MOST + 1], start=2):
        answer = str(row[5] or "").strip() if len(row) > 5 else ""
        if answer and row[0] == DUTIES["correct"][0]:
            try:
                found.append((number, (UUID(str(row[4])), answer)))
            except ValueError as bad:
                detail = f"第 {number} 行的编号改动过，请重新导出再填。"
                raise Invalid([FieldError(f"/{number}", "ref_changed", detail)]) from bad
    return found
