"""Requests, drafts, agreements, grants and channels, for stewards and auditors."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.sharing.models import Agreement, Channel, Grant, Scenario, ShareDraft, ShareRequest


def requests_for(actor: Actor) -> QuerySet[ShareRequest]:
    """The hub and auditors see every request; a steward those that the own body handed in, or is to answer."""
    rows = ShareRequest.objects.select_related("entry", "resource", "scenario", "renews")
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    if not actor.has("steward"):
        return rows.none()
    return rows.filter(Q(requester=actor.body_key) | Q(provider=actor.body_key))


def request_for(actor: Actor, number: str) -> ShareRequest:
    """One request; ``Absent`` where it is not the actor's to see."""
    found = requests_for(actor).filter(number=number).first()
    if found is None:
        raise Absent("request_absent", "没有这份共享申请，或者它与您的机关无关。")
    return found


def drafts(actor: Actor) -> QuerySet[ShareDraft]:
    """What the own body is writing, the latest first."""
    if not actor.has("steward"):
        return ShareDraft.objects.none()
    return ShareDraft.objects.filter(body_key=actor.body_key, handed_in_at=None).order_by("-saved_at")


def draft_for(actor: Actor, draft_id: UUID) -> ShareDraft:
    """One draft of the own body, handed in or not."""
    found = ShareDraft.objects.filter(pk=draft_id, body_key=actor.body_key).first()
    if found is None or not actor.has("steward"):
        raise Absent("draft_absent", "没有这份草稿，或者它不是您机关的。")
    return found


def agreement_of(actor: Actor, number: str) -> Agreement:
    """The agreement in force of a request, or the last one that was."""
    found = Agreement.objects.filter(grant__request=request_for(actor, number)).order_by("-version").first()
    if found is None:
        raise Absent("agreement_absent", "这份申请还没有同意，没有协议。")
    return found


def grants_for(actor: Actor) -> QuerySet[Grant]:
    """The hub sees all grants; a steward those to the own body or line of work, and those on the own data."""
    rows = Grant.objects.select_related("resource__system", "request").order_by("-id")
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    if not actor.has("steward"):
        return rows.none()
    line = f"*.{actor.body_key.partition('.')[2]}"
    return rows.filter(Q(requester__in=(actor.body_key, line)) | Q(resource__system__body_key=actor.body_key))


def channels(actor: Actor) -> QuerySet[Channel]:
    """The hub and auditors see every channel; a steward those that end in a system of the own body."""
    rows = Channel.objects.select_related("source", "target", "replaced_by")
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    if not actor.has("steward"):
        return rows.none()
    return rows.filter(Q(source__body_key=actor.body_key) | Q(target__body_key=actor.body_key))


def offered(actor: Actor, scenario: Scenario | None, text: str = "", size: int = 50) -> Sequence[CatalogueEntry]:
    """Entries that the actor's body may ask for: those that the scenario needs first, or those whose title fits."""
    rows = inventory.visible_to(actor).filter(retired=False).exclude(share=CatalogueEntry.Share.NOT_SHARED)
    rows = rows.exclude(body_key=actor.body_key)
    if text:
        rows = rows.filter(title__icontains=text)
    elif scenario is not None:
        rows = rows.filter(key__in=scenario.needs.values("entry_key"))
    return list(rows.order_by("title")[:size])
