"""The tree against the plainest reading of RFC 9162: hash everything anew, every time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiang.foundation.ledger import merkle
from xiang.foundation.trust.digest import sm3

data = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1.1, word for word."""
    if not leaves:
        return sm3(b"")
    if len(leaves) == 1:
        return sm3(b"\x00" + leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sm3(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:]))


def grown(leaves: list[bytes]) -> tuple[merkle.Growth, dict[int, bytes]]:
    growth, kept = merkle.Growth(), {}
    for leaf in leaves:
        for place, digest in growth.append(merkle.leaf_digest(leaf)):
            assert place not in kept
            kept[place] = digest
    return growth, kept


@given(data)
def test_a_growing_tree_has_the_plain_root_at_every_size(leaves):
    growth = merkle.Growth()
    assert growth.root() == merkle.EMPTY == plain_root([])
    for size in range(1, len(leaves) + 1):
        growth.append(merkle.leaf_digest(leaves[size - 1]))
        assert growth.root() == plain_root(leaves[:size])


@given(data)
def test_kept_subtrees_give_the_root_of_every_earlier_size(leaves):
    _, kept = grown(leaves)
    for size in range(1, len(leaves) + 1):
        assert merkle.digests([(0, size)], kept) == [plain_root(leaves[:size])]
    assert len(kept) < 2 * len(leaves)


@settings(max_examples=40, deadline=None)
@given(data)
def test_every_leaf_has_a_short_path_to_the_root_and_to_no_other(leaves):
    _, kept = grown(leaves)
    size, root = len(leaves), plain_root(leaves)
    for index, leaf in enumerate(leaves):
        path = merkle.digests(merkle.inclusion(index, size), kept)
        assert len(path) <= size.bit_length()
        digest = merkle.leaf_digest(leaf)
        assert merkle.root_by_inclusion(digest, index, size, path) == root
        assert merkle.root_by_inclusion(merkle.leaf_digest(leaf + b"!"), index, size, path) != root
        assert merkle.root_by_inclusion(digest, index, size, [*path, digest]) != root
        assert not path or merkle.root_by_inclusion(digest, index, size, path[:-1]) != root


@settings(max_examples=25, deadline=None)
@given(data)
def test_every_two_sizes_are_consistent_and_a_rewritten_past_is_not(leaves):
    _, kept = grown(leaves)
    size = len(leaves)
    rewritten = plain_root([b"another", *leaves[1:]]) if leaves[0] != b"another" else plain_root([b"x", *leaves[1:]])
    for first in range(1, size + 1):
        path = merkle.digests(merkle.consistency(first, size), kept)
        old, new = plain_root(leaves[:first]), plain_root(leaves)
        assert merkle.is_consistent(first, size, old, new, path)
        assert not merkle.is_consistent(first, size, old, rewritten, path)
        assert not merkle.is_consistent(first, size, new if first < size else rewritten, new, path)
        assert not merkle.is_consistent(first, size, old, new, [*path, old])


def test_a_proof_reads_few_rows_of_a_large_log():
    size = 66_000_000
    for index in (0, 1, size // 3, size - 1):
        assert len(merkle.positions(merkle.inclusion(index, size))) < 60
    assert len(merkle.positions(merkle.consistency(12_345_678, size))) < 60


def test_positions_never_collide():
    places = [merkle.position(level, index) for level in range(8) for index in range(256 >> level)]
    assert len(places) == len(set(places))
    assert [merkle.position(0, i) for i in range(3)] == [0, 2, 4]


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_leaf_outside_the_log_has_no_proof(index, size):
    with pytest.raises(ValueError):
        merkle.inclusion(index, size)
    assert merkle.root_by_inclusion(b"", index, size, []) is None
