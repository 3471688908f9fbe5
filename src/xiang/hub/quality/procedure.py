"""How a finding is mended (整改), as one literal table.

It is not a procedure of ``cases``: those are opened by an applicant for an item and end for good, while a finding is
opened by a machine by the thousand, belongs to a body instead of an office, and comes back when a recheck finds it again.
Limits come from ``statutes`` all the same. The decree's article was not read in its own text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BASIS = "政务数据共享条例（国务院令第809号）（条款待核实）"
LIMIT = "quality.rectify"
By = Literal["hub", "body", "system"]

STATES = {
    "found": "已发现",
    "assigned": "待整改",
    "fixing": "整改中",
    "self_checked": "等复检",
    "reopened": "复检不通过",
    "objected": "有异议，等答复",
    "closed": "已办结",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """A step. ``by`` says whose it is: the hub's, the body's that is to mend, or the machine's."""

    name: str
    title: str
    source: tuple[str, ...]
    target: str
    by: By
    basis: str = BASIS
    needs_note: bool = False


EDGES = {
    edge.name: edge
    for edge in (
        Edge("assign", "派发整改", ("found",), "assigned", "system"),
        Edge("begin", "开始整改", ("assigned", "reopened"), "fixing", "body"),
        Edge("self_check", "改好了，申请复检", ("fixing",), "self_checked", "body"),
        Edge("pass", "复检通过", ("self_checked",), "closed", "system"),
        Edge("fail", "复检不通过", ("self_checked",), "reopened", "system"),
        Edge("object", "提出异议", ("assigned", "fixing", "reopened"), "objected", "body", needs_note=True),
        Edge("uphold", "异议成立，销号", ("objected",), "closed", "hub", needs_note=True),
        Edge("dismiss", "异议不成立，继续整改", ("objected",), "fixing", "hub", needs_note=True),
    )
}


def leaving(state: str) -> list[Edge]:
    """The steps that can follow a state, in the order of the table."""
    return [edge for edge in EDGES.values() if state in edge.source]
