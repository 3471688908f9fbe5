"""From pairs to clusters: strongest pairs first, and never two different identity numbers in one cluster."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R", bound=Hashable)


@dataclass
class Clusters(Generic[R]):
    """Who belongs together. ``refused`` are pairs that agree and may not be joined: a steward looks at them."""

    root: dict[R, R] = field(default_factory=dict)
    held: dict[R, str] = field(default_factory=dict)
    refused: list[tuple[R, R]] = field(default_factory=list)

    def of(self, record: R) -> R:
        """The record that stands for the cluster."""
        root = self.root
        found = record
        while (above := root.get(found, found)) != found:
            found = above
        while (above := root.get(record, record)) != found:
            root[record], record = found, above
        return found

    def join(self, left: R, right: R) -> bool:
        """Join two clusters, unless each holds a number and the numbers differ."""
        one, other = self.of(left), self.of(right)
        if one == other:
            return True
        mine, theirs = self.held.get(one), self.held.get(other)
        if mine and theirs and mine != theirs:
            self.refused.append((left, right))
            return False
        keep, drop = (one, other) if one < other else (other, one)  # type: ignore[operator]
        self.root[drop] = keep
        if number := mine or theirs:
            self.held[keep] = number
        return True


def cluster(pairs: Iterable[tuple[R, R]], numbers: Mapping[R, str]) -> Clusters[R]:
    """Clusters of records from pairs, the strongest first; ``numbers`` are the identity numbers that records hold.

    A pair whose joining would put two numbers together is refused. The same pairs give the same clusters in whatever
    order the records arrived.
    """
    made: Clusters[R] = Clusters(held=dict(numbers))
    for left, right in pairs:
        made.join(left, right)
    return made


def components(left: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """``(records, roots)``: who hangs together by pairs of numbers, whatever numbers they hold; the root is the least."""
    import numpy as np

    records, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, other = places[: len(left)], places[len(left) :]
    root = np.arange(len(records))
    while True:
        least = np.minimum(root[one], root[other])
        before = root.copy()
        np.minimum.at(root, before[one], least)
        np.minimum.at(root, before[other], least)
        root = root[root]
        if np.array_equal(root, before):
            return records, records[root]
