"""The figures of the base registries (plan point 5): how often a merge had to be undone, what stewards corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xiang.foundation.ground import instant
from xiang.foundation.measures.registry import Count, Measure, register, within
from xiang.hub.bases.models import Correction, Merge
from xiang.hub.bases.operations.merging import UNDONE
from xiang.hub.bases.operations.stewarding import SETTLED


def _merges(start: date | None, end: date | None) -> Iterator[Count]:
    for one in Merge.objects.select_related("kept__registry").order_by("id").iterator():
        dims, ref = {"registry": one.kept.registry.key}, f"merge:{one.id}"
        if within(instant.legal_date(one.at), start, end):
            yield Count(instant.legal_date(one.at), dims, 0, 1, ref)
        if one.undone_at and within(instant.legal_date(one.undone_at), start, end):
            yield Count(instant.legal_date(one.undone_at), dims, 1, 0, ref)


def _corrections(start: date | None, end: date | None) -> Iterator[Count]:
    rows = Correction.objects.exclude(by__startswith="merge:").select_related("golden__registry")
    for one in rows.order_by("id").iterator():
        if within(instant.legal_date(one.at), start, end):
            yield Count(instant.legal_date(one.at), {"registry": one.golden.registry.key}, 1, 0, f"correction:{one.id}")


register(
    Measure(
        key=UNDONE,
        title="基础库：合并撤销率",
        formula="撤销的合并 ÷ 全部合并（按规则自动的和人工的）",
        numerator="撤销了的合并",
        denominator="主记录的合并",
        dimensions=("registry",),
        unit="%",
        plan_point="5",
        source=_merges,
    )
)
register(
    Measure(
        key=SETTLED,
        title="基础库：人工核实的项数",
        formula="数据管理岗凭依据更正的主记录项目数",
        numerator="更正一项计一次",
        dimensions=("registry",),
        unit="项",
        plan_point="5",
        source=_corrections,
    )
)
