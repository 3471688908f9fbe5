"""What can be done with an application of one item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.documents import operations as documents
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import Origin, nothing_there, out_of_reach, prefill, unasked
from xiang.foundation.forms.schema import Field, FormDefinition
from xiang.foundation.forms.sources import split
from xiang.foundation.forms.validation import check, check_one, tidy
from xiang.foundation.ground import adding
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, PartyKind, Unit
from xiang.hub.sharing import operations as hub
from xiang.services.applications import filing, materials, presenting, refilling
from xiang.services.applications.measures import count_filed, figures_of
from xiang.services.items import queries as items

ITEM = "item"


def start(
    actor: Actor,
    item_key: str,
    *,
    division: str = "",
    owner: Party | None = None,
    agent: Party | None = None,
    draft_id: UUID | None = None,
) -> Draft:
    """Begin an application; ``owner`` is the person at the window when a clerk files for them, ``agent`` who stands there
    for the owner; ``draft_id`` an id that a program reserved."""
    item = items.item(item_key)
    if owner is None and actor.subject_id is None:
        raise Absent
    if not actor.may_file(item_key):
        raise Forbidden("not_delegated", "委托书里没有这件事。请委托人把它加进去，或由本人办理。")
    party = owner or filing.party_of(actor.subject_id)
    people = {"applicant": filing.person_of("applicant", party)}
    people |= {role: filing.person_of(role, party) for role in _own_roles(item.form_key, party) - people.keys()}
    if agent or (actor.behalf_id and actor.party_id):
        people["agent"] = filing.person_of("agent", agent or filing.party_of(actor.party_id))
    draft = drafts.start(
        actor,
        ITEM,
        item.key,
        item.short,
        owner_id=party.id,
        editions={"item": str(item.edition_id)},
        people=people,
        division=division,
        draft_id=draft_id,
    )
    return fill(draft, actor)


def _own_roles(form_key: str, party: Party) -> set[str]:
    """The roles under which a form speaks of the applicant; a person who applies for themselves is their own agent."""
    form = filing.form_of(form_key)
    named = {f.subject for f in form.fields} | {m.subject for m in form.materials} | {g.subject for g in form.groups}
    own = {"person", "company", "applicant", "owner", *(("agent",) if party.kind == PartyKind.PERSON else ())}
    return named & own


def fill(draft: Draft, actor: Actor, *, again: bool = True) -> Draft:
    """Ask government for what it holds, and take the usual answer where there is one; outside any transaction. Without
    ``again``, not where nothing was found."""
    item = items.item(draft.key)
    form = filing.form_of(item.form_key)
    people, context = filing.subjects(draft.people), filing.context(draft.id, actor, item.key)
    skip = () if again else nothing_there(draft.origins)
    draft = drafts.take_prefilled(draft, prefill(form, people, context, draft.answers, skip))
    draft = drafts.keep_hidden(draft, {f.key: f.default for f in form.fields if f.default is not None})
    return settle_papers(draft, actor)


def complete(draft: Draft, actor: Actor) -> Draft:
    """Fetch what an answer has brought into the form since it was filled; nothing is asked when it brought nothing."""
    form = form_for(draft)
    if unasked(form, filing.subjects(draft.people), draft.origins):
        return fill(draft, actor, again=False)
    return settle_papers(draft, actor) if materials.unlooked(form, draft) else draft


def settle_papers(draft: Draft, actor: Actor) -> Draft:
    """Look what stands for the papers that the present answers ask for; never inside a transaction."""
    item = items.item(draft.key)
    form = filing.form_of(item.form_key)
    if materials.all_settled(form, draft):
        return draft
    people, context = filing.subjects(draft.people), filing.context(draft.id, actor, item.key)
    settled = materials.look_for_substitutes(form, draft, people, context)
    return drafts.set_materials(draft, settled) if settled else draft


def hand_in(draft: Draft, material_key: str, chunks: Iterable[bytes], name: str, actor: Actor) -> Draft:
    """Keep a paper that was handed in. The bytes are safe before the draft says so."""
    _asked_for(draft, material_key)
    file = documents.store(chunks, name, actor.ref)
    row = {"how": "file", "title": file.name, "reference": str(file.id)}
    return drafts.set_materials(draft, {material_key: row})


def _asked_for(draft: Draft, material_key: str) -> None:
    """A paper that the form does not know is not kept, and none for a draft that is closed."""
    if draft.state != Draft.State.OPEN:
        raise Refused("draft_closed", "这份申请已经提交，不能再改。可以在“我的办件”里查看。", draft=str(draft.id))
    if material_key not in {material.key for material in form_for(draft).materials}:
        place = f"/materials/{material_key}"
        raise Invalid([FieldError(place, "unknown_material", "这件事不需要这份材料。")])


def state_online(draft: Draft, material_key: str, words: str) -> Draft:
    """A statement written and signed online in place of a paper."""
    _asked_for(draft, material_key)
    if not words.strip():
        raise Invalid([FieldError(f"/materials/{material_key}", "required", "请写一句说明。")])
    if draft.materials.get(material_key, {}).get("reference") == words.strip():
        return draft
    return drafts.set_materials(
        draft, {material_key: {"how": "statement", "title": "在线说明", "reference": words.strip()}}
    )


def take_back(draft: Draft, material_key: str, actor: Actor) -> Draft:
    """Take back what was handed in or stated; what could stand for the paper is looked for again when submitting."""
    _asked_for(draft, material_key)
    row = draft.materials.get(material_key, {})
    draft = drafts.take_back(draft, material_key)
    if row.get("how") == "file":
        documents.forget(UUID(row["reference"]), actor.ref)
    return draft


def submit(draft_id: UUID, actor: Actor, read: Draft | None = None) -> Case:
    """Submit an application: exactly once, however often and by however many clicks at a time. ``read`` is the draft when
    the caller has just read it for this actor.

    1. A draft already submitted answers its case. 2. Look what stands for papers, then check answers and materials; a
    failed submit keeps everything. 3. Route. 4. In one transaction close the draft and open the case.
    """
    draft = read or draft_queries.draft_for(actor, draft_id)
    if draft.state == Draft.State.SUBMITTED:
        return Case.objects.get(id=draft.id)
    if draft.state == Draft.State.DISCARDED:
        raise Refused("draft_closed", "这份申请已经放弃。需要的话请重新开始。")
    try:
        draft = settle_papers(draft, actor)
    except Refused:
        # Submitted between the look at its state and here: the same answer as for any second click.
        return case_of(draft)
    item = items.item(draft.key)
    form = filing.form_of(item.form_key)
    papers = materials.standings(form, draft)
    errors = [*_wrong(form, draft), *materials.missing(papers)]
    if errors:
        raise Invalid(errors)
    unit = unit_of(draft)
    opening = filing.opening(
        item,
        unit,
        case_id=draft.id,
        title=_title(draft),
        channel=draft.channel,
        applicant=draft.owner,
        subject=draft.owner,
        answers={"fields": draft.answers, "origins": draft.origins, "materials": draft.materials},
        roles=filing.parties_of(draft),
        people=draft.people,
        facts={"filed": figures_of(form, draft.answers, draft.origins, papers)},
    )
    with transaction.atomic(), adding.gathered():
        if not drafts.close_submitted(draft):
            return case_of(draft)
        case = cases.open_case(opening, actor)
        count_filed(case)
        refilling.queue(case, draft)
    return case


def case_of(draft: Draft) -> Case:
    """The case that a draft became; ``Refused('draft_closed')`` when it became none."""
    case = Case.objects.filter(id=draft.id).first()
    if case is None:
        raise Refused("draft_closed", "这份申请已经放弃，或者正在提交。请到“我的办件”里看。", draft=str(draft.id))
    return case


def problems(draft: Draft) -> list[FieldError]:
    """Everything to mend before an application can be submitted."""
    form = form_for(draft)
    papers = materials.standings(form, draft)
    return [*_wrong(form, draft), *materials.missing(papers), *([] if division_of(draft) else [_no_place()])]


def _wrong(form: FormDefinition, draft: Draft) -> list[FieldError]:
    return check(form, draft.answers, excused=out_of_reach(draft.origins))


def unit_of(draft: Draft) -> Unit:
    """The office that an application goes to."""
    division = division_of(draft)
    if not division:
        raise Invalid([_no_place()])
    return filing.unit_for(items.item(draft.key), division)


def division_of(draft: Draft) -> str:
    """Where an application is handled: where the person chose, else the first division that the form asks for."""
    asked = [f.key for f in form_for(draft).asked(draft.answers) if f.type == "division"]
    return draft.division or next((str(draft.answers[key]) for key in asked if draft.answers.get(key)), "")


def _no_place() -> FieldError:
    return FieldError("/division", "required", "请选在哪里办。")


def choose_division(draft: Draft, division: str) -> Draft:
    """Say where an application is to be handled."""
    return drafts.set_division(draft, division) if division != draft.division else draft


def _title(draft: Draft) -> str:
    return str(draft.people.get("applicant", {}).get("name", "")) or draft.title


def form_for(draft: Draft) -> FormDefinition:
    """The form that a draft fills in. Rooms above register theirs for the kinds of draft that are theirs."""
    maker = _forms.get(draft.kind)
    return maker(draft) if maker else filing.form_of(items.item(draft.key).form_key)


_forms: dict[str, Callable[[Draft], FormDefinition]] = {}


def register_form(kind: str, maker: Callable[[Draft], FormDefinition]) -> None:
    """Say how the form of a kind of draft is made."""
    _forms[kind] = maker


def own_roles(draft: Draft) -> frozenset[str]:
    """The roles of a draft that are its owner's, or a newborn's: what is said of another adult only they may change or
    dispute."""
    mine = (None, "", str(draft.owner_id))
    return frozenset(role for role, person in draft.people.items() if person.get("party_id") in mine)


def disputable(draft: Draft, key: str) -> tuple[Field, Origin]:
    """A field that government filled, with where it came from; ``Absent`` for any other."""
    field, kept = form_for(draft).by_key.get(key), draft.origins.get(key)
    fetched = kept and kept.get("body") and kept.get("kind") in presenting.GIVEN
    if field is None or not fetched or not field.source.startswith("hub:") or field.subject not in own_roles(draft):
        raise Absent
    return field, Origin.from_json(kept)


def dispute(draft: Draft, key: str, claim: str, evidence: str, actor: Actor) -> None:
    """Say that a record is wrong. The claim goes into the application at once; the record's body checks it."""
    field, _ = disputable(draft, key)
    said = tidy(field, claim)
    wrong = check_one(field, said)
    if wrong is not None:
        raise Invalid([FieldError("/claim", wrong.code, wrong.detail)])
    if said == draft.answers.get(key):
        raise Invalid([FieldError("/claim", "same_as_record", "和现在的记录一样，没有要改的。")])
    _, resource, name = split(field.source)
    person = filing.subjects(draft.people)[field.subject]
    hub.dispute(resource, person, name, said, reason=evidence.strip(), case_id=draft.id, actor=actor)
    drafts.save_answers(draft, form_for(draft), {key: said})
    drafts.mark_disputed(draft, key)
