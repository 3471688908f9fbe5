"""What applying costs people: fields typed, papers handed in (plan point 1: 免填报, 免提交)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from xiang.foundation.cases.models import Case
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.ground import instant
from xiang.foundation.measures import operations as measures
from xiang.foundation.measures.registry import Count, Measure, register
from xiang.services.applications.materials import Standing
from xiang.services.applications.receipt import tally

PREFILLED, WAIVED = "applications.prefilled", "applications.waived"


def field_counts(form: FormDefinition, answers: Mapping[str, Any], origins: Mapping[str, Any]) -> tuple[int, int]:
    """How many fields government provided, and how many had to come from somebody: the receipt's own count."""
    counted = tally(form, answers, origins)
    return counted.given_count, counted.needed


def figures_of(
    form: FormDefinition, answers: Mapping[str, Any], origins: Mapping[str, Any], papers: Sequence[Standing]
) -> dict[str, int]:
    """What an application cost, kept with its case (the fact ``filed``) so that a recount finds the same."""
    given, answered = field_counts(form, answers, origins)
    waived = sum(p.how in ("waived", "later") for p in papers)
    return {"given": given, "answered": answered, "waived": waived, "papers": len(papers)}


def count_filed(case: Case) -> None:
    """Count an application that was just submitted."""
    _append(case, case.facts["filed"], instant.legal_date(case.submitted_at))


def _append(case: Case, figures: Mapping[str, int], day: date) -> None:
    counts = {
        PREFILLED: (figures["given"], figures["answered"]),
        WAIVED: (figures["waived"], figures["papers"]),
    }
    measures.append_many(_dimensions(case), counts, day)


def _dimensions(case: Case) -> dict[str, str]:
    return {"item": case.item_key, "city": (case.division_path or case.facts.get("place", ""))[:7]}


def _recount(numerator: str, denominator: str) -> Any:
    def source(start: date | None, end: date | None) -> Iterator[Count]:
        for case in Case.objects.filter(facts__has_key="filed").defer("answers").iterator():
            day = instant.legal_date(case.submitted_at)
            if (start is None or day >= start) and (end is None or day <= end):
                figures = case.facts["filed"]
                yield Count(day, _dimensions(case), figures[numerator], figures[denominator], f"case:{case.id}")

    return source


register(
    Measure(
        key=PREFILLED,
        title="免填报率",
        formula="由政府部门提供的填报项 ÷ 由政府部门或者申请人提供的填报项",
        numerator="提交时由政府部门提供、申请人没有改动的填报项",
        denominator="提交时填有内容的填报项（由其他项推出、用默认值的不算）",
        dimensions=("item", "city"),
        unit="%",
        plan_point="1",
        source=_recount("given", "answered"),
    )
)
register(
    Measure(
        key=WAIVED,
        title="免提交率",
        formula="不用交的材料 ÷ 应交的材料",
        numerator="由电子证照、数据核验或者前一项结果代替的材料",
        denominator="按这件事的情形应交的材料",
        dimensions=("item", "city"),
        unit="%",
        plan_point="1",
        source=_recount("waived", "papers"),
    )
)
