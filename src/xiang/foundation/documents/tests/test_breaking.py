"""Lines of Chinese text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiang.foundation.documents.breaking import lines


def broken(text: str, width: float, indent: float = 0) -> list[str]:
    """Every character is one wide."""
    return list(lines(text, lambda part: float(len(part)), width, indent))


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("一二三四五", 3, ["一二三", "四五"]),
        ("一二三，四五", 3, ["一二", "三，四", "五"]),  # no comma begins a line
        ("一二（三四）", 3, ["一二", "（三", "四）"]),  # no bracket ends one
        ("编号 XC2025 已收", 6, ["编号", "XC2025", "已收"]),  # numbers stay whole
        ("ABCDEFGHIJ", 4, ["ABCD", "EFGH", "IJ"]),  # but for those longer than a line
        ("", 4, []),
    ],
)
def test_breaking(text, width, expected):
    assert broken(text, width) == expected


def test_the_first_line_is_shorter_by_its_indent():
    assert broken("一二三四五六", 4, indent=2) == ["一二", "三四五六"]


@given(st.text(alphabet="一二三，。（）“”AB12 ", max_size=60), st.integers(4, 12))
def test_nothing_is_lost_and_nothing_overflows_by_more_than_what_hangs_together(text, width):
    found = broken(text, width)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(found) or not text.strip()
