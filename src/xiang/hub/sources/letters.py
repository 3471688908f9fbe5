"""An engine's types in the letters of the 2017 guide, and types guessed from the text of cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

_BY_WORD = (
    ("bool", "L"), ("tinyint(1)", "L"), ("bit(1)", "L"), ("money", "Y"), ("timestamp", "T"), ("datetime", "T"), ("date", "D"),
    ("bigint", "I"), ("int", "I"), ("serial", "I"), ("double", "B"), ("float", "F"), ("real", "F"), ("numeric", "N"),
    ("decimal", "N"), ("number", "N"), ("text", "M"), ("clob", "M"), ("json", "M"), ("xml", "M"), ("char", "C"),
    ("uuid", "C"), ("string", "C"), ("enum", "C"), ("time", "C"), ("year", "I"), ("blob", "G"), ("bytea", "G"), ("binary", "G"),
)  # fmt: skip
_LENGTH = re.compile(r"\((\d+)")
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
# Eight digits that read as a day: a day among days, a number among numbers.
_EITHER = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MOMENT = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}.*")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"-?\d+\.\d+")


def letter(native: str) -> str:
    """``varchar(20)`` is C, ``timestamp without time zone`` T; what is not known is G."""
    said = native.lower()
    return next((code for word, code in _BY_WORD if word in said), "G" if said else "C")


def length(native: str) -> int | None:
    found = _LENGTH.search(native)
    return int(found.group(1)) if found else None


def of_cells(cells: Iterable[object]) -> str:
    """The letter that all non-empty cells of a column share; C where they do not, or where there are none.

    Numbers with a leading zero (phones, codes) are text: reading them as integers would lose the zero.
    """
    seen = {_cell(one) for one in cells if one is not None and str(one).strip()}
    if "" in seen:
        seen = (seen - {""}) | {"I" if seen & {"I", "N"} else "D"}
    if len(seen) == 1:
        return seen.pop()
    return "N" if seen and seen <= {"I", "N"} else "C"


def _cell(value: object) -> str:
    """The letter of one cell; empty where it may be a day or a number."""
    if isinstance(value, bool):
        return "L"
    if isinstance(value, datetime):
        return "D" if (value.hour, value.minute, value.second) == (0, 0, 0) else "T"
    if isinstance(value, date):
        return "D"
    if isinstance(value, int | float):
        return "I" if isinstance(value, int) or value.is_integer() else "N"
    text = str(value).strip()
    for pattern, code in ((_MOMENT, "T"), (_DATE, "D"), (_EITHER, ""), (_INTEGER, "I"), (_NUMBER, "N")):
        if pattern.fullmatch(text):
            return code
    return "C"
