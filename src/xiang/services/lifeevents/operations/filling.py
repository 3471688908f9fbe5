"""Starting a life event and filling its form from what government holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import nothing_there, prefill, unasked
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.parties.actors import EVENT as DELEGATED
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, PartyKind
from xiang.services.applications import filing, materials
from xiang.services.lifeevents import children, definitions, households
from xiang.services.lifeevents.definitions import LifeEvent
from xiang.services.lifeevents.facts import with_facts
from xiang.services.lifeevents.reading import known, read_hidden

EVENT = "life_event"


def start(
    actor: Actor,
    key: str,
    *,
    owner: Party | None = None,
    agent: Party | None = None,
    division: str = "",
    draft_id: UUID | None = None,
) -> Draft:
    """Begin a life event; ``owner`` is the person at the window when a clerk files for them, ``agent`` who stands there
    for the owner; ``draft_id`` an id that a program reserved.

    Raises ``Forbidden('not_delegated')`` when a delegation does not name this life event, ``Refused`` when another
    person must begin (a birth is begun by the mother: the other parent confirms).
    """
    event = definitions.current(key)
    if owner is None and actor.subject_id is None:
        raise Absent
    if not actor.may_file(f"{DELEGATED}{key}"):
        raise Forbidden("not_delegated", "委托书里没有这件事。请委托人把它加进去，或由本人办理。")
    party = owner or filing.party_of(actor.subject_id)
    role = _role_of(event, party)
    people: dict[str, Any] = {role: filing.person_of(role, party)}
    if role != "applicant":
        people["applicant"] = {**people[role], "role": "applicant"}
    if party.kind == PartyKind.LEGAL:
        people["company"] = {**people[role], "role": "company"}
    if agent or (actor.behalf_id and actor.party_id):
        people["agent"] = filing.person_of("agent", agent or filing.party_of(actor.party_id))
    elif party.kind == PartyKind.PERSON and "agent" in [p["role"] for p in event.content.get("people", ())]:
        people["agent"] = {**people[role], "role": "agent"}  # whoever applies for themselves is their own agent
    people |= households.ward_of(event, party)
    draft = drafts.start(
        actor,
        EVENT,
        key,
        event.title,
        owner_id=party.id,
        editions={"life_event": str(event.edition_id)},
        people=people,
        division=division,
        draft_id=draft_id,
    )
    return fill(draft, actor)


def _role_of(event: LifeEvent, party: Party) -> str:
    """Under which role the event speaks of the applicant."""
    roles = [p["role"] for p in event.content.get("people", ()) if p.get("applies")]
    if "mother" in roles:
        person = getattr(party, "person", None)
        if person is None or person.sex == "1":
            raise Refused("mother_begins", "请由妈妈发起：证明和报销是妈妈的事项。您会收到确认请求，点一下同意就行。")
        return "mother"
    if "company" in roles and party.kind == PartyKind.LEGAL:
        return "company"
    if "company" in roles and "person" not in roles:
        return "company"
    return "applicant"


def event_of(draft: Draft) -> LifeEvent:
    """The event of a draft, in the edition in force: an unsubmitted draft moves with it."""
    return definitions.current(draft.key)


def form_of(event: LifeEvent, draft: Draft, answers: Mapping[str, Any] | None = None) -> FormDefinition:
    """The one form of a draft: of the items at hand, with a group for each further child. ``answers`` are those with
    their facts, where the caller has computed them already."""
    facts = with_facts(event.content, draft.answers) if answers is None else answers
    return children.for_children(event.form(facts), children.count_of(facts))


def fill(draft: Draft, actor: Actor, *, again: bool = True) -> Draft:
    """Ask government for what is not known yet; never inside a transaction. May be called again when an outage is over;
    without ``again``, sources that hold nothing are not asked a second time.

    1. Find the children of the delivery. 2. Fields of the form about people at hand. 3. Facts that only routing and
    scenarios need. 4. Answers of scenario questions that data give. 5. What stands for papers.
    """
    event = event_of(draft)
    items = [s.item for s in event.items_for(with_facts(event.content, draft.answers))]
    context = filing.context(draft.id, actor, *items)
    if any(p["role"] == "child" for p in event.content.get("people", ())):
        draft = households.find_children(draft, context)
    form, people = form_of(event, draft), filing.subjects(draft.people)
    skip = () if again else nothing_there(draft.origins)
    draft = drafts.take_prefilled(draft, prefill(form, people, context, draft.answers, skip))
    hidden = read_hidden(event, form, people, context, draft.answers)
    draft = drafts.keep_hidden(draft, {**hidden, **_answered(event, form, draft, hidden)})
    grown = form_of(event, draft)
    if unasked(grown, people, draft.origins):
        # What was read has brought in more: a second child, an item of another scenario.
        more = prefill(grown, people, context, draft.answers, draft.origins.keys())
        draft = drafts.take_prefilled(draft, more)
        draft = drafts.keep_hidden(draft, _answered(event, grown, draft, {}))
    return settle_papers(draft, actor)


def complete(draft: Draft, actor: Actor) -> Draft:
    """Fetch what an answer has brought into the form since it was filled; nothing is asked when it brought nothing."""
    event = event_of(draft)
    answers = with_facts(event.content, draft.answers)
    form = form_of(event, draft, answers)
    if unasked(form, filing.subjects(draft.people), draft.origins):
        return fill(draft, actor, again=False)
    return settle_papers(draft, actor) if materials.unlooked(form, draft, answers) else draft


def settle_papers(draft: Draft, actor: Actor) -> Draft:
    """Look what stands for the papers that the present answers ask for; never inside a transaction."""
    event = event_of(draft)
    answers = with_facts(event.content, draft.answers)
    form = form_of(event, draft, answers)
    if materials.all_settled(form, draft, answers):
        return draft
    items = [s.item for s in event.items_for(answers)]
    context, people = filing.context(draft.id, actor, *items), filing.subjects(draft.people)
    brought = frozenset(_credentials_brought(event, answers))
    settled = materials.look_for_substitutes(form, draft, people, context, brought, answers)
    return drafts.set_materials(draft, settled) if settled else draft


def _answered(event: LifeEvent, form: FormDefinition, draft: Draft, hidden: Mapping[str, Any]) -> dict[str, Any]:
    """Scenario questions that data answer, and the defaults of those that nobody need be asked."""
    answers = {**draft.answers, **hidden}
    found: dict[str, Any] = {}
    for question in event.questions:
        if answers.get(question["key"]) not in (None, ""):
            continue
        for row in question.get("answer_from", ()):
            if "holds" in row:
                if row["holds"] in draft.people.get(row["of"], {}).get("identifiers", {}):
                    found[question["key"]] = row["value"]
                    break
                continue
            role = "child" if "health_birth" in row["source"] else _first_role(draft)
            value = known(event, form, answers, role, row["source"])
            if value is not None:
                found[question["key"]] = row.get("map", {}).get(value, value)
                break
        else:
            if "when_absent" in question:
                found[question["key"]] = question["when_absent"]
    return found | {f.key: f.default for f in form.fields if f.default is not None and answers.get(f.key) is None}


def _first_role(draft: Draft) -> str:
    return next((r for r in draft.people if r not in ("child", "applicant")), "applicant")


def _credentials_brought(event: LifeEvent, answers: Mapping[str, Any]) -> list[str]:
    """The credentials that the event's own items will issue."""
    brought = [event.item(s.item).content["result"].get("credential", "") for s in event.items_for(answers)]
    return [key for key in brought if key] + (["household_register"] if "household_page" in brought else [])


def answer(draft: Draft, given: Mapping[str, Any], actor: Actor) -> Draft:
    """Keep answers to fields and scenario questions, as typed, complete or not; what they bring in is filled at once."""
    event = event_of(draft)
    questions = {q["key"]: q for q in event.questions}
    form = form_of(event, draft, with_facts(event.content, {**draft.answers, **given}))
    fields = {k: v for k, v in given.items() if k in form.by_key}
    draft = drafts.save_answers(draft, form, fields)
    meant = {k: _value(questions[k], v) for k, v in given.items() if k in questions and k not in fields}
    said = {k: v for k, v in meant.items() if v != draft.answers.get(k)}
    if said:
        draft = drafts.keep_hidden(draft, said, over=True)
    return fill(draft, actor, again=False) if _unread(event, draft) else draft


def _value(question: Mapping[str, Any], given: Any) -> Any:
    """The choice that was meant: pages send text, the profile may say yes and no."""
    return next((c["value"] for c in question["choices"] if str(c["value"]) == str(given)), given)


def _unread(event: LifeEvent, draft: Draft) -> bool:
    """Whether an answer brought in fields whose sources have not been asked for yet."""
    return unasked(form_of(event, draft), filing.subjects(draft.people), draft.origins)
