"""Life events in the profile: ``life_events/*.yaml``."""

from __future__ import annotations

from collections.abc import Iterator

from xiang.foundation.forms import conditions
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.services.items.loading import check_life_event
from xiang.services.lifeevents.definitions import KIND
from xiang.services.lifeevents.facts import COMPUTATIONS

SCHEMA = {
    "type": "object",
    "required": ["key", "title", "summary", "items"],
    "properties": {"items": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["item"]}}},
}


def check(row: Row, context: Context) -> Iterator[Problem]:
    """Everything that is wrong with one life event."""
    yield from check_life_event(row, context)
    for n, fact in enumerate(row.data.get("facts", ())):
        if fact.get("compute") not in COMPUTATIONS:
            names = "、".join(COMPUTATIONS)
            yield row.problem("compute_unknown", f"算法“{fact.get('compute')}”不认识，可用：{names}。", at=f"facts.{n}")
    for part in ("scenarios", "offers"):
        for n, one in enumerate(row.data.get(part, ())):
            wrong = conditions.wrong(one.get("when"))
            if wrong:
                yield row.problem("condition_form", wrong + "。", at=f"{part}.{n}.when")


def register() -> None:
    """Make the section known; called once at start."""
    profile.register(
        profile.edition_section(
            kind=KIND,
            title="一件事",
            order=profile.Order.LIFE_EVENTS,
            files="life_events/*.yaml",
            schema=SCHEMA,
            validate=check,
        )
    )
