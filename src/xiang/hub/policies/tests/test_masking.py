"""Masks answer every string, and never show more than they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiang.foundation.parties.names import mask_name, mask_phone
from xiang.hub.policies import masking
from xiang.hub.policies.masking import HIDDEN, KINDS, Mask, characters

ANY = st.text(max_size=40)
MASKS = st.builds(Mask, st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 5))
MOST = {"name": 2, "id_number": 8, "phone": 7, "hidden": 0}


@pytest.mark.parametrize(
    ("kind", "text", "masked"),
    [
        ("name", "李小明", "李*明"),
        ("name", "李明", "*明"),
        ("name", "李", "*"),
        ("name", "", ""),
        ("name", "阿依古丽·买买提", "阿******提"),
        ("name", "𠮷田", "*田"),
        ("name", "葛󠄀某", "*某"),  # with a variation selector: one character
        ("id_number", "11010519491231002X", "1101**********002X"),
        ("id_number", "110105491231002", "1101********002"),
        ("id_number", "E12345689", "E12****89"),
        ("id_number", "12345", "*****"),
        ("phone", "13800138000", "138****8000"),
        ("phone", "+8613800138000", "+86*******8000"),
        ("phone", "84621234", "******34"),
        ("phone", "110", "***"),
        ("address", "湖南省长沙市天心区某路1号2栋304", "湖南省长沙市天心区******"),
        ("address", "长沙市麓山南路1号大学城小区", "长沙市******"),
        ("address", "湘西土家族苗族自治州凤凰县某镇", "湘西土家族苗族自治州凤凰县******"),
        ("address", "某路1号", HIDDEN),
        ("address", "", ""),
        ("hidden", "任何内容", HIDDEN),
    ],
)
def test_a_mask_shows_what_it_says(kind: str, text: str, masked: str) -> None:
    assert Mask(kind)(text) == masked


@pytest.mark.parametrize(
    ("first", "last", "text", "masked"),
    [
        (2, 1, "abcdef", "ab***f"),
        (0, 0, "abc", "***"),
        (2, 2, "abcd", "****"),
        (9, 0, "abc", "***"),
        (1, 0, "ab", "a*"),
    ],
)
def test_a_custom_mask_hides_what_it_would_show_whole(first: int, last: int, text: str, masked: str) -> None:
    assert Mask("custom", first, last)(text) == masked


@given(MASKS, ANY)
def test_no_mask_shows_more_characters_than_it_may(mask: Mask, text: str) -> None:
    masked = mask(text)
    assert isinstance(masked, str)
    if mask.kind == "address":
        shown = masked.removesuffix(HIDDEN)
        assert text.startswith(shown) and len(shown) <= 31 and not any(char.isdigit() for char in shown)
        return
    most = MOST.get(mask.kind, mask.keep_first + mask.keep_last)
    assert sum(character != "*" for character in characters(masked)) <= most


@given(MASKS.filter(lambda mask: mask.kind not in ("address", "hidden")), ANY)
def test_the_number_of_characters_stays(mask: Mask, text: str) -> None:
    assert len(characters(str(mask(text)))) == len(characters(text))


@given(MASKS, st.text(min_size=1, max_size=40))
def test_something_is_always_hidden(mask: Mask, text: str) -> None:
    assert "*" in str(mask(text))


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=6))
def test_names_are_masked_as_on_pages(text: str) -> None:
    assert masking.name(text) == mask_name(text)


@given(st.text("0123456789", min_size=11, max_size=15))
def test_phones_are_masked_as_on_pages(text: str) -> None:
    assert masking.phone(text) == mask_phone(text)


def test_what_is_not_text_is_masked_as_it_is_written_and_nothing_stays_nothing() -> None:
    assert Mask("phone")(13800138000) == "138****8000"
    assert Mask("name")(None) is None
