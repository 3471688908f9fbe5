"""Telling people, and what they and the law decide about being told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.notices import queries, wording
from xiang.foundation.notices.measures import count_sending
from xiang.foundation.notices.models import (
    ALWAYS,
    Category,
    Channel,
    Notice,
    NoticeTemplate,
    Outcome,
    Quiet,
    Sending,
    Suppression,
)
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor

SEND = "notices.send"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a notice says, and through which channels beside the application."""

    category: str
    title: str
    body: str
    sms: str = ""
    channels: tuple[str, ...] = ()
    important: bool = False


@transaction.atomic
def notify(
    recipient_id: UUID,
    kind: str,
    title: str = "",
    body: str = "",
    *,
    params: Mapping[str, object] | None = None,
    category: str = Category.PROGRESS,
    channels: Sequence[str] = (),
    important: bool = False,
    sender: str = "",
    link: str = "",
    case_number: str = "",
    about: str = "",
    once: str = "",
) -> Notice | None:
    """Tell one party something; the notice, or ``None`` when it must not be said or was said already.

    1. Take the profile's template of this kind; what is given here is the wording of a kind that has none.
    2. Say nothing if it is suppressed for this party or this matter.
    3. Write the notice; for each channel that the party has not silenced write a sending, and queue it.
    """
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError("a notice links to a page of this site")
    words = _wording(kind, params or {}) or Wording(category, title, body, "", tuple(channels), important)
    if not words.title:
        raise ValueError(f"no template of the profile and no title given for the notice {kind}")
    if queries.is_suppressed(recipient_id, kind, words.category, about):
        return None
    notice = Notice(
        recipient_id=recipient_id,
        kind=kind,
        category=words.category,
        title=words.title,
        body=words.body,
        sender=sender,
        link=link,
        case_number=case_number,
        about=about,
        once=once,
        important=words.important,
        created_at=instant.now(),
    )
    if not _insert(notice):
        return None
    quiet = queries.quiet_channels(recipient_id, words.category)
    for channel in dict.fromkeys(words.channels):
        if channel not in quiet:
            text = (channel == Channel.SMS and words.sms) or words.body or words.title
            sending = Sending.objects.create(notice=notice, channel=Channel(channel), text=text)
            # No key: messages need no order, and one that is stuck must not hold up the next.
            outbox.emit(SEND, "", {"sending_id": sending.id})
    return notice


def _insert(notice: Notice) -> bool:
    if not notice.once:
        notice.save(force_insert=True)
        return True
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        if Notice.objects.filter(recipient_id=notice.recipient_id, once=notice.once).exists():
            return False
        raise
    return True


def _wording(kind: str, params: Mapping[str, object]) -> Wording | None:
    template = NoticeTemplate.objects.filter(kind=kind).first()
    if template is None:
        return None
    return Wording(
        template.category,
        wording.fill(template.title, params),
        wording.fill(template.body, params),
        wording.fill(template.sms, params),
        tuple(template.channels),
        template.important,
    )


@transaction.atomic
def put_template(
    kind: str,
    *,
    category: str,
    title: str,
    body: str = "",
    sms: str = "",
    channels: Iterable[str] = (),
    important: bool = False,
) -> NoticeTemplate:
    """Set how a kind of notice reads. Called by the profile's loader."""
    channels = list(channels)
    values: dict[str, Any] = {"category": category, "title": title, "body": body, "sms": sms, "channels": channels}
    if errors := list(template_errors(kind, **values)):
        raise Invalid(errors)
    values |= {"important": important, "updated_at": instant.now()}
    template, _ = NoticeTemplate.objects.update_or_create(kind=kind, defaults=values)
    return template


def template_errors(
    kind: str, *, category: str, title: str, body: str, sms: str, channels: Iterable[str]
) -> Iterable[FieldError]:
    """What is wrong with a template, each with the field it is in."""
    if category not in Category.values:
        yield FieldError("/category", "category_unknown", f"类别要是其中之一：{'、'.join(Category.values)}。")
    if not title.strip():
        yield FieldError("/title", "title_missing", "要有标题。")
    for name, text in (("title", title), ("body", body), ("sms", sms)):
        if wording.broken(text):
            yield FieldError(f"/{name}", "braces", "花括号里只能是小写英文字母和下划线，如 {item}。")
    for channel in channels:
        if channel not in Channel.values:
            yield FieldError("/channels", "channel_unknown", f"渠道要是其中之一：{'、'.join(Channel.values)}。")


@transaction.atomic
def drop_template(kind: str) -> None:
    """Remove a template that the profile no longer has."""
    NoticeTemplate.objects.filter(kind=kind).delete()


@transaction.atomic
def mark_read(actor: Actor, notice_id: UUID) -> Notice:
    """Mark one's own notice read; reading it twice changes nothing."""
    own = queries.visible_to(actor).filter(pk=notice_id)
    own.filter(read_at=None).update(read_at=instant.now())
    notice = own.first()
    if notice is None:
        raise Absent
    return notice


@transaction.atomic
def mark_all_read(actor: Actor) -> int:
    """Mark everything read that one has been told so far; how many there were."""
    return queries.visible_to(actor).filter(read_at=None).update(read_at=instant.now())


@transaction.atomic
def quiet(actor: Actor, category: str, channel: str, on: bool = True) -> None:
    """Silence (or hear again) a category through a channel. The list in the application stays complete."""
    if category in ALWAYS:
        raise Refused("always_told", "决定、文书和账号安全的通知不能关闭：它们关系到您的权利。")
    if actor.subject_id is None or category not in Category.values or channel not in Channel.values:
        raise Absent
    if on:
        Quiet.objects.get_or_create(
            party_id=actor.subject_id, category=category, channel=channel, defaults={"since": instant.now()}
        )
    else:
        Quiet.objects.filter(party_id=actor.subject_id, category=category, channel=channel).delete()


@transaction.atomic
def suppress(what: Iterable[str], reason: str, *, party_id: UUID | None = None, about: str = "") -> None:
    """Say these categories or kinds no more, to a party or about a matter. What is queued is stopped too.

    After a death: ``suppress(queries.BEREAVED, "death", about=case_key)``.
    """
    whom = _whom(party_id, about)
    for word in what:
        if word in ALWAYS:
            raise Refused("always_told", "决定、文书和账号安全的通知不能停发。")
        Suppression.objects.get_or_create(
            **whom, what=word, lifted_at=None, defaults={"reason": reason, "since": instant.now()}
        )


@transaction.atomic
def lift(what: Iterable[str], *, party_id: UUID | None = None, about: str = "") -> int:
    """End a suppression; how many were in force."""
    rows = Suppression.objects.filter(**_whom(party_id, about), what__in=list(what), lifted_at=None)
    return rows.update(lifted_at=instant.now())


def _whom(party_id: UUID | None, about: str) -> dict[str, Any]:
    if (party_id is None) == (not about):
        raise ValueError("for a party or for a matter, and not for both")
    return {"party_id": party_id, "about": about} if party_id else {"party": None, "about": about}


def settle(sending_id: UUID, outcome: str, *, vendor: str = "", receipt: str = "", reason: str = "") -> None:
    """Record what became of a sending; only the first outcome counts. Called within the outbox's transaction."""
    changed = Sending.objects.filter(pk=sending_id, outcome=Outcome.QUEUED).update(
        outcome=outcome, vendor=vendor, receipt=receipt, reason=reason, text="", settled_at=instant.now()
    )
    if changed and outcome != Outcome.SKIPPED:
        channel = Sending.objects.values_list("channel", flat=True).get(pk=sending_id)
        count_sending(channel, sent=outcome == Outcome.SENT)
