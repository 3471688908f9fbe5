"""A change of the catalogue, from the draft to the published version. Each step is a conditional update.

    draft --sign_office--> signed --sign_head--> submitted --publish--> published (frozen)
      ^  \\--withdraw--> withdrawn  |                |
      \\------ returned <----- send_back -----------/

Four people: whoever wrote it, the body's sharing office, its head, the reviewer of the hub (政务数据共享条例 art. 14 to 16).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.foundation.statutes import clock
from xiang.foundation.statutes import queries as statutes
from xiang.hub.inventory import content, rights
from xiang.hub.inventory.models import OPEN_STATES, CatalogueEntry, Revision, RevisionState
from xiang.hub.inventory.operations import entering, registering
from xiang.hub.inventory.standard import standard

UPDATE, REVIEW = "data.catalogue.update", "data.catalogue.review"
_EDITABLE = (RevisionState.DRAFT, RevisionState.RETURNED)


@transaction.atomic
def draft(given: Mapping[str, Any], actor: Actor, *, reason: str = "", changed_on: date | None = None) -> Revision:
    """Write a new entry or a change of one; writing again changes the open draft. The body's stewards write.

    Raises :class:`Invalid` with every field to be mended. What is not valid is not kept: the page keeps what was typed.
    """
    said = content.check(content.plain(given), standard())
    entry = CatalogueEntry.objects.filter(key=said["key"]).first()
    _may_write(actor, entry, said["body_key"])
    if entry is not None:  # what we filled in stays, unless something else is said
        said |= {name: said[name] or getattr(entry, name) for name in ("code", "provider_code")}
    entering.need_free_sources(said["key"], said["items"])
    kind = Revision.Kind.UPDATE if entry and not entry.retired else Revision.Kind.CREATE
    return _open(kind, said, entry, actor, reason, changed_on)


@transaction.atomic
def draft_revocation(key: str, actor: Actor, reason: str, changed_on: date | None = None) -> Revision:
    """Ask that an entry be revoked (撤销), with the reason."""
    entry = CatalogueEntry.objects.filter(key=key, retired=False).first()
    if entry is None:
        raise Absent("entry_absent", "没有这个目录，或者已经撤销。")
    _may_write(actor, entry, entry.body_key)
    if not reason.strip():
        raise Invalid([FieldError("/reason", "reason_missing", "写明为什么撤销。")])
    return _open(Revision.Kind.REVOKE, content.of_entry(entry), entry, actor, reason, changed_on)


def _may_write(actor: Actor, entry: CatalogueEntry | None, body_key: str) -> None:
    rights.need_steward(actor)
    if entry is not None and entry.body_key != body_key and not rights.is_hub(actor):
        raise Refused("key_taken", f"标识“{entry.key}”已经是别的机关的目录，请换一个标识。")
    if actor.body_key != body_key and not rights.is_hub(actor):
        raise Forbidden("other_body", "目录由提供机关自己编写：提供单位请写您所在的机关。")


def _open(
    kind: str, said: dict[str, Any], entry: CatalogueEntry | None, actor: Actor, reason: str, changed_on: date | None
) -> Revision:
    """Change the open draft of this key, or begin one. A draft that is being signed is not changed under the pen."""
    starts = changed_on or instant.today()
    if starts > instant.today():
        raise Invalid([FieldError("/changed_on", "date_future", "职责或者依据变化的日期不能晚于今天。")])
    rule = statutes.limit(UPDATE, instant.today())
    due = clock.due(starts, rule.limit(), statutes.calendar()).date if kind != Revision.Kind.CREATE else None
    values = {
        "kind": kind, "content": said, "reason": reason.strip()[:400], "author_ref": actor.ref, "note": "",
        "body_key": said["body_key"], "base": entry.version if entry else 0, "changed_on": starts, "update_due": due,
        "limits": [_kept(rule)] if due else [], "state": RevisionState.DRAFT,
    }  # fmt: skip
    known = Revision.objects.filter(key=said["key"], state__in=OPEN_STATES).first()
    if known is None:
        made = _begin(said["key"], entry, values)
    else:
        if known.kind != kind:
            raise Refused("revision_open", f"这个目录有一份{known.get_kind_display()}还没办完，请先办完或者撤回。")
        if not Revision.objects.filter(pk=known.pk, state__in=_EDITABLE).update(**values):
            raise Refused("revision_signing", "这一稿正在签字或者审核，不能改。要改请先退回。")
        made = Revision.objects.get(pk=known.pk)
    _tell("drafted", made, actor)
    return made


def _begin(key: str, entry: CatalogueEntry | None, values: Mapping[str, Any]) -> Revision:
    try:
        with transaction.atomic():
            return Revision.objects.create(key=key, entry=entry, created_at=instant.now(), **values)
    except IntegrityError as taken:
        raise Refused("revision_open", "别人刚开始改这个目录，请刷新再看。") from taken


@transaction.atomic
def withdraw(revision_id: UUID, actor: Actor) -> Revision:
    """Throw a draft away; the ledger keeps that there was one."""
    found = get(revision_id)
    rights.need_steward_of(actor, found.body_key)
    return _step(found, actor, "withdrawn", Q(state__in=_EDITABLE), state=RevisionState.WITHDRAWN)


@transaction.atomic
def sign_office(revision_id: UUID, actor: Actor) -> Revision:
    """The body's sharing office signs (数据共享工作机构), not whoever wrote it."""
    found = get(revision_id)
    rights.need_office_of(actor, found.body_key)
    _not_one_of(actor, found, ("author_ref",))
    content.check(found.content, standard())  # the terms may have changed since it was written
    right = Q(state=RevisionState.DRAFT) & ~Q(author_ref=actor.ref)
    return _step(
        found, actor, "signed", right, state=RevisionState.SIGNED, office_ref=actor.ref, office_at=instant.now()
    )


@transaction.atomic
def sign_head(revision_id: UUID, actor: Actor, *, secrecy_cleared: bool) -> Revision:
    """The head signs and the entry goes to the hub; its secrecy and its effect on personal data were assessed."""
    found = get(revision_id)
    rights.need_head_of(actor, found.body_key)
    _not_one_of(actor, found, ("author_ref", "office_ref"))
    if not secrecy_cleared:
        raise Refused("secrecy_not_cleared", "先完成保密风险和个人信息保护影响评估，在页面上勾选以后再签。")
    rule = statutes.limit(REVIEW, instant.today())
    right = Q(state=RevisionState.SIGNED) & ~Q(author_ref=actor.ref) & ~Q(office_ref=actor.ref)
    values = {
        "head_ref": actor.ref,
        "head_at": instant.now(),
        "review_due": clock.due(instant.today(), rule.limit(), statutes.calendar()).date,
        "limits": [one for one in found.limits if one["key"] != REVIEW] + [_kept(rule)],
    }
    return _step(found, actor, "submitted", right, state=RevisionState.SUBMITTED, **values)


@transaction.atomic
def send_back(revision_id: UUID, actor: Actor, note: str) -> Revision:
    """Return it to whoever wrote it, with what is to be mended: the head before signing, the hub in review."""
    found = get(revision_id)
    if found.state == RevisionState.SUBMITTED:
        rights.need_hub(actor)
    else:
        rights.need_head_of(actor, found.body_key)
    if not note.strip():
        raise Invalid([FieldError("/note", "reason_missing", "写明哪里要改。")])
    signed = {"office_ref": "", "office_at": None, "head_ref": "", "head_at": None, "review_due": None}
    right = Q(state__in=[RevisionState.SIGNED, RevisionState.SUBMITTED])
    return _step(found, actor, "returned", right, state=RevisionState.RETURNED, note=note.strip()[:400], **signed)


@transaction.atomic
def publish(revision_id: UUID, actor: Actor) -> Revision:
    """Review and publish (审核发布): the entry as drafted becomes the next frozen version, or is revoked.

    1. The hub, and nobody who wrote or signed it. 2. Written on the version in force. 3. Win the step. 4. Write the
    entry and freeze it. Nothing is published unless all of it is.
    """
    found = get(revision_id)
    rights.need_hub(actor)
    _not_one_of(actor, found, ("author_ref", "office_ref", "head_ref"))
    entry = CatalogueEntry.objects.filter(key=found.key).first()
    if entry is not None and not entry.retired and entry.version != found.base:
        raise Refused(
            "base_moved", f"这一稿是照第 {found.base} 版改的，现在已是第 {entry.version} 版，请退回重新核对。"
        )
    right = Q(state=RevisionState.SUBMITTED)
    values = {"reviewer_ref": actor.ref, "reviewed_at": instant.now()}
    done = _step(found, actor, "published", right, state=RevisionState.PUBLISHED, **values)
    if found.kind == Revision.Kind.REVOKE:
        if entry is not None:
            registering.close_entry(entry, actor.ref, found.reason)
        return done
    said = content.check(found.content, standard())
    written = entering.freeze(entering.write(said), said, found.author_ref, actor.ref)
    Revision.objects.filter(pk=found.pk).update(entry=written, version=written.version)
    done.entry, done.version = written, written.version
    return done


def get(revision_id: UUID) -> Revision:
    """A change by its id, for a step of it."""
    found = Revision.objects.filter(pk=revision_id).first()
    if found is None:
        raise Absent("revision_absent", "没有这份目录变更，或者不归您办。")
    return found


def _not_one_of(actor: Actor, found: Revision, names: tuple[str, ...]) -> None:
    if actor.ref in {getattr(found, name) for name in names}:
        raise Forbidden("own_revision", "这一稿是您写的或者签过的，请另一位同事来办。")


def _step(found: Revision, actor: Actor, told: str, right: Q, **values: Any) -> Revision:
    if not Revision.objects.filter(right, pk=found.pk).update(**values):
        now = get(found.pk)
        detail = f"这一稿现在是“{now.get_state_display()}”，不能这样做。请刷新后再看。"
        raise Refused("revision_state", detail, state=now.state)
    done = get(found.pk)
    _tell(told, done, actor)
    return done


def _kept(rule: statutes.RuleRow) -> dict[str, Any]:
    return {
        "key": rule.key, "id": rule.id, "title": rule.title, "value": rule.value, "unit": rule.unit,
        "citation": rule.citation, "confirmed": rule.confirmed,
    }  # fmt: skip


def _tell(step: str, found: Revision, actor: Actor) -> None:
    refs = {"revision": str(found.id), "entry": found.key, "kind": found.kind}
    ledger.record(f"hub.catalogue.{step}", actor.ref, refs, payload={"note": found.note, "reason": found.reason})
    outbox.emit(f"catalogue.{step}", f"catalogue:{found.key}", {"revision_id": str(found.id), "key": found.key})


def take_step(revision_id: UUID, step: str, actor: Actor, note: str = "", secrecy_cleared: bool = False) -> Revision:
    """The step of that name, as a page's button or a program asks for it."""
    match step:
        case "sign_office":
            return sign_office(revision_id, actor)
        case "sign_head":
            return sign_head(revision_id, actor, secrecy_cleared=secrecy_cleared)
        case "publish":
            return publish(revision_id, actor)
        case "send_back":
            return send_back(revision_id, actor, note)
        case "withdraw":
            return withdraw(revision_id, actor)
    raise Refused("step_unknown", "没有这个操作，请刷新页面再试。")
