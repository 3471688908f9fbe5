"""``/config/editions/``: what is written, what waits for review, what is in force; and what one edition changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from xiang.foundation.ground import instant, paging
from xiang.foundation.ground.errors import Absent, DomainError, FieldError, Invalid
from xiang.foundation.pages.components import (
    ActionView,
    CounterView,
    FieldView,
    FilterView,
    Kind,
    PagingView,
    StatusView,
)
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.publishing import operations, queries
from xiang.foundation.publishing.differences import differences
from xiang.foundation.publishing.models import Edition, EditionState
from xiang.foundation.publishing.profile import sections

PAGE = 50
_SHOWN: dict[str, tuple[Kind, str, str]] = {
    "review": ("you", "待审核", "eye-check"),
    "draft": ("wait", "草稿", "pencil"),
    "published": ("run", "使用中", "check"),
    "suspended": ("stop", "已暂停", "player-pause"),
    "retired": ("done", "已退役", "archive"),
}
_DONE = {
    "submit": "已提交，等另一位配置员审核。",
    "approve": "已通过，可以发布了。",
    "return": "已退回草稿。",
    "publish": "已发布。正在办的事仍按原来的版本。",
    "suspend": "已暂停使用。",
    "resume": "已恢复使用。",
    "retire": "已退役。正在办的事仍按这一版办完。",
    "withdraw": "草稿已丢弃。",
}
_NEED_REASON = ("return", "suspend", "retire")


def is_configurator(request: HttpRequest) -> bool:
    return actor_of(request).has("configurator")


def waiting(request: HttpRequest) -> int:
    """Editions that this person could approve: the figure beside the navigation item."""
    return _to_review(actor_of(request)).count()


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    actor = _configurator(request)
    chosen = {name: request.GET.get(name, "") for name in ("state", "kind")}
    rows = queries.visible_to(actor)
    if chosen["kind"]:
        rows = rows.filter(kind=chosen["kind"])
    counters = _counters(rows, chosen)
    if chosen["state"] in _SHOWN:
        rows = rows.filter(state=chosen["state"])
    titles = _titles()
    found = paging.page(rows, ("-created_at", "-id"), request.GET.get("cursor"), PAGE)
    following = "?" + urlencode({**chosen, "cursor": found.next}) if found.next else ""
    context = {
        "nav": "editions",
        "rows": [(row, status_of(row), titles.get(row.kind, row.kind)) for row in found.rows],
        "counters": counters,
        "filters": _filters(chosen),
        "conflicts": queries.conflicts()[:20],
        "paging": PagingView(following, "?" + urlencode(chosen) if request.GET.get("cursor") else ""),
    }
    return page(request, "publishing/editions.html", context)


@require_safe
def edition(request: HttpRequest, edition_id: UUID) -> HttpResponse:
    actor = _configurator(request)
    return _edition_page(request, actor, _found(actor, edition_id))


@require_POST
def act(request: HttpRequest, edition_id: UUID) -> HttpResponse:
    """One step of an edition's life; a refusal is said on the edition's page."""
    actor = _configurator(request)
    found, step, reason = _found(actor, edition_id), request.POST.get("step", ""), request.POST.get("reason", "")
    try:
        _step(step, found, actor, reason, request.POST.get("valid_from", ""))
    except DomainError as refusal:
        return _edition_page(request, actor, _found(actor, edition_id), refusal)
    messages.success(request, _DONE[step])
    if step == "withdraw":
        return redirect("publishing:editions")
    return redirect("publishing:edition", edition_id=edition_id)


def _step(step: str, found: Edition, actor: Actor, reason: str, valid_from: str) -> None:
    if step in _NEED_REASON and not reason.strip():
        raise Invalid([FieldError("/reason", "reason_missing", "写明原因。")])
    steps: dict[str, Callable[[], object]] = {
        "submit": lambda: operations.submit(found.id, actor),
        "approve": lambda: operations.approve(found.id, actor),
        "return": lambda: operations.return_to_draft(found.id, actor, reason),
        "publish": lambda: operations.publish(found.id, actor, _date(valid_from)),
        "suspend": lambda: operations.suspend(found.id, actor, reason),
        "resume": lambda: operations.resume(found.id, actor),
        "retire": lambda: operations.retire(found.id, actor, reason),
        "withdraw": lambda: operations.withdraw_draft(found.id, actor),
    }
    if step not in steps:
        raise DomainError("step_unknown", "没有这个操作，请刷新页面再试。")
    steps[step]()


def _edition_page(
    request: HttpRequest, actor: Actor, found: Edition, refusal: DomainError | None = None
) -> HttpResponse:
    base = queries.previous(found)
    wrong = (
        {error.pointer.lstrip("/"): error.detail for error in refusal.errors} if isinstance(refusal, Invalid) else {}
    )
    given = request.POST if refusal else {}
    context = {
        "nav": "editions",
        "edition": found,
        "kind_title": _titles().get(found.kind, found.kind),
        "status": status_of(found),
        "base": base,
        "changes": list(differences(base.content if base else {}, found.content)),
        "history": [(past, status_of(past)) for past in queries.history(found.kind, found.key)],
        "mine": found.author_ref == actor.ref,
        "actions": _actions(found, actor),
        "refusal": refusal,
        "fields": _fields(found, given, wrong),
    }
    return page(request, "publishing/edition.html", context, status=refusal.status if refusal else 200)


def _fields(found: Edition, given: object, wrong: dict[str, str]) -> list[FieldView]:
    said = given if isinstance(given, dict) else {}
    fields = []
    if found.state == EditionState.REVIEW and found.approver_ref:
        today = instant.today().isoformat()
        fields.append(
            FieldView("valid_from", "从哪一天起使用", "date", str(said.get("valid_from", today)), required=False)
        )
    if found.state in (EditionState.REVIEW, EditionState.PUBLISHED, EditionState.SUSPENDED):
        hint = "退回、暂停、退役时必填，写进记录"
        fields.append(
            FieldView("reason", "原因", "textarea", str(said.get("reason", "")), hint, wrong.get("reason", ""), False)
        )
    return fields


def _actions(found: Edition, actor: Actor) -> list[ActionView]:
    own = "这一版是您写的，要由另一位配置员审核" if found.author_ref == actor.ref else ""
    match found.state:
        case EditionState.DRAFT:
            return [
                ActionView("提交审核", "submit", "另一位配置员审核后才能发布", "S", primary=True),
                ActionView("丢弃草稿", "withdraw", "账本里留有记录"),
            ]
        case EditionState.REVIEW if not found.approver_ref:
            return [
                ActionView("审核通过", "approve", "谁写的谁不能审", "A", primary=not own, disabled=own),
                ActionView("退回修改", "return", "写明原因", "R"),
            ]
        case EditionState.REVIEW:
            return [
                ActionView("发布", "publish", "发布以后内容不能再改", "P", primary=True),
                ActionView("退回修改", "return", "写明原因", "R"),
            ]
        case EditionState.PUBLISHED:
            return [ActionView("暂停使用", "suspend", "可以恢复"), ActionView("退役", "retire", "不能恢复，另写新版")]
        case EditionState.SUSPENDED:
            return [
                ActionView("恢复使用", "resume", "内容不变", primary=True),
                ActionView("退役", "retire", "不能恢复，另写新版"),
            ]
    return []


def status_of(edition: Edition) -> StatusView:
    kind, words, icon = _SHOWN[edition.state]
    if edition.state == EditionState.REVIEW and edition.approver_ref:
        return StatusView("run", "已通过，待发布", "check")
    if edition.state == EditionState.PUBLISHED and edition.valid_from and edition.valid_from > instant.today():
        return StatusView("wait", f"{edition.valid_from.month}月{edition.valid_from.day}日起使用", "calendar-event")
    return StatusView(kind, words, icon)


def _counters(rows: QuerySet[Edition], chosen: dict[str, str]) -> list[CounterView]:
    numbers = dict(rows.order_by().values_list("state").annotate(number=Count("id")))
    views = []
    for state, (kind, words, icon) in _SHOWN.items():
        url = "?" + urlencode({"kind": chosen["kind"], "state": "" if chosen["state"] == state else state})
        views.append(CounterView(kind, words, str(numbers.get(state, 0)), url, chosen["state"] == state, icon))
    return views


def _filters(chosen: dict[str, str]) -> list[FilterView]:
    titles = _titles()
    every = "?" + urlencode({"state": chosen["state"]})
    pills = [FilterView("kind", "全部", on=not chosen["kind"], url=every)]
    for row in queries.kinds():
        url = "?" + urlencode({"kind": row["kind"], "state": chosen["state"]})
        pills.append(
            FilterView("kind", titles.get(row["kind"], row["kind"]), on=row["kind"] == chosen["kind"], url=url)
        )
    return pills


def _titles() -> dict[str, str]:
    return {section.kind: section.title for section in sections()}


def _to_review(actor: Actor) -> QuerySet[Edition]:
    return Edition.objects.filter(state=EditionState.REVIEW, approver_ref="").exclude(author_ref=actor.ref)


def _configurator(request: HttpRequest) -> Actor:
    """The actor; for others the page is not there."""
    actor = actor_of(request)
    if not actor.has("configurator"):
        raise Absent()
    return actor


def _found(actor: Actor, edition_id: UUID) -> Edition:
    found = queries.visible_to(actor).filter(pk=edition_id).first()
    if found is None:
        raise Absent()
    return found


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise Invalid([FieldError("/valid_from", "date_form", "写成 2025-09-22 这样的日期。")]) from None
