"""Objections to uses of data as the ledger tells them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from xiang.foundation.ground.paging import Page, page
from xiang.foundation.ledger.models import DataUse, Entry, Payload
from xiang.foundation.parties.actors import Actor

OBJECTED, ANSWERED = "data.objection", "data.objection.answered"
PAGE = 50


@dataclass(frozen=True)
class Objection:
    """An objection with its answer, if there is one. The words are opened only when a page shows them."""

    entry: Entry
    answer: Entry | None

    @cached_property
    def reason(self) -> str:
        return _words(self.entry, "reason")

    @cached_property
    def answered(self) -> str:
        return _words(self.answer, "text") if self.answer else ""

    @property
    def use_id(self) -> str:
        return str(self.entry.refs["use"])

    @property
    def finding(self) -> str:
        return str(self.answer.refs["finding"]) if self.answer else ""


def of(actor: Actor) -> dict[str, Objection]:
    """What the person objected to, by the id of the use."""
    rows: list[Entry] = list(Entry.objects.filter(kind=OBJECTED, actor_ref=actor.ref).order_by("-id")[:200])
    return {one.use_id: one for one in _with_answers(rows)}


def one(entry_id: UUID) -> Objection | None:
    """An objection by its entry."""
    rows: list[Entry] = list(Entry.objects.filter(id=entry_id, kind=OBJECTED))
    return next(iter(_with_answers(rows)), None)


def listed(cursor: str | None = None) -> tuple[list[Objection], Page[Entry]]:
    """Every objection, newest first. For auditors; the caller has checked."""
    found: Page[Entry] = page(Entry.objects.filter(kind=OBJECTED), ("-id",), cursor, PAGE)
    return _with_answers(found.rows), found


def use_of(objection: Objection) -> DataUse | None:
    """The use that was objected to."""
    found: DataUse | None = DataUse.objects.filter(id=objection.use_id).first()
    return found


def _with_answers(rows: list[Entry]) -> list[Objection]:
    wanted = Q()
    for row in rows:
        wanted |= Q(refs__objection=str(row.id))
    answers = {a.refs["objection"]: a for a in Entry.objects.filter(wanted, kind=ANSWERED)} if rows else {}
    return [Objection(row, answers.get(str(row.id))) for row in rows]


def _words(entry: Entry, name: str) -> str:
    kept = Payload.objects.filter(entry=entry).first()
    if kept is None or kept.content is None:
        return "内容已经删除"
    return str(kept.content["payload"][name])
