"""The agreement of a grant: what was approved as an ODRL policy, its enforcement plan, both written together.

A filter that cannot be enforced is refused here, before anybody signs what would not be kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Max

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.hub.policies import exchange, plans
from xiang.hub.policies.canonical import digest
from xiang.hub.policies.compiling import compile_policy
from xiang.hub.policies.model import Action, Asset, Constraint, Duty, Permission, Policy, Prohibition, Value
from xiang.hub.policies.plans import Plan
from xiang.hub.policies.vocabulary import COLUMN_PREFIX
from xiang.hub.sharing.models import Agreement, Grant, Mode, ShareRequest

_ACTIONS = {
    Mode.API: ("read", "xp:query", "xp:batch"),
    Mode.TABLE: ("reproduce", "synchronize"),
    Mode.FILE: ("reproduce",),
}


def policy_of(request: ShareRequest) -> Policy:
    """What approving the request would let the requester do: read these items of these rows, for this purpose, in this
    period; never pass it on. ``Refused('not_mounted')`` when there is nothing to read yet."""
    if request.resource is None:
        raise Refused("not_mounted", f"目录“{request.entry.title}”还没有挂接数据资源：请先在一本账里挂接，再同意。")
    who, target = (request.requester,), request.resource.key
    part = Asset(target, frozenset(request.items), tuple(_row(one) for one in request.rows))
    names = _ACTIONS[Mode(request.mode)]
    actions = (*names, "xp:returnFlow") if request.kind == ShareRequest.Kind.RETURN_FLOW else names
    return Policy(
        uid=key_of(request),
        permissions=(
            Permission(
                uid=f"{key_of(request)}.use",
                actions=tuple(Action(name) for name in actions),
                target=part,
                assigners=(request.provider,),
                assignees=who,
                constraints=tuple(_terms(request)),
            ),
        ),
        prohibitions=(
            # Whoever else needs it asks the source: received data is not given on.
            Prohibition(
                uid=f"{key_of(request)}.onward",
                actions=(Action("distribute"), Action("grantUse")),
                target=Asset(target),
                assigners=(request.provider,),
                assignees=who,
            ),
        ),
        obligations=(Duty(f"{key_of(request)}.delete", Action("delete"), Asset(target), who),),
        conflict="prohibit",
        title=request.business_item,  # what the person reads as the purpose, whoever looked their data up
        description=request.entry.conditions,
        basis=(f"《{request.law}》{request.article}",),
        issued=instant.now(),
    )


def _terms(request: ShareRequest) -> list[Constraint]:
    terms = [
        Constraint("purpose", "eq", (request.purpose,)),
        Constraint("xp:environment", "eq", (request.environment,)),
        Constraint("dateTime", "gteq", (request.valid_from,)),
        Constraint("dateTime", "lteq", (request.valid_to,)),
    ]
    return [*terms, Constraint("count", "lteq", (request.quota,))] if request.quota else terms


def _row(one: dict[str, Any]) -> Constraint:
    return Constraint(COLUMN_PREFIX + one["field"], one["operator"], tuple(_value(value) for value in one["values"]))


def _value(value: Any) -> Value:
    """A date written as a date is compared as one."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def key_of(request: ShareRequest) -> str:
    """The key of the grant and its agreement."""
    return f"share.{request.number}"


def compiled(request: ShareRequest) -> tuple[Policy, Plan]:
    """The policy with its plan. ``Refused('filter_not_enforceable')`` says what the gateway could not hold to."""
    policy = policy_of(request)
    try:
        return policy, compile_policy(policy, digest(policy))
    except Invalid as wrong:
        told = "；".join(dict.fromkeys(error.detail for error in wrong.errors))
        detail = f"行的条件执行不了：{told}请申请机关改成能执行的条件，再送审。"
        raise Refused("filter_not_enforceable", detail) from wrong


def write_grant(request: ShareRequest) -> Grant:
    """The grant that an approval gives, with the first version of its agreement, in the caller's transaction."""
    policy, plan = compiled(request)
    assert request.resource is not None  # compiled() refuses what is not mounted
    grant = Grant.objects.create(
        key=key_of(request),
        requester=request.requester,
        resource=request.resource,
        fields=request.items,
        purposes=[request.purpose],
        title=request.business_item,
        basis=policy.basis[0],
        items=[request.business_item],
        valid_from=request.valid_from,
        valid_to=request.valid_to,
        request=request,
        mode=request.mode,
        rows=request.rows,
        quota=request.quota,
        environment=request.environment,
    )
    _write(grant, exchange.serialised(policy, "jsonld"), plan)
    return grant


def write_revocation(grant: Grant) -> None:
    """A version of the agreement whose plan is revoked; a grant of the profile has none to revoke."""
    last = grant.agreements.order_by("-version").first()
    if last is not None and not last.revoked:
        _write(grant, last.document, replace(plans.loads(last.plan), revoked=True))


def _write(grant: Grant, document: str, plan: Plan) -> None:
    number = (grant.agreements.aggregate(last=Max("version"))["last"] or 0) + 1
    Agreement.objects.create(
        grant=grant,
        version=number,
        document=document,
        plan=plans.dumps(plan),
        digest=plan.digest,
        revoked=plan.revoked,
        made_at=instant.now(),
    )
    refs = {"grant": grant.key, "version": str(number), "digest": plan.digest}
    ledger.record("hub.agreement.written", "system", refs, case_id=grant.request_id)


def exported(agreement: Agreement, form: str) -> str:
    """The agreement as ``jsonld`` or ``turtle``."""
    if form == "jsonld":
        return agreement.document
    return exchange.serialised(exchange.parse(agreement.document, "jsonld"), form)
