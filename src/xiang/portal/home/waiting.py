"""What waits for the person: papers to add, money to pay, a confirmation that only they can give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xiang.foundation.cases.models import NO_DUE, Case
from xiang.foundation.forms import queries as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.parties.actors import Actor
from xiang.oversight.ratings import queries as ratings
from xiang.portal import links
from xiang.portal.home.matters import Matters
from xiang.services.lifeevents.models import Confirmation

PAYING = "paying"
"""What is to be paid is shown by the room of payments, in the slot ``home.waiting``."""


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: until when, why, and the one button. ``quiet`` ones may be left undone."""

    title: str
    text: str
    url: str
    button: str
    due: date | None = None
    icon: str = "user"
    quiet: bool = False

    @property
    def until(self) -> str:
        return f"{legal_day(self.due, 'short')}前" if self.due else ""


def of(actor: Actor, matters: Matters) -> list[Todo]:
    """Everything that waits, what runs out first on top; what may be left undone last."""
    due = [_of_case(case, matters) for case in matters.waiting if case.state != PAYING]
    asked = _confirmations(actor) if actor.behalf_id is None else []
    return [*asked, *due, *_ratings(actor), *_unfinished(actor)]


def _of_case(case: Case, matters: Matters) -> Todo:
    found = matters.due(case)
    until = found if isinstance(found, date) and found != NO_DUE else None
    office = case.unit.name if case.unit else ""
    if case.state == "supplementing":
        text = f"{office}已经一次列明还差什么，补上就接着办，只通知这一次。"
        return Todo(f"补材料：{case.item_title}", text, links.to_case(case.number), "看还差什么", until)
    return Todo(case.item_title, f"{office}在等您。", links.to_case(case.number), "去处理", until)


def _confirmations(actor: Actor) -> list[Todo]:
    if actor.party_id is None:
        return []
    rows = Confirmation.objects.filter(
        party_id=actor.party_id, state=Confirmation.State.ASKED, draft__state=Draft.State.OPEN
    ).select_related("draft__owner")
    return [
        Todo(
            f"请您确认：{row.draft.title}",
            f"{row.draft.owner.name}正在办理，请您看一看名字，并决定是否同意读取您的信息。不同意也不影响办理。",
            links.url("lifeevents:confirmation", row.id),
            "去确认",
        )
        for row in rows
    ]


def _ratings(actor: Actor) -> list[Todo]:
    return [
        Todo(
            f"评一评：{row.case.title}",
            "不评也没有关系。经办人看不到是谁评的。",
            links.url("ratings:rate", row.case.number),
            "去评价",
            row.closes_on,
            icon="mood-smile",
            quiet=True,
        )
        for row in ratings.open_invitations(actor)[:2]
    ]


def _unfinished(actor: Actor) -> list[Todo]:
    pages = {"life_event": "lifeevents:draft", "item": "applications:draft"}
    return [
        Todo(
            f"没填完：{row.title}",
            "填过的都在，换设备也可以接着填。",
            links.url(pages[row.kind], row.id),
            "接着填",
            icon="pencil",
            quiet=True,
        )
        for row in drafts.drafts_of(actor).defer("answers", "origins", "people", "materials")[:2]
        if row.kind in pages
    ]
