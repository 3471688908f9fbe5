"""Submitting a life event: one parent and a sub-case for each item and child, exactly once, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case, CaseLink
from xiang.foundation.cases.operations import Opening, PartyRole
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import adding
from xiang.foundation.ground.errors import Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.notices import operations as notices
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Party, Unit
from xiang.services.applications import filing, refilling
from xiang.services.applications.measures import count_filed, figures_of
from xiang.services.applications.operations import case_of
from xiang.services.items.models import Item
from xiang.services.lifeevents import children, routing
from xiang.services.lifeevents.definitions import LifeEvent, SubItem
from xiang.services.lifeevents.facts import day_of
from xiang.services.lifeevents.operations.checking import Ready, check_draft
from xiang.services.lifeevents.operations.filling import settle_papers


@dataclass(frozen=True)
class _Sub:
    """One sub-case to open."""

    sub: SubItem
    item: Item
    unit: Unit
    child: int


def submit(draft_id: UUID, actor: Actor, at_hand: Draft | None = None) -> Case:
    """Submit a life event and answer its parent case; a draft already submitted answers the first.

    1. Look what stands for papers, then check: answers, materials, the other parent. 2. Route every sub-case (nothing is
    written if one leads nowhere). 3. In one transaction: close the draft, make the children known, open the parent and
    its sub-cases; those whose prerequisites are not met wait.
    """
    draft = at_hand or draft_queries.draft_for(actor, draft_id)
    if draft.state == Draft.State.SUBMITTED:
        return Case.objects.get(id=draft.id)
    if draft.state == Draft.State.DISCARDED:
        raise Refused("draft_closed", "这份申请已经放弃。需要的话请重新开始。")
    try:
        draft = settle_papers(draft, actor)
    except Refused:
        # Submitted between the look at its state and here: the same answer as for any second click.
        return case_of(draft)
    ready = check_draft(draft)
    subs = _plan(ready)
    with transaction.atomic(), adding.gathered():
        if not drafts.close_submitted(draft):
            return case_of(draft)
        babies = _enrol_children(ready, actor)
        parent = _open_parent(ready, actor, babies.get(1), subs)
        opened = [_open_sub(ready, parent, s, actor, babies.get(s.child)) for s in subs]
        _link(ready.event, subs, opened)
        count_filed(parent)
        refilling.queue(parent, draft)
        if ready.event.solemn(ready.answers):
            _keep_quiet(ready, parent)
    return parent


def _plan(ready: Ready) -> list[_Sub]:
    """Every sub-case with its office: one a child, but once for the delivery where a scenario says so."""
    once = {key for keys in ready.event.effect(ready.answers, "once") for key in keys}
    wanted: list[tuple[SubItem, Item, int]] = []
    for sub in ready.event.items_for(ready.answers):
        for child in range(1, ready.count + 1):
            if child == 1 or (sub.item not in once and ready.count > 1):
                wanted.append((sub, ready.event.item(sub.item), child))
    asked = [(item, children.answers_of(ready.answers, child)) for _, item, child in wanted]
    units = routing.units_for(ready.event, ready.form, asked, ready.draft.division)
    return [_Sub(sub, item, unit, child) for (sub, item, child), unit in zip(wanted, units, strict=True)]


def _enrol_children(ready: Ready, actor: Actor) -> dict[int, Party]:
    """Newborns become parties, with a name and no number yet; their parents are their guardians."""
    known = ready.draft.people.get("child", {}).get("party_id")
    if known:
        return {1: Party.objects.get(id=known)}
    if "mother" not in ready.draft.people:
        return {}
    found = {}
    for number in range(1, ready.count + 1):
        answers = children.answers_of(ready.answers, number)
        name = str(answers.get("child.name") or f"{ready.draft.people['mother']['name']}之子女")
        facts = parties.PersonFacts(sex=str(answers.get("child.sex") or "0"))
        baby = parties.enrol_person(SYSTEM, name=name, facts=facts)
        for role in ("mother", "father"):
            if role in ready.named:
                parties.record_guardianship(SYSTEM, guardian=ready.named[role], ward=baby, basis="parent")
        found[number] = baby
    return found


def _roles(ready: Ready, baby: Party | None) -> dict[str, Party | None]:
    return {**ready.named, **({"child": baby} if baby else {})}


def _open_parent(ready: Ready, actor: Actor, baby: Party | None, subs: list[_Sub]) -> Case:
    draft = ready.draft
    name = baby.name if baby else str(draft.people["applicant"]["name"])
    title = f"{name}的{ready.event.title}" if baby is None or ready.answers.get("child.name") else ready.event.title
    opening = Opening(
        id=draft.id,
        procedure="life_event",
        item_key=draft.key,
        item_edition=ready.event.edition_id,
        item_title=ready.event.title,
        title=title,
        channel=draft.channel,
        applicant=draft.owner,
        subject=baby or draft.owner,
        scenario=",".join(s.key for s in ready.event.holding(ready.answers))[:64],
        answers={"fields": ready.answers, "origins": draft.origins, "materials": draft.materials},
        facts={
            "solemn": ready.event.solemn(ready.answers),
            "filed": figures_of(ready.form, ready.answers, draft.origins, ready.papers),
            "place": subs[0].unit.division.path if subs else "",  # figures by city count the whole where it begins
        },
        parties=[
            PartyRole(role, party, draft.people.get(role, {"name": party.name if party else ""}))
            for role, party in _roles(ready, baby).items()
        ],
    )
    return cases.open_case(opening, actor)


def _open_sub(ready: Ready, parent: Case, plan: _Sub, actor: Actor, baby: Party | None) -> Case:
    """A sub-case; it waits while a prerequisite among the event's items has no result."""
    answers = children.answers_of(ready.answers, plan.child)
    at_hand = {s.item for s in ready.event.items_for(ready.answers)}
    waits = any(need in at_hand for need in plan.sub.needs)
    mothers = plan.sub.applicant == "mother"
    subject = parent.applicant if mothers and plan.item.key != "birth_certificate" else baby or parent.applicant
    people = {**ready.draft.people, "child": {"name": baby.name if baby else ""}}
    opening = filing.opening(
        plan.item,
        plan.unit,
        case_id=new_id(),
        title=(baby or ready.draft.owner).name,
        channel=ready.draft.channel,
        applicant=ready.draft.owner,
        subject=subject,
        parent=parent,
        state="waiting" if waits else "",
        answers={"fields": answers, "origins": ready.draft.origins, "materials": ready.draft.materials},
        roles=_roles(ready, baby),
        people=people,
        facts={
            "child": plan.child,
            "solemn": ready.event.solemn(ready.answers),
            "counts_from": {
                slot: day.isoformat()
                for slot, field in plan.sub.counts_from.items()
                if (day := day_of(answers.get(field)))
            },
        },
    )
    return cases.open_case(opening, actor)


def _link(event: LifeEvent, subs: list[_Sub], opened: list[Case]) -> None:
    """Prerequisites as links: who waits for what is visible on the progress page."""
    by_key = {(s.item.key, s.child): case for s, case in zip(subs, opened, strict=True)}
    links = []
    for plan, case in zip(subs, opened, strict=True):
        for need in plan.sub.needs:
            target = by_key.get((need, plan.child)) or by_key.get((need, 1))
            if target is not None:
                links.append(CaseLink(source=case, target=target, kind="needs"))
    cases.link(links)


def _keep_quiet(ready: Ready, parent: Case) -> None:
    """After a death nobody is congratulated, asked to rate or reminded."""
    for kinds in ready.event.effect(ready.answers, "silence"):
        notices.suppress(kinds, "death", about=str(parent.id))
