"""From a batch linkage into the registry: its clusters become golden records, its doubts go to the stewards."""

from __future__ import annotations

from collections.abc import Iterator

from xiang.foundation.parties.actors import Actor
from xiang.hub.bases.engine.batch import Linkage, Member
from xiang.hub.bases.operations.building import Built, Resolving, build


def build_linked(registry_key: str, linkage: Linkage, actor: Actor) -> Built:
    """Build a registry from a linkage that is done. The labels of its tables are the keys of the registry's sources."""
    doubted = ((_said(one), _said(other)) for one, other in linkage.doubted())
    return build(registry_key, _Clusters(linkage), actor, doubtful=doubted)


class _Clusters:
    """The clusters of a linkage, as often as they are asked for."""

    def __init__(self, linkage: Linkage) -> None:
        self.linkage = linkage

    def __iter__(self) -> Iterator[list[Resolving]]:
        return ([_said(one) for one in members] for members in self.linkage.members())


def _said(one: Member) -> Resolving:
    return Resolving(one.source, one.reference, one.values, one.day)
