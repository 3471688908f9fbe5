"""A draft as its page shows it: what the person answers on top, what government gave in folds below.

1. *Asked*: what nobody but the person knows, and what is required although its register has nothing.
2. *Preset*: asked, but with a usual answer already chosen.
3. *To check*: everything that government gave, open to change and dispute; what a system that is down could not give
   stands there to be filled in or left empty; what is assumed unless somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.forms.schema import Field, FormDefinition, Group
from xiang.foundation.ground.errors import FieldError
from xiang.foundation.pages.components import FactGroup, FactView, FieldView, UploadView
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.queries import Tree
from xiang.foundation.trust import digest
from xiang.services.applications.materials import Standing
from xiang.services.applications.presenting.facts import Link, fact_view
from xiang.services.applications.presenting.fields import field_view
from xiang.services.applications.presenting.papers import Papers, papers_of

FORM_ID = "apply"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person answers of one group: ``singles`` always, each on a card of its own; ``more`` as it follows from
    other answers, together on one card."""

    key: str
    title: str
    singles: Sequence[FieldView] = ()
    more: Sequence[FieldView] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a fold: a fact, or a field to fill in its place."""

    fact: FactView | None = None
    field: FieldView | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """A group to check, folded."""

    key: str
    title: str
    rows: Sequence[Row]
    count: int
    open: bool = False
    note: str = ""


@dataclass(frozen=True)
class FormView:
    """What a form page is made of."""

    asked: Sequence[Asked]
    preset: Sequence[FieldView]
    folds: Sequence[Fold]
    papers: Papers
    given: int
    absent: int
    disputed: int
    out: int
    outages: Sequence[str]
    empty: Sequence[str] = ()
    """What is not on record and need not be said."""

    @property
    def must(self) -> int:
        """How many answers the person owes; what may be left out is not counted, and not numbered."""
        return sum(view.required for view in self.typed)

    @property
    def typed(self) -> list[FieldView]:
        """Everything that the person has to answer, in the order of the page."""
        return [view for one in self.asked for view in (*one.singles, *one.more)]

    @property
    def groups(self) -> list[FactGroup]:
        """The folds without what is to be filled in."""
        facts = [(fold, tuple(row.fact for row in fold.rows if row.fact)) for fold in self.folds]
        return [FactGroup(fold.title, rows, len(rows), fold.open, fold.note) for fold, rows in facts if rows]

    @property
    def uploads(self) -> Sequence[UploadView]:
        return self.papers.uploads

    @property
    def fields(self) -> list[FieldView]:
        """Every field that can be answered on the page, wherever it stands."""
        return [*self.typed, *self.preset, *(row.field for fold in self.folds for row in fold.rows if row.field)]

    @property
    def headline(self) -> str:
        """The first sentence: how little is left to type."""
        return f"只有 {self.must} 项要您填" if self.must else "没有要您填的，看一遍就行"

    @cached_property
    def shown(self) -> str:
        """What the page shows besides the values that are typed, in a few letters: the same letters, the same page."""
        folds = [(f.title, [(r.fact or (r.field.name if r.field else "")) for r in f.rows], f.note) for f in self.folds]
        asked = [(v.name, v.label, [o.label + o.hint for o in v.options]) for v in (*self.typed, *self.preset)]
        text = repr((asked, folds, self.papers, self.outages))
        return digest.sm3(text.encode()).hex()[:16]


@dataclass(frozen=True)
class _Page:
    """What every row of the page is made from."""

    draft: Draft
    answers: Mapping[str, Any]
    origins: Mapping[str, Origin]
    errors: Mapping[str, str]
    edit: frozenset[str]
    form: str
    dispute_url: Link | None
    tree: Tree | None
    own: Collection[str] | None

    def origin(self, one: Field) -> Origin | None:
        return self.origins.get(one.key)

    def value(self, one: Field) -> Any:
        return self.draft.answers.get(one.key)

    def field(self, one: Field, number: int | None = None) -> FieldView:
        error = self.errors.get(f"/{one.key}", "")
        view = field_view(one, self.value(one), self.origin(one), error, number, answers=self.answers, tree=self.tree)
        return replace(view, form=FORM_ID)

    def fact(self, one: Field) -> FactView:
        if self.own is not None and one.source and one.subject not in self.own:
            return fact_view(one, self.value(one), self.origin(one), tree=self.tree)
        url = self.dispute_url
        return fact_view(one, self.value(one), self.origin(one), url, form=self.form, tree=self.tree)

    def absent(self, one: Field) -> bool:
        """Whether its register says that there is nothing; what a credential will bring later is not meant."""
        origin = self.origin(one)
        return origin is not None and origin.kind == "absent" and not one.source.startswith("credential:")

    def row(self, one: Field) -> Row:
        origin = self.origin(one)
        out = origin is not None and (origin.kind == "outage" or (origin.kind == "typed" and bool(origin.note)))
        if out or one.key in self.edit or f"/{one.key}" in self.errors:
            return Row(field=self.field(one))
        return Row(fact=self.fact(one))


def form_view(
    form: FormDefinition,
    draft: Draft,
    answers: Mapping[str, Any],
    papers: Sequence[Standing],
    errors: Iterable[FieldError] = (),
    dispute_url: Link | None = None,
    *,
    edit: Iterable[str] | None = None,
    hidden: Iterable[str] = (),
    own: Collection[str] | None = None,
) -> FormView:
    """The page of a draft. ``edit`` names fetched fields that the person wants to change (``None``: the page has no ways
    to change them); ``hidden`` are fields that something else on the page answers; ``own`` are the roles whose facts
    the person may change and dispute (``None``: all)."""
    by_pointer = {e.pointer: e.detail for e in errors}
    origins = {k: Origin.from_json(o) for k, o in draft.origins.items()}
    applying = [f for f in form.asked(answers) if f.key not in set(hidden)]
    tree = parties.tree() if any(f.type == "division" for f in applying) else None
    form_id = FORM_ID if edit is not None else ""
    page = _Page(draft, answers, origins, by_pointer, frozenset(edit or ()), form_id, dispute_url, tree, own)
    # Where nothing can be changed in its fold, what is assumed is asked openly.
    by_person = [f for f in applying if by_hand(f, page.origin(f)) or (f.assumed and not form_id)]
    preset = [f for f in by_person if f.typed and f.default is not None]
    typed = [f for f in by_person if f not in preset]
    checked = [f for f in applying if f not in by_person]
    kinds = [o.kind for o in origins.values()]
    shown = [f for f in checked if _worth_showing(f, page)]
    folds = [_fold(g, mine, page) for g in form.groups if (mine := [f for f in shown if f.group == g.key])]
    return FormView(
        asked=_asked(form, typed, page),
        preset=[page.field(f) for f in preset],
        folds=_first_open(folds),
        papers=papers_of(papers, by_pointer),
        given=sum(o.kind == "source" for f in checked if (o := page.origin(f))),
        absent=kinds.count("absent"),
        disputed=sum(o.disputed for o in origins.values()),
        out=sum(o.kind == "outage" for f in checked if (o := page.origin(f))),
        outages=sorted({o.note for o in origins.values() if o.kind == "outage" and o.note}),
        empty=[f.title for f in checked if f not in shown and page.absent(f)],
    )


def by_hand(field: Field, origin: Origin | None) -> bool:
    """Whether the person has to answer it: nobody else knows, or it is required and its register has nothing. What a
    system that is down would know may be left empty; what is assumed needs no answer."""
    if field.typed:
        return not field.assumed
    if origin is None or origin.kind in ("absent", "refused"):
        return field.required
    return origin.kind == "typed" and not origin.note and field.required


def _asked(form: FormDefinition, typed: Sequence[Field], page: _Page) -> list[Asked]:
    """Numbered in the order of the page. What always applies and only the person knows stands alone on its card."""
    found, number = [], 0
    for group in form.groups:
        own = [f for f in typed if f.group == group.key]
        singles = [f for f in own if f.typed and not f.visible_when]
        more = [f for f in own if f not in singles]
        views = []
        for one in (*singles, *more):
            number += one.required
            views.append(page.field(one, number if one.required else None))
        note = "登记里没有这几项，请您填。" if any(not f.typed for f in more) else ""
        found.append(Asked(group.key, group.title, views[: len(singles)], views[len(singles) :], note))
    return found


def _fold(group: Group, fields: Sequence[Field], page: _Page) -> Fold:
    rows = [page.row(f) for f in fields]
    notes = {o.note for f in fields if (o := page.origin(f)) and o.kind == "outage" and o.note}
    wanted = any(row.field and (row.field.error or row.field.name in page.edit) for row in rows)
    return Fold(group.key, group.title, rows, len(rows), bool(notes) or wanted, "".join(sorted(notes)))


def _worth_showing(field: Field, page: _Page) -> bool:
    """A fact, an assumption, or something that could not be fetched now. What is not on record is named in one line,
    what is not allowed to be read not at all."""
    origin = page.origin(field)
    if field.key in page.edit or f"/{field.key}" in page.errors:
        return True
    if origin is None:
        return field.typed and page.value(field) not in (None, "", [])
    return origin.kind == "outage" or page.value(field) not in (None, "", [])


def _first_open(folds: list[Fold]) -> list[Fold]:
    """The first fold stands open, so that everybody sees what a fold holds."""
    if not folds or folds[0].open:
        return folds
    return [replace(folds[0], open=True), *folds[1:]]
