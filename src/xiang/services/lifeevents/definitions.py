"""A life event as its edition describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from xiang.foundation.forms.conditions import holds
from xiang.foundation.forms.schema import FormDefinition, merge
from xiang.foundation.publishing import queries as publishing
from xiang.services.applications import filing
from xiang.services.items import queries as items
from xiang.services.items.models import Item

KIND = "life_events"
PRESENT, PAPER, ALONE = "present", "paper", "absent"
"""How the other party takes part: on their own phone, confirmed at a counter, not at all."""


@dataclass(frozen=True, slots=True)
class SubItem:
    """One item of the event: ``needs`` must have a result first; ``gives`` is what its result brings to the others;
    ``counts_from`` names the field whose day begins a limit that is not counted from a step of the office."""

    item: str
    applicant: str = ""
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    rekey_on: str = ""
    waits_for: str = ""
    when: Any = None
    rules: Mapping[str, str] = field(default_factory=dict)
    counts_from: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation and what it changes."""

    key: str
    title: str
    when: Any
    then: Mapping[str, Any]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return holds(self.when, answers)


@dataclass(frozen=True)
class LifeEvent:
    """An event in one edition. ``content`` is the whole of it, for what only its pages and its own rules read.

    One object serves one request: the items that it names and their forms are asked for once, three queries in all.
    """

    key: str
    title: str
    edition_id: UUID
    content: Mapping[str, Any]
    on: date | None = None
    """Whose day counts for the forms: today's for a draft, that of its submission for a case."""

    @property
    def sub_items(self) -> tuple[SubItem, ...]:
        return tuple(_sub_item(row) for row in self.content["items"])

    def sub_item(self, key: str) -> SubItem:
        """A sub-item, of the event itself or added by a scenario."""
        return next((s for s in self.sub_items if s.item == key), SubItem(key))

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        rows = self.content.get("scenarios", ())
        return tuple(Scenario(r["key"], r["title"], r.get("when"), r.get("then", {})) for r in rows)

    @property
    def questions(self) -> Sequence[Mapping[str, Any]]:
        asked: Sequence[Mapping[str, Any]] = self.content.get("questions", ())
        return asked

    @cached_property
    def offered(self) -> Mapping[str, Item]:
        """Every item that the event or one of its scenarios names and that is on offer."""
        named = [s.item for s in self.sub_items] + [key for s in self.scenarios for key in s.then.get("on", ())]
        rows = items.named(list(dict.fromkeys(named)))
        publishing.editions(row.edition_id for row in rows)
        return {row.key: row for row in rows}

    @cached_property
    def form_ids(self) -> Mapping[str, UUID]:
        """The editions in force of the forms of these items."""
        return publishing.in_force_ids(filing.FORMS, {row.form_key for row in self.offered.values()}, self.on)

    def item(self, key: str) -> Item:
        """An item of the event; ``Absent`` when it is not on offer."""
        return self.offered.get(key) or items.item(key)

    @property
    def other_party(self) -> str:
        """The role of the other party who has to agree (``father``), empty when the event has none."""
        return str(self.content.get("confirmation", {}).get("by", ""))

    @property
    def other_party_field(self) -> str:
        """The field that says how the other party takes part."""
        return next(iter(self.content.get("confirmation", {}).get("refused", {}).get("set", {})), "")

    def awaits_other(self, form: FormDefinition, answers: Mapping[str, Any]) -> bool:
        """Whether the other party takes part in what this form is for, and confirms by themselves."""
        return self.other_party_field in form.by_key and answers.get(self.other_party_field) == PRESENT

    def role_title(self, role: str) -> str:
        """父亲, for ``father``."""
        return next((str(p["title"]) for p in self.content.get("people", ()) if p["role"] == role), role)

    def routes(self, item: str) -> Sequence[Mapping[str, Any]]:
        """Where an item goes: the first row that applies."""
        return next((r["to"] for r in self.content.get("routes", ()) if r["item"] == item), ())

    def holding(self, answers: Mapping[str, Any]) -> list[Scenario]:
        """The scenarios that hold for these answers."""
        return [s for s in self.scenarios if s.holds(answers)]

    def items_for(self, answers: Mapping[str, Any]) -> list[SubItem]:
        """The items to be handled in the scenarios that hold, in the order of the event."""
        off, on = set(), []
        for scenario in self.holding(answers):
            off.update(scenario.then.get("off", ()))
            on += [key for key in scenario.then.get("on", ()) if key not in on]
        kept = [s for s in self.sub_items if s.item not in off and holds(s.when, answers)]
        return kept + [self.sub_item(key) for key in on if key not in {s.item for s in kept}]

    def effect(self, answers: Mapping[str, Any], name: str) -> list[Any]:
        """What the scenarios that hold say under ``name``."""
        return [s.then[name] for s in self.holding(answers) if name in s.then]

    def solemn(self, answers: Mapping[str, Any]) -> bool:
        """Whether a death stands in this matter: nobody is congratulated, rated or reminded."""
        return "solemn" in self.effect(answers, "tone")

    def form(self, answers: Mapping[str, Any]) -> FormDefinition:
        """One form for the items at hand, each thing asked once, without the fields and papers that a scenario drops."""
        dropped = {f for drop in self.effect(answers, "drop_fields") for f in drop}
        papers = {m for alone in self.effect(answers, "alone") for m in alone.get("without", ())}
        papers |= {m for drop in self.effect(answers, "drop_materials") for m in drop}
        editions = tuple(self._form_edition(s.item) for s in self.items_for(answers))
        return _merged(self.key, self.title, editions, frozenset(dropped), frozenset(papers))

    def _form_edition(self, item_key: str) -> UUID:
        form_key = self.item(item_key).form_key
        return self.form_ids.get(form_key) or publishing.current(filing.FORMS, form_key).id


@lru_cache(maxsize=512)
def _merged(
    key: str, title: str, editions: tuple[UUID, ...], dropped: frozenset[str], papers: frozenset[str]
) -> FormDefinition:
    # Kept under the editions of the forms themselves: a form published anew is another key.
    publishing.editions(editions)
    whole = merge(key, title, [filing.form_in(one) for one in editions])
    fields = tuple(f for f in whole.fields if f.key not in dropped)
    materials = tuple(m for m in whole.materials if m.key not in papers)
    return FormDefinition(whole.key, whole.title, whole.groups, fields, materials)


def _sub_item(row: Mapping[str, Any]) -> SubItem:
    return SubItem(
        item=row["item"],
        applicant=row.get("applicant", ""),
        needs=tuple(row.get("needs", ())),
        gives=tuple(row.get("gives", ())),
        rekey_on=row.get("rekey_on", ""),
        waits_for=row.get("waits_for", ""),
        when=row.get("when"),
        rules=row.get("rules", {}),
        counts_from=row.get("counts_from", {}),
    )


def current(key: str) -> LifeEvent:
    """The edition in force; ``Absent`` when there is none."""
    edition = publishing.current(KIND, key)
    return LifeEvent(key, edition.content["title"], edition.id, edition.content)


def in_edition(edition_id: UUID, on: date | None = None) -> LifeEvent:
    """The edition that a case was submitted under; with the day, the forms of that day too."""
    edition = publishing.edition(edition_id)
    return LifeEvent(edition.key, edition.content["title"], edition.id, edition.content, on)


def all_current() -> list[LifeEvent]:
    """Every event in force."""
    return [LifeEvent(e.key, e.content["title"], e.id, e.content) for e in publishing.all_current(KIND)]
