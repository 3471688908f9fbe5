"""After the fact: what is served by the gateway is provided at once, and whoever handles a request is told of each step."""

from __future__ import annotations

from xiang.foundation.cases import operations as cases
from xiang.foundation.ground.errors import Refused
from xiang.foundation.notices import operations as notices
from xiang.foundation.outbox.subscriptions import Event
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.sharing import names, offices, recipients
from xiang.hub.sharing.models import HolderNotice, Mode, ShareRequest

_GRANTED = ("approve", "authorise")
_WORDS = {
    "forward": "总枢纽已核查，送{provider}审核。",
    "approve": "{provider}同意共享。",
    "authorise": "总枢纽已同意共享。",
    "reject": "{provider}不同意共享：{reason}",
    "send_back": "总枢纽退回修改，请看退回的理由，改好再送。",
    "prolong": "{provider}延期答复，新的期限见申请页。",
    "deliver": "数据已经提供，请核对后确认收到。",
    "recall": "{provider}收回了这份共享，现在起不能再用：{reason}",
    "revoked": "{provider}收回了这份共享，现在起不能再用：{reason}",
    "expired": "这份共享的期限已满，现在起不能再用。还需要的，请另行申请。",
}


def provide(event: Event) -> None:
    """A request for the interface of a mounted resource needs nobody to provide it: the gateway has the plan."""
    if event.payload["step"] not in _GRANTED:
        return
    request = _load(event)
    if request.mode != Mode.API or request.state != ShareRequest.State.PROVISIONING or request.resource is None:
        return
    try:
        cases.perform(request.pk, "deliver", SYSTEM, {"where": f"网关接口 {request.resource.key}"})
    except Refused as refused:
        if refused.code != "not_now":  # somebody was faster
            raise


def tell(event: Event) -> None:
    """The officer who handed the request in hears what happened to it."""
    request, step = _load(event), event.payload["step"]
    recipient = recipients.party_of(request.handler_ref)
    if recipient is None or step not in _WORDS:
        return
    said = _WORDS[step].format(provider=names.body_name(request.provider), reason=request.ended_reason)
    notices.notify(
        recipient,
        f"share.{step}",
        f"共享申请 {request.number}",
        f"{request.entry.title}：{said}",
        link=f"/hub/requests/{request.number}/",
        case_number=request.number,
        once=f"share:{event.id}",
    )


def tell_holder(event: Event) -> None:
    """The stewards of a body that received a wrong value hear that it was corrected at its source."""
    told = HolderNotice.objects.select_related("dispute__resource").get(pk=event.payload["notice_id"])
    unit = parties.units_of(told.body_key, kind=offices.KIND).first()
    for staff in parties.staff_of(unit, "steward") if unit else []:
        notices.notify(
            staff.party_id,
            "share.correction",
            "共享数据有一条改正",
            f"{told.dispute.resource.title}有一条记录已经在数源改正，请改正本机关留存的，并确认。",
            link="/hub/to-do/",
            once=f"correction:{told.pk}:{staff.pk}",
        )


def _load(event: Event) -> ShareRequest:
    rows = ShareRequest.objects.select_related("entry", "resource")
    return rows.get(pk=event.payload["request_id"])
