"""The flow of data between bodies laid out for SVG: providers left, users right, a ribbon for each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from xiang.hub.sharing import names
from xiang.hub.sharing.queries import Flow

WIDTH, LEFT, RIGHT, TOP, GAP, LEAST, NAME = 1000, 240, 760, 12, 16, 34, 10


@dataclass(frozen=True, slots=True)
class Node:
    """A body on one side: its bar, and its name beside it."""

    name: str
    bar: int
    y: int
    height: int
    text: int
    anchor: str
    served: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2 - 1

    @property
    def below(self) -> int:
        return self.middle + 16


@dataclass(frozen=True, slots=True)
class Line:
    """A ribbon, and what it says in words. ``refused``: nothing but refusals."""

    path: str
    thick: int
    provider: str
    requester: str
    served: int
    refused_count: int

    @property
    def refused(self) -> bool:
        return not self.served


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn, with the sums."""

    width: int
    height: int
    nodes: Sequence[Node]
    lines: Sequence[Line]
    served: int
    refused: int


def drawn(flows: Sequence[Flow]) -> Drawing:
    """Thickness goes by the logarithm: a body that asks once is still seen beside one that asks a million times."""
    named = names.body_names({key for one in flows for key in (one.provider, one.requester)})
    thick = {(one.provider, one.requester): 2 + round(1.6 * log2(1 + one.served)) for one in flows}
    providers = _side([one.provider for one in flows], flows, named, LEFT, True, thick)
    requesters = _side([one.requester for one in flows], flows, named, RIGHT, False, thick)
    used = {id(node): node.y + _slack(node, key, thick) for key, node in (*providers.items(), *requesters.items())}
    lines = []
    for one in flows:
        width = thick[one.provider, one.requester]
        left, right = providers[one.provider, True], requesters[one.requester, False]
        begins, ends = used[id(left)] + width / 2, used[id(right)] + width / 2
        used[id(left)] += width + 1
        used[id(right)] += width + 1
        half = (LEFT + RIGHT) // 2
        path = f"M{LEFT + 6} {begins:.1f}C{half} {begins:.1f} {half} {ends:.1f} {RIGHT} {ends:.1f}"
        lines.append(Line(path, width, named[one.provider], named[one.requester], one.served, one.refused))
    nodes = [*providers.values(), *requesters.values()]
    height = max((node.y + node.height for node in nodes), default=0) + TOP
    return Drawing(WIDTH, height, nodes, lines, sum(one.served for one in flows), sum(one.refused for one in flows))


_Key = tuple[str, bool]


def _side(
    keys: Sequence[str],
    flows: Sequence[Flow],
    named: Mapping[str, str],
    x: int,
    left: bool,
    thick: Mapping[tuple[str, str], int],
) -> dict[_Key, Node]:
    found: dict[_Key, Node] = {}
    y = TOP
    for key in dict.fromkeys(keys):
        height = max(LEAST, _needed((key, left), thick))
        served = sum(one.served for one in flows if key == (one.provider if left else one.requester))
        text, anchor = (x - NAME, "end") if left else (x + 6 + NAME, "start")
        found[key, left] = Node(named[key], x, y, height, text, anchor, served)
        y += height + GAP
    return found


def _needed(key: _Key, thick: Mapping[tuple[str, str], int]) -> int:
    place = 0 if key[1] else 1
    return sum(width + 1 for pair, width in thick.items() if pair[place] == key[0])


def _slack(node: Node, key: _Key, thick: Mapping[tuple[str, str], int]) -> float:
    """Ribbons narrower than their bar leave from its middle."""
    return (node.height - _needed(key, thick)) / 2
