"""Looking at a draft before it is submitted: what is still to be mended, whose answer is awaited, who will handle it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import out_of_reach
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.forms.validation import check
from xiang.foundation.ground.errors import FieldError, Invalid, Refused
from xiang.foundation.parties.models import Party, Unit
from xiang.services.applications import materials
from xiang.services.items.models import Item
from xiang.services.lifeevents import children, routing
from xiang.services.lifeevents.definitions import LifeEvent
from xiang.services.lifeevents.facts import with_facts
from xiang.services.lifeevents.models import Confirmation
from xiang.services.lifeevents.operations.confirming import agreed_to
from xiang.services.lifeevents.operations.filling import event_of, form_of


class Declined(Refused):
    """This form does not handle the matter and says where it is handled; what was filled in is kept."""


@dataclass(frozen=True)
class Ready:
    """A draft read against its event: all that checking it, and its cases, start from."""

    draft: Draft
    event: LifeEvent
    form: FormDefinition
    answers: dict[str, Any]
    papers: list[materials.Standing]
    count: int

    @cached_property
    def named(self) -> dict[str, Party]:
        """The people of the matter who are parties already, by role."""
        ids = {
            r: p["party_id"] for r, p in self.draft.people.items() if p.get("party_id") and not r.startswith("child")
        }
        known = {str(party.id): party for party in Party.objects.filter(id__in=ids.values())}
        return {role: known[party_id] for role, party_id in ids.items() if party_id in known}


def check_draft(draft: Draft) -> Ready:
    """Everything checked at once; ``Declined`` when a scenario leads elsewhere, ``Invalid`` with each place to mend."""
    ready = read(draft)
    for row in ready.event.effect(ready.answers, "decline"):
        raise Declined(row["code"], f"{row['title']}。{row['text']}", where=row.get("where", ""))
    errors = [*_problems(ready), *waiting_for_other(ready)]
    if errors:
        raise Invalid(errors)
    return ready


def problems(ready: Ready) -> list[FieldError]:
    """What the applicant themselves has to mend before submitting; open questions first, alone: what else is asked
    depends on them. Whether the other parent has answered is not theirs to mend."""
    declined = [FieldError("/decline", r["code"], r["title"]) for r in ready.event.effect(ready.answers, "decline")]
    return declined or _unanswered(ready.event, ready.answers) or _problems(ready)


def read(draft: Draft) -> Ready:
    """A draft with its event, facts, form and papers."""
    event = event_of(draft)
    answers = with_facts(event.content, draft.answers)
    form = form_of(event, draft, answers)
    papers = materials.standings(form, draft, answers)
    return Ready(draft, event, form, answers, papers, children.count_of(answers))


def _problems(ready: Ready) -> list[FieldError]:
    held_back = held_back_roles(ready.event, ready.draft, ready.form, ready.answers)
    theirs = {f"/{f.key}" for f in ready.form.fields if f.source and f.subject in held_back}
    wrong = check(ready.form, ready.answers, excused=out_of_reach(ready.draft.origins))
    papers = [s for s in ready.papers if s.material.subject not in held_back]
    unanswered = _unanswered(ready.event, ready.answers)
    return [*unanswered, *(e for e in wrong if e.pointer not in theirs), *materials.missing(papers)]


def held_back_roles(event: LifeEvent, draft: Draft, form: FormDefinition, answers: Mapping[str, Any]) -> frozenset[str]:
    """Who takes part but has not agreed yet: nothing of theirs is read, nor asked of anybody else."""
    waiting = event.awaits_other(form, answers) and event.other_party not in draft.people
    return frozenset({event.other_party} if waiting else ())


def _unanswered(event: LifeEvent, answers: Mapping[str, Any]) -> list[FieldError]:
    return [
        FieldError(f"/{q['key']}", "required", f"请回答：{q['title']}。")
        for q in event.questions
        if answers.get(q["key"]) in (None, "")
    ]


def waiting_for_other(ready: Ready) -> list[FieldError]:
    """The other parent must have agreed, to the name as it is now, unless the matter goes by another path."""
    event, role = ready.event, ready.event.other_party
    if not event.awaits_other(ready.form, ready.answers):
        return []
    found = Confirmation.objects.filter(draft=ready.draft, role=role).first()
    if found is not None and agreed_to(event, ready.draft, found):
        return []
    who = event.role_title(role)
    if found is not None and found.state == Confirmation.State.AGREED:
        return [FieldError(f"/{role}", "confirmed_other", f"{who}确认以后，名字或者落户又改过。请再发一次，由他确认。")]
    words = f"{who}还没有确认。可以再发一次，或者选“不写{who}信息”继续办理。"
    return [FieldError(f"/{role}", "not_confirmed", words)]


def offices(ready: Ready) -> list[tuple[Item, Unit | None]]:
    """Which office will handle which item, as far as it can be said already: for the applicant to read."""
    items = [ready.event.item(sub.item) for sub in ready.event.items_for(ready.answers)]
    asked = [(item, ready.answers) for item in items]
    found = routing.units_known(ready.event, ready.form, asked, ready.draft.division)
    return list(zip(items, found, strict=True))
