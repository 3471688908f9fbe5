"""The guide of a life event in its usual case: computed from its forms, items and rules, never written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiang.foundation.forms.schema import Field
from xiang.foundation.forms.sources import split
from xiang.foundation.ground import instant
from xiang.foundation.parties.models import Body
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.hub.inventory import queries as inventory
from xiang.services.items.guide import length
from xiang.services.lifeevents.definitions import PRESENT, LifeEvent
from xiang.services.lifeevents.facts import with_facts

USUAL = {"household.follow": "mother", "result.means": "post"}


@dataclass(frozen=True, slots=True)
class Handled:
    """One item of the event: what, by whom, in how long."""

    title: str
    icon: str
    promise: str
    who: str
    after: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A situation that is handled otherwise than the usual one; ``elsewhere`` when this form does not handle it."""

    title: str
    note: str
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """The four numbers of a guide, who handles what, and what differs in which case.

    ``typed`` counts what the person has to answer: nobody else knows it and nothing is chosen beforehand. What has a
    usual answer (delivery by post) or is assumed (both parents Chinese) is shown, may be changed, and is not counted.
    """

    typed: int
    fields: int
    papers: int
    visits: int
    days: str
    rows: Sequence[Handled]
    differences: Sequence[Difference]
    to_answer: Sequence[str] = field(default=())
    givers: Sequence[str] = field(default=())

    @property
    def unconfirmed(self) -> bool:
        return any(not row.confirmed for row in self.rows)


def guide(event: LifeEvent) -> Guide:
    """The guide of an event in its usual case."""
    usual = usual_answers(event)
    form, subs = event.form(usual), event.items_for(usual)
    asked = form.asked(usual)
    typed = [f for f in asked if f.typed and f.default is None and f.required]
    fetched = [f for f in asked if f.source and not _comes_later(f, event, usual)]
    papers = [m for m in form.materials_for(usual) if m.mandatory and not m.substitutes]
    promised = _promises(event, [sub.item for sub in subs])
    rules = statutes.find_many(promised.values(), instant.today())
    return Guide(
        typed=len(typed),
        fields=len(typed) + len(fetched),
        papers=len(papers),
        visits=sum(int(event.item(s.item).content.get("visits", 0)) for s in subs),
        days=_longest(event, usual, promised, rules),
        rows=[_handled(event, sub.item, rules.get(promised[sub.item])) for sub in subs],
        differences=list(_differences(event)),
        to_answer=[f.title for f in typed],
        givers=_givers(fetched),
    )


def usual_answers(event: LifeEvent) -> dict[str, Any]:
    """The answers of the usual case: what questions default to, and what its scenario asks for."""
    found = {q["key"]: q["when_absent"] for q in event.questions if "when_absent" in q}
    for scenario in event.scenarios[:1]:
        for part in (scenario.when or {}).get("all", ()):
            if "equals" in part:
                found[part["field"]] = part["equals"]
    other = {event.other_party_field: PRESENT} if event.other_party_field else {}
    return with_facts(event.content, {**found, **USUAL, **other})


def _comes_later(asked: Field, event: LifeEvent, answers: Mapping[str, Any]) -> bool:
    """Whether an earlier item of the same matter produces it: nobody gives it now."""
    produced = {key for sub in event.items_for(answers) for key in sub.gives}
    return asked.key in produced


def _promises(event: LifeEvent, keys: Iterable[str]) -> dict[str, str]:
    """The rule that each item promises by."""
    return {key: event.item(key).rules["promised"] for key in keys}


def _handled(event: LifeEvent, key: str, rule: RuleRow | None) -> Handled:
    item = event.item(key)
    needs = [event.item(need).short for need in event.sub_item(key).needs if need in event.offered]
    who = str(item.content.get("note") or item.summary).rstrip("。")
    return Handled(item.short, item.icon, promise_words(rule), who, "、".join(needs), rule.confirmed if rule else False)


def promise_words(rule: RuleRow | None) -> str:
    """5 个工作日; 当天 when there is nothing to wait for."""
    if rule is None:
        return ""
    return str(length(rule))


def _longest(
    event: LifeEvent, answers: Mapping[str, Any], promised: Mapping[str, str], rules: Mapping[str, RuleRow]
) -> str:
    """The longest chain of promised days through the prerequisites."""
    days: dict[str, int] = {}
    for sub in event.items_for(answers):
        rule = rules.get(promised[sub.item])
        own = int(rule.value) if rule and rule.unit == "wd" else 0
        days[sub.item] = own + max((days.get(need, 0) for need in sub.needs), default=0)
    return str(max(days.values(), default=0))


def _differences(event: LifeEvent) -> Iterable[Difference]:
    for scenario in event.scenarios:
        if scenario.key == "usual":
            continue
        if decline := scenario.then.get("decline"):
            yield Difference(scenario.title, str(decline["text"]), elsewhere=True)
        elif note := scenario.then.get("note"):
            yield Difference(scenario.title, str(note))


def _givers(fetched: Sequence[Field]) -> list[str]:
    """Who provides the rest, by the names of the bodies: two queries for all of them."""
    keys = {split(f.source)[1] for f in fetched if f.source.startswith("hub:")}
    held_by = list(dict.fromkeys(row.system.body_key for row in inventory.resources(keys).values()))
    names = {body.key: body.short or body.name for body in Body.objects.filter(key__in=held_by)}
    return [names[key] for key in held_by if key in names]
