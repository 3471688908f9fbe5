"""The life of an edition. Every step is a conditional update: two people pressing at once cannot both succeed.

    draft --submit--> review --approve--> (approved) --publish--> published <--resume-- suspended
      ^------- return_to_draft ---/                                   \\--- suspend ---^
    published, suspended --retire--> retired

Each tells the ledger who, and publishes the outbox event ``edition.<step>`` with ``{edition_id, kind, key, number}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q

from xiang.foundation.ground import instant, reference
from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.foundation.publishing.models import Edition, EditionState
from xiang.foundation.publishing.profile.rows import digest_of, plain

_OPEN = (EditionState.DRAFT, EditionState.REVIEW)


@transaction.atomic
def draft(kind: str, key: str, content: Mapping[str, Any], actor: Actor, *, title: str = "", note: str = "") -> Edition:
    """Write a draft. An author has one at a time for a key: writing again changes it, while nobody is reviewing it."""
    _may_configure(actor)
    values = {"content": plain(content), "digest": digest_of(content), "note": note, "author_ref": actor.ref}
    values["title"] = title or str(content.get("title") or content.get("name") or key)
    open_one = Edition.objects.filter(kind=kind, key=key, author_ref=actor.ref, state__in=_OPEN).first()
    if open_one is None:
        last = Edition.objects.filter(kind=kind, key=key).aggregate(last=Max("number"))["last"] or 0
        edition = Edition.objects.create(kind=kind, key=key, number=last + 1, created_at=instant.now(), **values)
    else:
        changed = Edition.objects.filter(pk=open_one.pk, state=EditionState.DRAFT).update(**values)
        if not changed:
            raise Refused("edition_in_review", "这一版正在审核。先退回草稿，再改。")
        edition = Edition.objects.get(pk=open_one.pk)
    _tell("drafted", edition, actor)
    return edition


@transaction.atomic
def withdraw_draft(edition_id: UUID, actor: Actor) -> None:
    """Throw a draft away; the ledger keeps that there was one."""
    _may_configure(actor)
    edition = _found(edition_id)
    if not Edition.objects.filter(pk=edition_id, state=EditionState.DRAFT).delete()[0]:
        raise Refused("edition_not_draft", "只有草稿可以丢弃。")
    _tell("discarded", edition, actor)


@transaction.atomic
def submit(edition_id: UUID, actor: Actor) -> Edition:
    """Hand a draft in for review."""
    _may_configure(actor)
    return _step(edition_id, actor, "submitted", Q(state=EditionState.DRAFT), state=EditionState.REVIEW)


@transaction.atomic
def return_to_draft(edition_id: UUID, actor: Actor, reason: str) -> Edition:
    """Send an edition under review back, with the reason."""
    _may_configure(actor)
    if not reason.strip():
        raise Refused("reason_missing", "写明为什么退回。")
    values = {"state": EditionState.DRAFT, "approver_ref": "", "approved_at": None, "note": reason.strip()[:400]}
    return _step(edition_id, actor, "returned", Q(state=EditionState.REVIEW), **values)


@transaction.atomic
def approve(edition_id: UUID, actor: Actor) -> Edition:
    """Approve somebody else's edition. Nobody approves their own."""
    _may_configure(actor)
    if _found(edition_id).author_ref == actor.ref:
        raise Forbidden("own_edition", "这一版是您写的，请另一位配置员审核。")
    right = Q(state=EditionState.REVIEW, approver_ref="") & ~Q(author_ref=actor.ref)
    return _step(edition_id, actor, "approved", right, approver_ref=actor.ref, approved_at=instant.now())


@transaction.atomic
def publish(edition_id: UUID, actor: Actor, valid_from: date | None = None) -> Edition:
    """Publish an approved edition from a day on (today); the one in force ends the day before. Now it is frozen."""
    _may_configure(actor)
    edition, begins = _found(edition_id), valid_from or instant.today()
    if begins < instant.today():
        raise Refused("valid_from_past", "施行日不能早于今天：已经办过的事按当时的版本。")
    published = _step(
        edition_id,
        actor,
        "published",
        Q(state=EditionState.REVIEW) & ~Q(approver_ref=""),
        state=EditionState.PUBLISHED,
        published_at=instant.now(),
        valid_from=begins,
    )
    _end_earlier(edition, begins)
    return published


def publish_now(
    kind: str, key: str, content: Mapping[str, Any], author: Actor, approver: Actor, **extra: str
) -> Edition:
    """Draft, submit, approve and publish in one transaction, for two actors who agreed elsewhere: a profile's load."""
    with transaction.atomic():
        edition = draft(kind, key, content, author, **extra)
        submit(edition.id, author)
        approve(edition.id, approver)
        return publish(edition.id, approver)


@transaction.atomic
def suspend(edition_id: UUID, actor: Actor, reason: str) -> Edition:
    """Take a published edition out of use for a time (暂停)."""
    _may_configure(actor)
    if not reason.strip():
        raise Refused("reason_missing", "写明为什么暂停。")
    values = {"state": EditionState.SUSPENDED, "note": reason.strip()[:400]}
    return _step(edition_id, actor, "suspended", Q(state=EditionState.PUBLISHED), **values)


@transaction.atomic
def resume(edition_id: UUID, actor: Actor) -> Edition:
    """Put a suspended edition back in use."""
    _may_configure(actor)
    return _step(edition_id, actor, "resumed", Q(state=EditionState.SUSPENDED), state=EditionState.PUBLISHED)


@transaction.atomic
def retire(edition_id: UUID, actor: Actor, reason: str = "") -> Edition:
    """End an edition for good (取消). Cases that began with it go on with it."""
    _may_configure(actor)
    in_use = Q(state__in=[EditionState.PUBLISHED, EditionState.SUSPENDED])
    today, edition = instant.today(), _found(edition_id)
    last = max(edition.valid_from or today, min(edition.valid_to or today, today))
    return _step(edition_id, actor, "retired", in_use, state=EditionState.RETIRED, note=reason[:400], valid_to=last)


def _end_earlier(edition: Edition, begins: date) -> None:
    """Editions in force end the day before; one that would never have been in force any more is retired."""
    others = Edition.objects.filter(
        kind=edition.kind, key=edition.key, state__in=[EditionState.PUBLISHED, EditionState.SUSPENDED]
    ).exclude(pk=edition.pk)
    others.filter(valid_from__gte=begins).update(state=EditionState.RETIRED, valid_to=F("valid_from"))
    others.filter(Q(valid_to=None) | Q(valid_to__gte=begins)).update(valid_to=begins - timedelta(days=1))
    if begins <= instant.today():
        others.filter(valid_to__lt=begins).update(state=EditionState.RETIRED)


def _step(edition_id: UUID, actor: Actor, told: str, right: Q, **values: Any) -> Edition:
    """One conditional update: the state was right, or the step is refused with what the state is."""
    if not Edition.objects.filter(right, pk=edition_id).update(**values):
        edition = _found(edition_id)
        where = EditionState(edition.state).label
        detail = f"这一版现在是“{where}”，不能这样做。请刷新后再看。"
        if told == "published" and edition.state == EditionState.REVIEW:
            detail = "这一版还没有人审核通过。"
        raise Refused("edition_state", detail, state=edition.state)
    edition = _found(edition_id)
    _tell(told, edition, actor)
    return edition


def _found(edition_id: UUID) -> Edition:
    edition = Edition.objects.filter(pk=edition_id).first()
    if edition is None:
        raise Absent("edition_absent")
    return edition


def _may_configure(actor: Actor) -> None:
    if not (actor.is_system or actor.has("configurator")):
        raise Forbidden("not_configurator", "编写和发布版本需要配置员身份。")


def _tell(step: str, edition: Edition, actor: Actor) -> None:
    reference.changed("editions")
    refs = {"edition": str(edition.id), "kind": edition.kind, "key": edition.key, "number": str(edition.number)}
    ledger.record(f"edition.{step}", actor.ref, refs, payload={"digest": edition.digest})
    payload = {"edition_id": str(edition.id), "kind": edition.kind, "key": edition.key, "number": edition.number}
    outbox.emit(f"edition.{step}", f"edition:{edition.kind}/{edition.key}", payload)
