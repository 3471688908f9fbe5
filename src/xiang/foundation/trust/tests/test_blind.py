"""A number can be found by its index, before and after a rotation, and never read from it."""

from __future__ import annotations

import pytest

from xiang.foundation.trust import blind, keys, providers


@pytest.fixture(autouse=True)
def house(tmp_path, settings):
    settings.DATA = tmp_path
    providers.provider.cache_clear()
    yield
    providers.provider.cache_clear()


NUMBER = "99010119900101001X"


def test_an_index_is_the_key_id_and_a_digest_and_fits_its_column():
    key_id, _, digest = blind.index(NUMBER, "id").partition(":")
    assert key_id == keys.current("blind").id
    assert len(digest) == 64 and NUMBER not in digest
    assert len(blind.index(NUMBER, "id")) <= blind.MAX_LENGTH


@pytest.mark.parametrize(
    "spelled", ["99010119900101001x", " 990101 19900101 001X ", "９９０１０１１９９００１０１００１Ｘ"]
)
def test_spellings_of_the_same_number_match(spelled):
    assert blind.index(spelled, "id") == blind.index(NUMBER, "id")


def test_equal_values_of_different_kinds_do_not_match():
    assert blind.index("1", "id") != blind.index("1", "phone")
    assert blind.index("b", "a\x1f") != blind.index("\x1fb", "a")


def test_after_a_rotation_old_rows_are_found_and_known_to_be_stale():
    kept = blind.index(NUMBER, "id")
    keys.rotate("blind")
    assert kept in blind.indexes(NUMBER, "id")
    assert blind.indexes(NUMBER, "id")[0] == blind.index(NUMBER, "id") != kept
    assert blind.is_stale(kept) and not blind.is_stale(blind.index(NUMBER, "id"))
