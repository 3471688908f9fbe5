"""The other parent: asked on their own phone, free to refuse; the matter goes on by its legal path either way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.sources import FetchContext
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused, Unavailable
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.notices import operations as notices
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties import queries as party_queries
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party
from xiang.foundation.trust import digest
from xiang.services.applications import filing
from xiang.services.lifeevents import households
from xiang.services.lifeevents.definitions import ALONE, PRESENT, LifeEvent
from xiang.services.lifeevents.models import Confirmation
from xiang.services.lifeevents.operations.filling import event_of, fill, form_of
from xiang.services.lifeevents.reading import hidden_key

CONSENT = "lifeevents.other_parent"
AGAIN = timedelta(minutes=1)


def ask_other_party(draft: Draft, actor: Actor, *, name: str = "", phone: str = "") -> Confirmation:
    """Ask the other parent to confirm: the spouse by the register of marriages, or whom the applicant names by name and
    phone. Asking twice sends the request again, and what was agreed to is asked again once it was changed. Nothing of
    theirs is read before they agree."""
    event = event_of(draft)
    role = event.other_party
    context = filing.context(draft.id, actor, *(s.item for s in event.sub_items))
    party = _named(name, phone) if name else _spouse(draft, context)
    if party.id == draft.owner_id:
        raise Invalid([FieldError(f"/{role}", "oneself", "请填另一位家长的姓名和手机号，不是您自己的。")])
    with transaction.atomic():
        asked, anew = _asked(draft, event, party)
        if event.other_party_field and draft.answers.get(event.other_party_field) != PRESENT:
            drafts.keep_hidden(draft, {event.other_party_field: PRESENT}, over=True)
        if not anew:
            return asked
        notices.notify(
            party.id,
            "lifeevent.confirm",
            "请您确认孩子的名字",
            f"{actor.name}正在办理“{event.title}”，请您确认孩子的名字，并决定是否同意读取您的信息。不同意也不影响办理。",
            category="todo",
            channels=("sms",),
            important=True,
            link=f"/confirmations/{asked.id}/",
        )
        ledger.record("lifeevent.asked", actor.ref, {"confirmation": str(asked.id)}, case_id=draft.id)
    return asked


def _asked(draft: Draft, event: LifeEvent, party: Party) -> tuple[Confirmation, bool]:
    """The request, and whether the other parent is to be told now: not twice within a minute."""
    now, role = instant.now(), event.other_party
    try:
        with transaction.atomic():
            return Confirmation.objects.create(draft=draft, role=role, party=party, asked_at=now), True
    except IntegrityError:
        asked = Confirmation.objects.select_for_update().get(draft=draft, role=role)
    if asked.state == Confirmation.State.AGREED and agreed_to(event, draft, asked):
        raise Refused("agreed_already", "对方已经确认过，不用再问。")
    just_now = asked.state == Confirmation.State.ASKED and asked.party_id == party.id and now - asked.asked_at < AGAIN
    asked.party, asked.state, asked.answered_at = party, Confirmation.State.ASKED, None
    asked.asked_at = asked.asked_at if just_now else now
    asked.save()
    return asked, not just_now


def shown_of(event: LifeEvent, draft: Draft) -> dict[str, Any]:
    """What the other parent is asked to agree to, as it stands now: the name, the household."""
    return {key: draft.answers.get(key, "") for key in event.content.get("confirmation", {}).get("asks", ())}


def seal_of(shown: Mapping[str, Any]) -> str:
    """What was shown, in a few letters: a page sends them back, and an answer to something else is not taken."""
    return digest.sm3(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hex()[:16]


def agreed_to(event: LifeEvent, draft: Draft, found: Confirmation) -> bool:
    """Whether the other parent agreed to what the draft says now."""
    return found.state == Confirmation.State.AGREED and dict(found.shown or {}) == shown_of(event, draft)


def _named(name: str, phone: str) -> Party:
    found = party_queries.person_by_phone(phone)
    if found is None or found.name != name.strip():
        raise Invalid(
            [FieldError("/father", "nobody_found", "姓名和手机号对不上。请再核对，或者选“不写父亲信息”继续办理。")]
        )
    return found


def _spouse(draft: Draft, context: FetchContext) -> Party:
    try:
        found = households.spouse(draft, context)
    except Unavailable as down:
        detail = f"{down.detail.partition('可以')[0]}请填父亲的姓名和手机号，或者过一会儿再试。"
        raise Invalid([FieldError("/father", "source_down", detail)]) from down
    if found is None:
        raise Invalid(
            [
                FieldError(
                    "/father", "no_marriage", "没有查到结婚登记。请填父亲的姓名和手机号，或者选“不写父亲信息”继续办理。"
                )
            ]
        )
    return households.party_of(found["name"], found["number"])


def _mine(confirmation_id: UUID, actor: Actor) -> Confirmation:
    found = Confirmation.objects.select_for_update().select_related("draft", "party").filter(id=confirmation_id).first()
    if found is None or found.party_id != actor.party_id or actor.party_id is None:
        raise Absent
    if found.state in (Confirmation.State.AGREED, Confirmation.State.REFUSED):
        raise Refused("answered_already", "您已经答复过了。")
    if found.draft.state != Draft.State.OPEN:
        raise Refused("draft_closed", "这份申请已经提交或者放弃，不用再确认。")
    return found


def confirm(confirmation_id: UUID, actor: Actor, seen: str = "") -> Draft:
    """Agree: consent is kept, and only then are one's own records read into the form. ``seen`` is the seal of what the
    page showed; ``Refused('changed_meanwhile')`` when the name is another one now."""
    with transaction.atomic():
        found = _mine(confirmation_id, actor)
        event = event_of(found.draft)
        if seen and seen != seal_of(shown_of(event, found.draft)):
            raise Refused("changed_meanwhile", "孩子的名字或者落户刚刚改过，请再看一遍。")
        title = f"{event.title}：读取本人信息用于这次办理"
        parties.give_consent(actor, party=found.party, purpose=CONSENT, title=title, case_id=found.draft_id)
        _answer(found, Confirmation.State.AGREED, actor)
        draft = drafts.set_people(found.draft, {found.role: filing.person_of(found.role, found.party)})
    return fill(draft, actor)


@transaction.atomic
def refuse(confirmation_id: UUID, actor: Actor, reason: str = "") -> None:
    """Refuse: nothing is read; the applicant is told that the matter goes on without."""
    found = _mine(confirmation_id, actor)
    title = f"{event_of(found.draft).title}：读取本人信息用于这次办理"
    parties.refuse_consent(actor, party=found.party, purpose=CONSENT, title=title, case_id=found.draft_id)
    found.reason = reason[:200]
    _answer(found, Confirmation.State.REFUSED, actor)
    _without(found.draft)


def _answer(found: Confirmation, state: Confirmation.State, actor: Actor) -> None:
    found.state, found.answered_at = state, instant.now()
    found.save()
    if state == Confirmation.State.AGREED:
        found.shown = shown_of(event_of(found.draft), found.draft)
        found.save(update_fields=["shown"])
    refs = {"confirmation": str(found.id), "answer": state}
    ledger.record("lifeevent.answered", actor.ref, refs, case_id=found.draft_id)
    agreed = state == Confirmation.State.AGREED
    notices.notify(
        found.draft.owner_id,
        "lifeevent.answered",
        "对方已确认" if agreed else "对方没有同意",
        "孩子的名字和信息使用都已确认，可以提交了。" if agreed else "不影响办理：可以不写父亲信息继续，以后可以补。",
        category="todo",
        important=True,
        link=f"/life-events/drafts/{found.draft_id}/",
    )


def confirm_at_counter(draft: Draft, other: Actor, clerk: Actor) -> Draft:
    """Both parents stand at the counter: the clerk has read the other one's card, and they agree there.

    ``other`` is the other parent acting at the window. The answer is kept like one given on a phone; the ledger names
    the clerk who saw it given.
    """
    event = event_of(draft)
    role, party = event.content["confirmation"]["by"], filing.party_of(other.party_id)
    with transaction.atomic():
        found, _ = Confirmation.objects.get_or_create(
            draft=draft, role=role, defaults={"party": party, "asked_at": instant.now()}
        )
        found.party, found.reason = party, "counter"
        title = f"{event.title}：读取本人信息用于这次办理"
        parties.give_consent(other, party=party, purpose=CONSENT, title=title, case_id=draft.id)
        _answer(found, Confirmation.State.AGREED, clerk)
        draft = drafts.set_people(draft, {role: filing.person_of(role, party)})
        draft = _without(draft, "paper")
    return fill(draft, clerk)


def go_on_without(draft: Draft, actor: Actor, how: str) -> Draft:
    """Go on by the legal path: ``absent`` (nothing of the other parent is written) or ``paper`` (confirmed at a counter)."""
    over = [Confirmation.State.ASKED, *([Confirmation.State.AGREED] if how == ALONE else [])]
    with transaction.atomic():
        Confirmation.objects.filter(draft=draft, state__in=over).update(
            state=Confirmation.State.WITHDRAWN, answered_at=instant.now()
        )
        return _without(draft, how)


def _without(draft: Draft, how: str = ALONE) -> Draft:
    """Say how it goes on. Who is not written of leaves nothing behind: what was read of them goes too."""
    event = event_of(draft)
    role = event.other_party
    draft = drafts.keep_hidden(draft, {event.other_party_field: how}, over=True)
    if how != ALONE or role not in draft.people:
        return draft
    own = {f.key for f in form_of(event, draft).fields if f.subject == role}
    return drafts.forget_person(
        draft, role, own | {key for key in draft.answers if key.startswith(hidden_key(role, ""))}
    )
