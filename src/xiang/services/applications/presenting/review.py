"""A draft to be read through before it goes out: what the person said first, then what government gave, then papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.forms.schema import Field, FormDefinition
from xiang.foundation.pages.components import FactGroup, FactView, SourceView
from xiang.foundation.parties import queries as parties
from xiang.services.applications.materials import Standing
from xiang.services.applications.presenting.facts import fact_view
from xiang.services.applications.presenting.papers import Papers, papers_of


@dataclass(frozen=True, slots=True)
class Handling:
    """Who will handle what: the office, and in how long it promises to."""

    title: str
    icon: str
    office: str
    promise: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The whole form, to be read."""

    said: Sequence[FactView]
    groups: Sequence[FactGroup]
    papers: Papers
    given: int
    disputed: int
    out: int

    @property
    def handed_in(self) -> list[str]:
        """The papers that go along, by name."""
        files = [u.label for u in (*self.papers.uploads, *self.papers.optional) if u.given]
        return [*files, *(s.label for s in self.papers.statements if s.text)]


def review_view(
    form: FormDefinition,
    draft: Draft,
    answers: Mapping[str, Any],
    papers: Sequence[Standing],
    hidden: Iterable[str] = (),
) -> ReviewView:
    """Everything that was said and given, as it will be submitted."""
    origins = {k: Origin.from_json(o) for k, o in draft.origins.items()}
    applying = [f for f in form.asked(answers) if f.key not in set(hidden)]
    tree = parties.tree() if any(f.type == "division" for f in applying) else None
    facts = {f.key: fact_view(f, draft.answers.get(f.key), origins.get(f.key), tree=tree) for f in applying}
    answered = [f for f in applying if draft.answers.get(f.key) not in (None, "", [])]
    said = [f for f in answered if _said(f, origins.get(f.key))]
    given = [f for f in answered if f not in said]
    return ReviewView(
        said=[_spoken(f, facts[f.key]) for f in said],
        groups=[
            FactGroup(g.title, rows, len(rows))
            for g in form.groups
            if (rows := tuple(facts[f.key] for f in given if f.group == g.key))
        ],
        papers=papers_of(papers, {}),
        given=sum(o.kind == "source" for f in given if (o := origins.get(f.key))),
        disputed=sum(o.disputed for o in origins.values()),
        out=sum(o.kind == "outage" for f in applying if (o := origins.get(f.key))),
    )


def _said(field: Field, origin: Origin | None) -> bool:
    if field.assumed and origin is None:
        return False
    return field.typed or (origin is not None and origin.kind in ("typed", "changed"))


def _spoken(field: Field, fact: FactView) -> FactView:
    """What was chosen for the person and left as it was is theirs too."""
    if fact.source is not None or not field.typed:
        return fact
    return FactView(fact.label, fact.value, SourceView("您没有改动的默认选项", kind="hand"), numeric=fact.numeric)
