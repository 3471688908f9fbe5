"""Several cases at once: only the same step of the same item, never a refusal; each case is a transaction of its own
and answers for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from xiang.foundation.cases import operations, queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.presenting.clocks import procedure_of
from xiang.foundation.cases.presenting.inbox import short_number
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.ground.errors import DomainError, Refused
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Staff

MOST = 50


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case that was ticked, in the version that was seen."""

    case: Case
    version: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case."""

    short: str
    title: str
    item: str
    done: bool
    words: str
    url: str


def chosen_of(actor: Actor, tokens: Sequence[str]) -> list[Chosen]:
    """The cases behind the ticked boxes that the officer may see, in the order of the list."""
    versions: dict[str, int] = {}
    for token in tokens[:MOST]:
        number, _, version = token.partition(":")
        if version.isdecimal():
            versions[number] = int(version)
    rows = queries.visible_to(actor).filter(number__in=versions).select_related("unit", "assignee__party")
    return [Chosen(case, versions[case.number]) for case in rows.defer("answers").order_by(*queries.INBOX_ORDER)]


def common_edge(chosen: Sequence[Chosen], name: str) -> Transition:
    """The step that is the same for all; refuses what is not alike, and what must be looked at one by one."""
    edges = [procedure_of(one.case).transition(name, one.case.state) for one in chosen]
    present = [edge for edge in edges if edge is not None]
    if not present:
        raise Refused("not_now", "选中的办件现在都不在这一步，请刷新列表再选。")
    if any(edge.preview or not edge.batch for edge in present):
        raise Refused("not_in_batch", f"“{present[0].title}”要逐件办，不能批量。")
    alike = {(one.case.item_key, one.case.state) for one in chosen}
    if len(alike) > 1:
        items = "、".join(sorted({one.case.item_title for one in chosen}))
        raise Refused("not_alike", f"批量只限同一事项的同一步。选中的有：{items}。请先按事项和环节筛选，再选。")
    return present[0]


def walk(chosen: Sequence[Chosen], edge: Transition, actor: Actor, data: Mapping[str, Any]) -> list[Result]:
    """Take the step in each case."""

    def one(each: Chosen) -> None:
        operations.perform(each.case.id, edge.name, actor, data, expected_version=each.version)

    return _each(chosen, f"已{edge.title}", one)


def claim(chosen: Sequence[Chosen], actor: Actor) -> list[Result]:
    """Take each case in hand."""

    def one(each: Chosen) -> None:
        operations.claim(each.case.id, actor)

    return _each(chosen, "已签收", one)


def hand_over(chosen: Sequence[Chosen], actor: Actor, to: Staff, reason: str) -> list[Result]:
    """Hand each case to a colleague: cover during leave."""

    def one(each: Chosen) -> None:
        operations.hand_over(each.case.id, actor, to, reason)

    return _each(chosen, f"已转交{to.party.name}", one)


def _each(chosen: Sequence[Chosen], done: str, act: Callable[[Chosen], None]) -> list[Result]:
    results = []
    for one in chosen:
        try:
            act(one)
            words, well = done, True
        except DomainError as refused:
            words, well = refused.detail, False
        url = reverse("cases:case", args=[one.case.number])
        results.append(Result(short_number(one.case.number), one.case.title, one.case.item_title, well, words, url))
    return results
