from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiang.foundation.parties import identity
from xiang.hub.quality.engine import checksums

TODAY = date(2026, 3, 2)
DIGITS = st.text("0123456789", min_size=17, max_size=17)
CODES = st.text(identity.USCC_ALPHABET, min_size=17, max_size=17)
NEAR = st.one_of(
    st.text(max_size=20),
    st.text("0123456789Xx", min_size=14, max_size=19),
    DIGITS.map(lambda head: head + identity.id_check_character(head)),
    st.tuples(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 999)).map(
        lambda one: _numbered(f"430104{one[0]:%Y%m%d}{one[1]:03}")
    ),
)


def _numbered(head: str) -> str:
    return head + identity.id_check_character(head)


def id_codes(values: list[str], **options: bool) -> list[str]:
    found = checksums.identity(pa.array(values, pa.string()), TODAY, **options)
    return [checksums.IDENTITY[code] for code in found.to_pylist()]


def uscc_codes(values: list[str]) -> list[str]:
    return [checksums.CREDIT_CODE[code] for code in checksums.credit_code(pa.array(values, pa.string())).to_pylist()]


def expected_id(value: str) -> str:
    """What the reader of one number says of a value that stands there as it is, not tidied."""
    if len(value.encode()) != 18:
        return "id_length"
    if identity.tidy(value) != value.upper() or not value.isascii():
        return "id_character"
    errors = identity.check_id(value, today=TODAY).errors
    return errors[0][0] if errors else ""


@settings(deadline=None)
@given(st.lists(NEAR, max_size=30))
def test_many_identity_numbers_are_judged_as_one_is(values: list[str]):
    assert id_codes(values, fifteen=False) == [expected_id(value) for value in values]


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            CODES.map(lambda c: c + identity.uscc_check_character(c)),
            CODES.map(lambda c: c + "1"),
        ),
        max_size=30,
    )
)
def test_many_credit_codes_are_judged_as_one_is(values: list[str]):
    for value, found in zip(values, uscc_codes(values), strict=True):
        if len(value.encode()) != 18:
            assert found == "uscc_length"
        elif identity.tidy(value) != value or not value.isascii():
            assert found == "uscc_character"
        else:
            errors = identity.check_uscc(value).errors
            assert found == (errors[0][0] if errors else "")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("11010519491231002X", ""),
        ("11010519491231002x", ""),
        ("440524188001010014", ""),
        ("110105194912310021", "id_check"),
        ("110105194902300026", "id_date"),
        ("430104202701010017", "id_date_future"),
        ("4301041949123100２", "id_length"),
        ("1101051949123100 X", "id_character"),
        ("11010519491231002J", "id_character"),
        ("130503670401001", ""),
        ("130503671301001", "id_date"),
        ("13050367040100A", "id_character"),
    ],
)
def test_identity_numbers_of_both_lengths(value: str, code: str):
    assert id_codes([value]) == [code]


def test_old_numbers_can_be_refused():
    assert id_codes(["130503670401001"], fifteen=False) == ["id_length"]


def test_a_slice_of_a_column_is_read_where_it_begins():
    whole = pa.array(["x", "", "91350100M000100Y43", "91350100M000100Y44", None], pa.string())
    assert checksums.credit_code(whole[1:4]).to_pylist() == [1, 0, 3]
