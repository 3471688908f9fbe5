"""Writing an application, handing it in, and what the requester does with it afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases import operations as cases
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.identity import significant
from xiang.foundation.parties.models import Body
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.queries import RuleRow
from xiang.hub.sharing import asking, names, offices, procedure
from xiang.hub.sharing.models import ShareDraft, ShareRequest

LARGEST = 100_000
CHECK, UNCONDITIONAL = "hub.share.check", "hub.share.reply.unconditional"
CONDITIONAL, EXTENSION, DELIVER = "hub.share.reply.conditional", "hub.share.reply.extension", "hub.share.deliver"


def need_requester(actor: Actor, body_key: str) -> None:
    """A data steward of the body that asks."""
    if not (actor.has("steward") and actor.body_key == body_key):
        raise Forbidden("not_requester", "由申请机关的数据管理岗来办。")


def save_draft(content: Mapping[str, Any], actor: Actor, draft_id: UUID | None = None) -> ShareDraft:
    """Keep what was written so far, complete or not. ``content`` replaces what was kept."""
    need_requester(actor, actor.body_key)
    if len(json.dumps(content, ensure_ascii=False)) > LARGEST:
        raise Invalid([FieldError("", "draft_large", "草稿太长了：请分成几份申请。")])
    with transaction.atomic():
        if draft_id is None:
            return ShareDraft.objects.create(
                body_key=actor.body_key, author_ref=actor.ref, content=dict(content), saved_at=instant.now()
            )
        open_one = ShareDraft.objects.filter(pk=draft_id, body_key=actor.body_key, handed_in_at=None)
        if not open_one.update(content=dict(content), saved_at=instant.now()):
            raise _not_open(draft_id, actor)
        return ShareDraft.objects.get(pk=draft_id)


def _not_open(draft_id: UUID, actor: Actor) -> Absent | Refused:
    if ShareDraft.objects.filter(pk=draft_id, body_key=actor.body_key).exists():
        return Refused("handed_in", "这份草稿已经提交，不能再改。要改的，等退回后在申请页上改。")
    return Absent("draft_absent", "没有这份草稿，或者它不是您机关的。")


def hand_in(draft_id: UUID, actor: Actor) -> list[ShareRequest]:
    """A request for each entry of the draft, each with its own case and clock. Handing in twice finds the first.

    ``Invalid`` says all that is missing; the draft stays as it was.
    """
    with transaction.atomic():
        draft = ShareDraft.objects.select_for_update().filter(pk=draft_id, body_key=actor.body_key).first()
        if draft is None:
            raise Absent("draft_absent", "没有这份草稿，或者它不是您机关的。")
        need_requester(actor, draft.body_key)
        if not ShareDraft.objects.filter(pk=draft_id, handed_in_at=None).update(handed_in_at=instant.now()):
            return list(draft.requests.order_by("id"))
        body = parties.body(draft.body_key)
        asked = asking.checked(draft.content, body, actor)
        return [_open(draft, part, asked.values, body, actor) for part in asked.parts]


def _open(draft: ShareDraft, part: asking.Part, values: Mapping[str, Any], body: Body, actor: Actor) -> ShareRequest:
    request_id, entry = new_id(), part.entry
    provider = parties.body(entry.body_key)
    region = significant(provider.division.code) if provider.division else statutes.HOME
    case = cases.open_case(
        cases.Opening(
            id=request_id,
            procedure=procedure.KEY,
            item_key="hub.sharing",
            item_title=procedure.SHARING.title,
            title=f"{names.body_name(body.key)}申请共享“{entry.title}”"[:200],
            channel="web",
            applicant=body.party,
            unit=offices.hub_office(),
            rules=limits_of(entry.share == entry.Share.UNCONDITIONAL, region),
            parties=(cases.PartyRole("applicant", body.party, {"name": body.name}),),
        ),
        actor,
    )
    return ShareRequest.objects.create(
        id=request_id,
        number=case.number,
        draft=draft,
        requester=body.key,
        requester_uscc=body.uscc,
        handler_ref=actor.ref,
        handler_name=actor.name,
        provider=entry.body_key,
        entry=entry,
        entry_version=entry.version,
        resource=part.resource,
        items=list(part.items),
        rows=[dict(one) for one in part.rows],
        handed_in_at=instant.now(),
        **values,
    )


def limits_of(unconditional: bool, region: str, on: date | None = None) -> dict[str, RuleRow]:
    """The limits of a request by slot, as in force today: the hub's check, the answer, its extension, the delivery."""
    day = on or instant.today()
    if unconditional:
        return {
            slot: statutes.limit(key, day, region) for slot, key in (("accept", UNCONDITIONAL), ("deliver", DELIVER))
        }
    keys = {"accept": CHECK, "promised": CONDITIONAL, "extension": EXTENSION, "deliver": DELIVER}
    return {slot: statutes.limit(key, day, region) for slot, key in keys.items()}


def act_as_requester(request: ShareRequest, step: str, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
    """``take_back`` or ``confirm``. The applicant of the case is the body; its steward acts for it, also while an
    officer of the other side has the case in hand."""
    need_requester(actor, request.requester)
    for_body = replace(actor, staff_id=None, behalf_id=parties.body(request.requester).party_id)
    cases.perform(request.pk, step, for_body, data)


def resubmit(request: ShareRequest, content: Mapping[str, Any], actor: Actor, opinion: str = "") -> None:
    """A returned request with what was changed: the same entry, everything else as ``content`` says."""
    need_requester(actor, request.requester)
    body = parties.body(request.requester)
    (said,) = content.get("entries") or [{}]
    asked = asking.checked({**content, "entries": [{**said, "entry": request.entry.key}]}, body, actor)
    (part,) = asked.parts
    with transaction.atomic():
        kept = {**asked.values, "items": list(part.items), "rows": [dict(one) for one in part.rows]}
        changed = ShareRequest.objects.filter(pk=request.pk, state=ShareRequest.State.RETURNED).update(
            **kept, resource=part.resource, handler_ref=actor.ref, handler_name=actor.name
        )
        if not changed:
            raise Refused("not_returned", "这份申请没有退回，不能改。")
        ShareDraft.objects.filter(pk=request.draft_id).update(saved_at=instant.now())
        ledger.record("hub.share.changed", actor.ref, {"request": request.number}, case_id=request.pk)
        act_as_requester(request, "resubmit", actor, {"opinion": opinion} if opinion else {})


def content_of(request: ShareRequest) -> dict[str, Any]:
    """A request as a draft says it: for changing what was returned, and for renewing."""
    return {
        "kind": request.kind,
        "scenario": request.scenario.key if request.scenario else "",
        "entries": [
            {
                "entry": request.entry.key,
                "resource": request.resource.key if request.resource else "",
                "items": request.items,
                "rows": request.rows,
            }
        ],
        **{name: getattr(request, name) for name in ("purpose", "business_item", "law", "article", "mode")},
        **{name: getattr(request, name) for name in ("environment", "frequency", "quota", "receiving_system")},
        "protection": request.protection,
        "valid_from": request.valid_from.isoformat(),
        "valid_to": request.valid_to.isoformat(),
        "commitment": False,
    }


def renew(request: ShareRequest, actor: Actor) -> ShareDraft:
    """A draft that goes on where a request ends, filled in but for the new period and the commitment."""
    need_requester(actor, request.requester)
    if request.state != ShareRequest.State.IN_USE:
        raise Refused("not_in_use", "只有使用中的共享可以续期；已经结束的，请另行申请。")
    content = {**content_of(request), "renews": request.number, "valid_from": "", "valid_to": ""}
    return save_draft(content, actor)
