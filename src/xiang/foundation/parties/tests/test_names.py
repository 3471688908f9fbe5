"""Names are kept as people write them, and sorted as people look for them."""

from __future__ import annotations

import pytest

from xiang.foundation.ground.errors import Invalid
from xiang.foundation.parties import names


def test_supplementary_and_rare_characters_are_kept() -> None:
    for name in ("夏𠮷", "龙㐂", "许𬱖"):
        assert names.checked(name) == name


def test_the_dot_of_a_transliterated_name_has_one_form() -> None:
    for typed in ("阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽 ・ 买买提", "阿依古丽．买买提"):
        assert names.checked(typed) == "阿依古丽·买买提"


def test_composed_and_decomposed_letters_are_one_name() -> None:
    assert names.checked("JOSE\u0301  LIMA ") == "JOSÉ LIMA"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("  ", "name_empty"),
        ("刘\u0007芸", "name_character"),
        ("刘\u200b芸", "name_character"),
        ("长" * 121, "name_long"),
    ],
)
def test_a_name_that_cannot_be_written_says_why(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        names.checked(typed)
    assert refused.value.errors[0].code == code


def test_names_sort_by_pinyin_with_family_names_read_as_family_names() -> None:
    given = ["周敏", "曾凯", "单立", "陈思敏", "阿依古丽·买买提", "仇英", "MORETTI LUCA"]
    expected = ["阿依古丽·买买提", "陈思敏", "MORETTI LUCA", "仇英", "单立", "曾凯", "周敏"]
    assert sorted(given, key=names.sort_key) == expected


@pytest.mark.parametrize(
    ("name", "shown"), [("刘芸", "*芸"), ("周子衡", "周*衡"), ("欧阳淑贞", "欧**贞"), ("芸", "芸")]
)
def test_a_masked_name_shows_its_last_character(name: str, shown: str) -> None:
    assert names.mask_name(name) == shown
