"""Performing a transition: the one way in which anybody moves a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases import procedures, rights
from xiang.foundation.cases.clocks import extension_of
from xiang.foundation.cases.documents import applicants
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.operations.moving import advance, for_update, locked
from xiang.foundation.cases.operations.settling import settle_locked
from xiang.foundation.cases.operations.timers import in_force
from xiang.foundation.cases.procedures import Clock, Procedure, Transition
from xiang.foundation.cases.rights import may_see, who_may
from xiang.foundation.ground import instant, reference
from xiang.foundation.ground.compiled import Question, together
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.parties.actors import Actor

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError


def perform(
    case_id: UUID,
    transition_name: str,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> Case:
    """Walk one edge of the case's procedure.

    1. Lock. 2. Settle overdue timers. 3. Find the edge from the present state. 4. Check the right. 5. Check what was
    given. 6. Move: event, clock, document, ledger, outbox. All in one transaction.

    Raises ``Absent`` (not visible), ``Forbidden`` (``not_your_step``, ``same_person``, ``recused``), ``Refused``
    (``not_now``, ``changed_meanwhile``, ``claimed_by_other``), ``Invalid`` (the edge's form).
    """
    with transaction.atomic(), together(*_asked(case_id, actor)):
        case = locked(case_id)
        if not may_see(actor, case):
            raise Absent
        settle_locked(case)
        if expected_version is not None and case.version != expected_version:
            raise Refused("changed_meanwhile", "这件事刚刚有人办过，页面上的内容已不是最新，请刷新后再办。")
        procedure = procedures.get(case.procedure, case.procedure_version)
        edge = procedure.transition(transition_name, case.state)
        if edge is None:
            state = procedure.state(case.state).title
            raise Refused("not_now", f"现在是“{state}”，这一步办不了。请刷新页面，看看可以办哪几步。")
        _check_right(case, edge, actor)
        advance(case, procedure, edge, actor, checked(case, procedure, edge, data or {}), instant.today())
        return case


def _asked(case_id: UUID, actor: Actor) -> list[Question]:
    """What a step by an officer will ask of the database, the lock first."""
    past = rights.past_asked(case_id, actor)
    return [(for_update, (case_id,)), (in_force, (case_id,)), *past, (applicants, (case_id,)), *reference.asked()]


def _check_right(case: Case, edge: Transition, actor: Actor) -> None:
    refusal = who_may(case, edge, actor)
    if refusal is not None:
        raise Forbidden(refusal.code, refusal.detail)
    if case.assignee_id and actor.staff_id and case.assignee_id != actor.staff_id:
        raise Refused("claimed_by_other", "这件事已由同事签收。请先请他转交，或由负责人改派。")


def checked(case: Case, procedure: Procedure, edge: Transition, data: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, checked against the form of the edge, with what the clock needs filled in from law. A preview
    asks it too: it changes nothing."""
    if edge.asks is not None:
        errors = [
            FieldError("/" + "/".join(str(p) for p in e.absolute_path), str(e.validator), _sentence(e))
            for e in _validator(edge.asks).iter_errors(dict(data))
        ]
        if errors:
            raise Invalid(errors)
    given = dict(data) if edge.asks is not None else {k: data[k] for k in ("opinion",) if k in data}
    if edge.clock is Clock.STOP:
        given.setdefault("reason", edge.stop_reason)
        title = procedure.stop_reasons.get(given.get("reason", ""))
        allowed = case.facts.get("stop_reasons")
        if title is None or (allowed is not None and given["reason"] not in allowed):
            raise Invalid([FieldError("/reason", "not_a_legal_reason", "停钟只能因法定事由，请从列出的事由中选一项。")])
        given["reason_title"] = title
    if edge.clock is Clock.EXTEND:
        limit = extension_of(case)
        if limit is None:
            raise Refused("no_extension", "这件事的办理依据没有规定延期，只能在承诺时限内办结。")
        if case.spans.filter(kind="extend").exists():
            raise Refused("extended_already", "已经延期过一次，不能再延。")
        given["limit"] = str(limit)
    return given


# Forms of edges are constants of the procedures: their validators are made once. Kept with the form, whose id it is.
_validators: dict[int, tuple[Mapping[str, Any], Draft202012Validator]] = {}


def _validator(asks: Mapping[str, Any]) -> Draft202012Validator:
    kept = _validators.get(id(asks))
    if kept is None or kept[0] is not asks:
        from jsonschema import Draft202012Validator  # a tenth of a second that a process without a step never needs

        kept = _validators[id(asks)] = (asks, Draft202012Validator(asks))
    return kept[1]


def _sentence(error: ValidationError) -> str:
    title = error.schema.get("title", "") if isinstance(error.schema, dict) else ""
    if error.validator == "required":
        missing = error.message.split("'")[1]
        asked = (error.schema.get("properties") or {}).get(missing, {}) if isinstance(error.schema, dict) else {}
        return f"请填写{asked.get('title', missing)}。"
    if error.validator in ("minLength", "minItems"):
        return f"请填写{title}。"
    return f"{title or '这一项'}填得不对，请对照说明再看一遍。"
