"""The base registries over REST: what they hold, golden records with where each value came from, resolving, the queue.

Personal values are masked as on the pages. Whoever asks for a golden record is written down.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.shapes import Given, Key, Line, Paging, Shown, rows_of
from xiang.hub.bases import operations, presenting, queries
from xiang.hub.bases.models import Golden, Pair

router = Router(tags=["bases"])
READ, WRITE = needs("desk:read"), needs("desk:write")


class BaseSourceShown(Shown):
    """A department's table that feeds a registry; rank 1 is believed first. ``records`` as counted last."""

    key: str
    title: str
    body_key: str
    rank: int
    records: int


class ThemeShown(Shown):
    """A theme registry: a view with an owner and a scenario."""

    key: str
    title: str
    owner_key: str
    scenario: str
    fields: list[str]


class RegistryShown(Shown):
    """A base registry, what it held when it was counted last, and how many pairs wait now."""

    key: str
    kind: str
    title: str
    owner_key: str
    operator_key: str
    rules: dict[str, str]
    golden: int
    redirected: int
    addresses: int
    waiting: int
    counted_at: datetime | None
    sources: list[BaseSourceShown]
    themes: list[ThemeShown]


class ValueShown(Shown):
    """A surviving value: the source and the rule by which it won, how many records say otherwise."""

    field: str
    title: str
    value: str
    source: str
    rule: str
    against: int
    corrected: bool


class BehindShown(Shown):
    """A source record behind a golden one."""

    id: UUID
    source: str
    day: str
    summary: str


class HappenedShown(Shown):
    """Something that happened to a golden record."""

    what: str
    at: datetime


class MergeShown(Shown):
    """A merge that can be undone."""

    id: UUID
    at: datetime
    reason: str
    records: int


class GoldenRow(Shown):
    """A golden record that a search found."""

    id: UUID
    values: list[ValueShown]


class GoldenShown(GoldenRow):
    """A golden record whole. When it was merged, ``id`` is the one it became."""

    registry: str
    changed_at: datetime
    records: list[BehindShown]
    merges: list[MergeShown]
    history: list[HappenedShown]


class SearchGiven(Given):
    """Whole keys: a number, a phone, or a name with the birthday."""

    fields: dict[Line, Line] = Field(max_length=12)


class RecordGiven(Given):
    """What a source says of one being: its own key of the record, the raw fields, since when (ISO)."""

    reference: Line
    values: dict[Line, Line] = Field(max_length=20)
    day: str = Field("", max_length=32)


class ResolvedShown(Shown):
    """Where a record belongs now: ``new``, ``attach``, ``unchanged``, ``uncertain``."""

    record: UUID
    golden: UUID
    outcome: str
    merged: list[UUID]
    pairs: int
    crowded: list[str]


class PartShown(Shown):
    """How one field agrees, and what that weighs in bits."""

    field: str
    level: str
    words: str
    weight: float


class PairShown(Shown):
    """Two records that may be of the same being, and why that is not certain."""

    id: UUID
    registry: str
    state: str
    cause: str
    probability: float
    golden: list[UUID]
    parts: list[PartShown]


class PairPage(Shown):
    """One page of pairs."""

    items: list[PairShown]
    next: str | None


class PairFilter(Paging):
    """Of one registry, or of all."""

    registry: str = Field("", max_length=40)


class DecisionGiven(Given):
    """What a steward decides; ``reason`` when two different numbers are merged."""

    decision: Literal["merge", "apart", "later"]
    reason: Line = ""


class MergeGiven(Given):
    """The other golden record, and why they are one."""

    other: UUID = Field(strict=False)
    reason: Line


class ReasonGiven(Given):
    """Why."""

    reason: Line


@router.get("/hub/bases", response=list[RegistryShown], auth=READ, summary="基础库")
def list_registries(request: HttpRequest) -> Any:
    """All base registries with their sources and theme registries."""
    return [_registry(one) for one in queries.overviews(actor_of(request))]


@router.post("/hub/bases/{key}/search", response=list[GoldenRow], auth=READ, summary="查主记录")
def search_golden(request: HttpRequest, key: Key, given: SearchGiven) -> Any:
    """Golden records that agree on a whole key. What is asked is posted: it must not stand in an address or a log."""
    return [_row(one) for one in queries.search(actor_of(request), key, given.fields)]


@router.get("/hub/bases/golden/{golden_id}", response=GoldenShown, auth=READ, summary="一条主记录")
def read_golden(request: HttpRequest, golden_id: UUID) -> Any:
    """Values with where they came from, the records behind, what happened, merges that can be undone."""
    return _golden(operations.open_golden(golden_id, actor_of(request)))


@router.post("/hub/bases/sources/{key}/records", response=ResolvedShown, auth=WRITE, summary="归并一条记录")
def resolve_record(request: HttpRequest, key: Key, given: RecordGiven) -> Any:
    """Resolve a new or changed record of a source. The same again changes nothing, so that a retry does no harm."""
    found = operations.resolve(key, given.reference, given.values, actor_of(request), day=given.day)
    return ResolvedShown(
        record=found.record,
        golden=found.golden,
        outcome=found.outcome,
        merged=list(found.merged),
        pairs=found.pairs,
        crowded=list(found.crowded),
    )


@router.get("/hub/bases/pairs", response=PairPage, auth=READ, summary="待核对的疑似匹配")
def list_pairs(request: HttpRequest, asked: Query[PairFilter]) -> Any:
    """Pairs that wait for me: the likeliest first, those put off at the end."""
    rows = queries.queue(actor_of(request), asked.registry)
    return rows_of(rows, ("-state", "-weight", "id"), asked, _pair)


@router.post("/hub/bases/pairs/{pair_id}/decision", response=PairShown, auth=WRITE, summary="核对一对")
def decide_pair(request: HttpRequest, pair_id: UUID, given: DecisionGiven) -> Any:
    """Merge, keep apart, or put off. A pair that was decided already is refused."""
    actor = actor_of(request)
    queries.pair_for(actor, pair_id)
    operations.decide_pair(pair_id, given.decision, actor, reason=given.reason)
    return _pair(queries.pair_for(actor, pair_id))


@router.post("/hub/bases/golden/{golden_id}/merges", response=GoldenShown, auth=WRITE, summary="合并主记录")
def merge_golden(request: HttpRequest, golden_id: UUID, given: MergeGiven) -> Any:
    """Two golden records are of the same being: the older one stays."""
    return _golden(operations.merge(golden_id, given.other, given.reason, actor_of(request)))


@router.post("/hub/bases/merges/{merge_id}/undo", response=GoldenShown, auth=WRITE, summary="撤销合并")
def undo_merge(request: HttpRequest, merge_id: UUID, given: ReasonGiven) -> Any:
    """Give the younger golden record its id and its records back; it is answered."""
    return _golden(operations.unmerge(merge_id, given.reason, actor_of(request)))


def _registry(one: queries.Overview) -> RegistryShown:
    names = ("key", "kind", "title", "owner_key", "operator_key", "rules", "counted_at")
    sources = [
        BaseSourceShown(key=s.key, title=s.title, body_key=s.body_key, rank=s.rank, records=n) for s, n in one.sources
    ]
    return RegistryShown(
        **{name: getattr(one.registry, name) for name in names},
        **{name: getattr(one, name) for name in ("golden", "redirected", "addresses", "waiting")},
        sources=sources,
        themes=[ThemeShown.model_validate(theme) for theme in one.themes],
    )


def _row(golden: Golden) -> GoldenRow:
    return GoldenRow(id=golden.id, values=_values(golden))


def _values(golden: Golden) -> list[ValueShown]:
    return [ValueShown.model_validate(row) for row in presenting.field_rows(golden)]


def _golden(golden: Golden) -> GoldenShown:
    records = presenting.record_rows(queries.records_of(golden), golden.registry.kind)
    merges = presenting.merge_rows(queries.merges_into(golden))
    events = presenting.event_rows(queries.history_of(golden)[:50])
    return GoldenShown(
        id=golden.id,
        registry=golden.registry.key,
        changed_at=golden.changed_at,
        values=_values(golden),
        records=[BehindShown.model_validate(row) for row in records],
        merges=[MergeShown.model_validate(row) for row in merges],
        history=[HappenedShown.model_validate(row) for row in events],
    )


def _pair(pair: Pair) -> PairShown:
    return PairShown(
        id=pair.id,
        registry=pair.registry.key,
        state=pair.state,
        cause=pair.cause,
        probability=pair.probability,
        golden=[pair.left.golden_id, pair.right.golden_id],
        parts=[PartShown.model_validate(part) for part in pair.parts],
    )
