"""Numbers are read out and checked by the published algorithms."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc
from stdnum.iso7064 import mod_11_2, mod_37_36

from xiang.foundation.parties import identity as numbers
from xiang.foundation.parties.tests.cast import id_number

IDS = ["11010519491231002X", "440524188001010014"]
USCCS = [
    "11220000013544541J",
    "11430000006122244L",
    "11330105002500287C",
    "11110000000021135M",
    "11370800MB28559184",
    "91350100M000100Y43",
]
CREDENTIALS = [
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
]
# Circulates with M as its last character, which is not what ISO 7064 MOD 37,36 gives for the rest (D).
MISQUOTED_CREDENTIAL = "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"

dates = st.dates(date(1900, 1, 1), date(2024, 12, 31))


def codes(checked: numbers.Checked) -> list[str]:
    return [code for code, _ in checked.errors]


def warnings(checked: numbers.Checked) -> list[str]:
    return [code for code, _ in checked.warnings]


@pytest.mark.parametrize("value", IDS)
def test_the_standards_own_identity_numbers_are_valid(value: str) -> None:
    assert numbers.check_id(value).valid


def test_an_identity_number_is_read_out() -> None:
    parts = numbers.check_id("11010519491231002X").parts
    assert parts == {"division": "110105", "sequence": "002", "check": "X", "sex": "2", "birth_date": "1949-12-31"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1101051949123100", "id_length"),
        ("11010519491231O02X", "id_character"),
        ("1101051949123100XX", "id_character"),
        ("110105194902310021", "id_date"),
        ("110105209912310020", "id_date_future"),
        ("110105194912310021", "id_check"),
    ],
)
def test_a_wrong_identity_number_says_what_is_wrong(value: str, code: str) -> None:
    checked = numbers.check_id(value, today=date(2026, 1, 1))
    assert code in codes(checked) and not checked.valid


@pytest.mark.parametrize(
    "typed", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_what_people_type_is_kept_in_one_form(typed: str) -> None:
    checked = numbers.check_id(typed)
    assert checked.valid and checked.normal == "11010519491231002X"


def test_a_historic_division_warns_and_is_never_refused() -> None:
    checked = numbers.check_id("440524188001010014", known=lambda code: "historic")
    assert checked.valid and warnings(checked) == ["division_historic"]


def test_a_division_that_was_never_assigned_warns() -> None:
    first = "99000119900101001"
    checked = numbers.check_id(first + numbers.id_check_character(first))
    assert checked.valid and warnings(checked) == ["division_unassigned"]


@given(dates, st.integers(0, 999))
def test_every_generated_identity_number_is_valid(born: date, sequence: int) -> None:
    checked = numbers.check_id(id_number(born, sequence))
    assert checked.valid and checked.parts["birth_date"] == born.isoformat()


@given(dates, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_change_of_an_identity_number_is_detected(born: date, sequence: int, place: int, other: str) -> None:
    value = id_number(born, sequence)
    assume(value[place] != other)
    assert not numbers.check_id(value[:place] + other + value[place + 1 :]).valid


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_identity_check_character_agrees_with_another_implementation(first: str) -> None:
    assert numbers.id_check_character(first) == mod_11_2.calc_check_digit(first)


@pytest.mark.parametrize("value", USCCS)
def test_public_social_credit_codes_are_valid_with_both_checks(value: str) -> None:
    checked = numbers.check_uscc(value)
    assert checked.valid and "uscc_subject_check" not in warnings(checked)
    assert stdnum_uscc.is_valid(value)


def test_a_social_credit_code_is_read_out() -> None:
    parts = numbers.check_uscc("11430000006122244l").parts
    assert (parts["kind"], parts["division"], parts["subject"], parts["check"]) == ("机关", "430000", "006122244", "L")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1143000000612224", "uscc_length"),
        ("1143000000612224IL", "uscc_character"),
        ("11430000006122244M", "uscc_check"),
    ],
)
def test_a_wrong_social_credit_code_says_what_is_wrong(value: str, code: str) -> None:
    assert codes(numbers.check_uscc(value)) == [code]


def test_an_inner_organisation_code_that_does_not_add_up_only_warns() -> None:
    first = "92430104MA4ABCDE0"  # the organisation code of MA4ABCDE does not end in 0
    checked = numbers.check_uscc(first + numbers.uscc_check_character(first))
    assert checked.valid and "uscc_subject_check" in warnings(checked)


usccs = st.text(numbers.USCC_ALPHABET, min_size=17, max_size=17)


@given(usccs, st.integers(0, 17), st.sampled_from(numbers.USCC_ALPHABET))
def test_any_single_change_of_a_social_credit_code_is_detected(first: str, place: int, other: str) -> None:
    value = first + numbers.uscc_check_character(first)
    assert numbers.check_uscc(value).valid
    assume(value[place] != other)
    assert not numbers.check_uscc(value[:place] + other + value[place + 1 :]).valid


@pytest.mark.parametrize("value", CREDENTIALS)
def test_public_credential_identifiers_are_valid(value: str) -> None:
    checked = numbers.check_credential(value)
    assert checked.valid and not checked.warnings


def test_a_credential_identifier_with_another_check_character_is_refused() -> None:
    assert codes(numbers.check_credential(MISQUOTED_CREDENTIAL)) == ["credential_check"]
    assert numbers.check_credential(MISQUOTED_CREDENTIAL[:-1] + "D").valid
    body = "".join(MISQUOTED_CREDENTIAL.removeprefix("1.2.156.3005.2.").split(".")[:4])
    assert mod_37_36.calc_check_digit(body) == "D"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.2.156.9.2.11100000000013338W032.11220000013544541J.2430599.001.F", "credential_prefix"),
        ("1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001", "credential_parts"),
        ("1.2.156.3005.2.11100000000013338W.11220000013544541J.2430599.001.F", "credential_type"),
        ("1.2.156.3005.2.11100000000013338W032.1122000001354.2430599.001.F", "credential_issuer"),
        ("1.2.156.3005.2.11100000000013338W032.11220000013544541J.24-599.001.F", "credential_serial"),
        ("1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.000.F", "credential_version"),
    ],
)
def test_a_wrong_credential_identifier_says_which_part(value: str, code: str) -> None:
    assert codes(numbers.check_credential(value)) == [code]


@given(
    st.text(numbers.ALPHANUMERIC, min_size=1, max_size=60), st.integers(0, 59), st.sampled_from(numbers.ALPHANUMERIC)
)
def test_any_single_change_under_mod_37_36_is_detected(text: str, place: int, other: str) -> None:
    assert numbers.mod37_36(text) == mod_37_36.calc_check_digit(text)
    place %= len(text)
    assume(text[place] != other)
    assert numbers.mod37_36(text) != numbers.mod37_36(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    ("value", "level", "path"),
    [
        ("430000", "province", "43"),
        ("430100", "prefecture", "43/4301"),
        ("430104", "county", "43/4301/430104"),
        ("430104001", "township", "43/4301/430104/430104001"),
        ("430104001002", "village", "43/4301/430104/430104001/430104001002"),
        ("430104000000", "county", "43/4301/430104"),
    ],
)
def test_a_division_code_is_read_out(value: str, level: str, path: str) -> None:
    parts = numbers.check_division(value).parts
    assert (parts["level"], parts["path"]) == (level, path)


@pytest.mark.parametrize(
    ("value", "code"), [("4301", "division_length"), ("43O104", "division_character"), ("430004", "division_gap")]
)
def test_a_wrong_division_code_says_what_is_wrong(value: str, code: str) -> None:
    assert codes(numbers.check_division(value)) == [code]
