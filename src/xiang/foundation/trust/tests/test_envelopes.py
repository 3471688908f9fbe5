"""Envelopes open only where they belong, only whole, and never again once destroyed."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiang.foundation.trust import envelopes
from xiang.foundation.trust.errors import BrokenSeal, Erased, KeyMissing

VALUES = {"name": "麦麦提·阿卜杜拉", "id_number": "990101202609010018", "rare": "𠮷㐂", "weight": 3200, "twins": False}
CONTEXT = "cases.case:1"

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=40, deadline=None)
@given(anything, st.text())
def test_what_was_sealed_opens_to_itself(values, context):
    assert envelopes.open(envelopes.seal(values, context), context) == values


def test_an_envelope_is_plain_json_without_a_trace_of_its_values():
    kept = json.dumps(envelopes.seal(VALUES, CONTEXT))
    assert "990101202609010018" not in kept and "麦" not in kept
    assert envelopes.open(json.loads(kept), CONTEXT) == VALUES


def test_the_same_values_never_seal_to_the_same_bytes():
    one, two = envelopes.seal(VALUES, CONTEXT), envelopes.seal(VALUES, CONTEXT)
    assert one["data"] != two["data"] and one["key"] != two["key"]


def test_an_envelope_moved_elsewhere_does_not_open():
    with pytest.raises(BrokenSeal):
        envelopes.open(envelopes.seal(VALUES, CONTEXT), "cases.case:2")


def test_the_key_of_one_envelope_does_not_open_the_data_of_another():
    mine, theirs = envelopes.seal(VALUES, CONTEXT), envelopes.seal(VALUES, CONTEXT)
    with pytest.raises(BrokenSeal):
        envelopes.open({**mine, "data": theirs["data"]}, CONTEXT)


@pytest.mark.parametrize("part", ["key", "data"])
def test_one_changed_bit_anywhere_breaks_the_seal(part):
    sealed = envelopes.seal({"a": 1}, CONTEXT)
    raw = base64.b64decode(sealed[part])
    for i in range(len(raw)):
        changed = raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1 :]
        with pytest.raises(BrokenSeal):
            envelopes.open({**sealed, part: base64.b64encode(changed).decode()}, CONTEXT)


@pytest.mark.parametrize(
    "change", [{"v": 2}, {"alg": "NONE"}, {"data": "not base64"}, {"data": None}, {"key": 7}, {"data": ""}]
)
def test_an_odd_header_is_refused(change):
    with pytest.raises(BrokenSeal):
        envelopes.open({**envelopes.seal(VALUES, CONTEXT), **change}, CONTEXT)


def test_an_envelope_under_a_key_we_do_not_hold_says_which():
    with pytest.raises(KeyMissing) as wrong:
        envelopes.open({**envelopes.seal(VALUES, CONTEXT), "kek": "envelope-777-00000000"}, CONTEXT)
    assert wrong.value.params == {"key_id": "envelope-777-00000000"}


def test_a_destroyed_envelope_keeps_nothing_and_opens_never_again():
    emptied = envelopes.destroy(envelopes.seal(VALUES, CONTEXT))
    assert envelopes.is_destroyed(emptied)
    assert emptied["data"] is None and emptied["key"] is None
    with pytest.raises(Erased):
        envelopes.open(emptied, CONTEXT)


def test_what_has_no_exact_json_is_refused():
    from datetime import date
    from decimal import Decimal

    for odd in (date(2026, 1, 1), Decimal("1.5"), {1, 2}):
        with pytest.raises(TypeError):
            envelopes.seal({"odd": odd}, CONTEXT)
    with pytest.raises(ValueError):
        envelopes.seal({"odd": float("nan")}, CONTEXT)


def test_a_file_is_sealed_the_same_way():
    data = bytes(range(256)) * 100
    sealed = envelopes.seal_bytes(data, "file:1")
    assert envelopes.open_bytes(sealed, "file:1") == data
    for bad in (sealed[:-1], b"", b"XSE1", b"%PDF-1.7", sealed[:40], b"XSE2" + sealed[4:]):
        with pytest.raises(BrokenSeal):
            envelopes.open_bytes(bad, "file:1")
    with pytest.raises(BrokenSeal):
        envelopes.open_bytes(sealed, "file:2")
