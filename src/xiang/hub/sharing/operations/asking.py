"""The ways to ask: one resource with exceptions, its rows, or many at once with answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from xiang.foundation.forms.sources import Fetched, Subject
from xiang.foundation.ground.errors import Forbidden, Unavailable
from xiang.foundation.parties.actors import Actor
from xiang.hub.sharing import names, wording
from xiang.hub.sharing.enforcement import REASONS
from xiang.hub.sharing.operations.fetching import DEADLINE, Answer, Purpose, Question, ask


def fetch(
    resource_key: str,
    subject: Subject,
    fields: Iterable[str],
    *,
    purpose: str,
    actor: Actor,
    body_key: str,
    case_id: UUID | None,
    case_number: str = "",
    item_key: str | Sequence[str] = (),
    basis: str = "",
    deadline: timedelta = DEADLINE,
) -> Fetched:
    """The newest row's values; ``Forbidden`` without a right to them, ``Unavailable`` while the system is down."""
    why = _purpose(purpose, actor, body_key, case_id, case_number, item_key, basis)
    answer = _ask_one(Question(resource_key, subject, tuple(fields)), why, deadline)
    return wording.fetched(answer)


def fetch_rows(
    resource_key: str,
    subject: Subject,
    fields: Iterable[str],
    *,
    purpose: str,
    actor: Actor,
    body_key: str,
    case_id: UUID | None,
    case_number: str = "",
    item_key: str | Sequence[str] = (),
    basis: str = "",
    deadline: timedelta = DEADLINE,
) -> Sequence[Mapping[str, Any]]:
    """All rows, newest first: the children of one delivery, the flats of one owner. Same rights, same ledger."""
    why = _purpose(purpose, actor, body_key, case_id, case_number, item_key, basis)
    return _ask_one(Question(resource_key, subject, tuple(fields)), why, deadline).rows


def fetch_many(questions: Sequence[Question], why: Purpose, *, deadline: timedelta = DEADLINE) -> list[Fetched]:
    """Every answer in order, the systems asked side by side. An outage or a refusal is an answer."""
    return [wording.fetched(answer) for answer in ask(questions, why, deadline)]


def _purpose(
    purpose: str,
    actor: Actor,
    body_key: str,
    case_id: UUID | None,
    case_number: str,
    item_key: str | Sequence[str],
    basis: str,
) -> Purpose:
    items = frozenset([item_key] if isinstance(item_key, str) else item_key)
    return Purpose(purpose, actor, body_key, items, case_id, case_number, basis)


def _ask_one(question: Question, why: Purpose, deadline: timedelta) -> Answer:
    (answer,) = ask([question], why, deadline)
    if answer.refused:
        raise Forbidden(answer.refused, f"没有给出任何数据：{REASONS[answer.refused]}。这次查询已经记入账本。")
    if answer.outage_since and answer.resource:
        raise Unavailable(
            "source_down",
            f"{names.outage(answer.resource.system, answer.outage_since)}可以先自己填，恢复后由我们核对。",
            system=answer.resource.system.key,
            since=answer.outage_since.isoformat(),
        )
    return answer
