"""``/audit/``: for auditors alone. The ledger holds references; no page here shows a personal value."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Invalid, Refused
from xiang.foundation.ledger import canonical, exports, merkle, proofs, queries, verifying
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.ledger.queries import EntryFilter, UseFilter
from xiang.foundation.pages.components import PagingView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Staff
from xiang.hub.sharing import objections as objecting
from xiang.hub.sharing import operations as sharing
from xiang.hub.sharing.operations.objecting import FINDINGS
from xiang.portal import rights
from xiang.portal.boards import tracing
from xiang.portal.datause.naming import Named

_LAG = timedelta(minutes=1)
"""Sealing runs every two seconds: a minute behind is worth a word."""
_FAMILIES = (
    ("", "全部账目"), ("data.*", "数据使用"), ("case.*", "办件"), ("credential.*", "证照"), ("document.*", "文书"),
    ("party.*", "主体"), ("account.*", "账号"), ("edition.*", "版本"), ("rule.*", "期限与参数"), ("rating.*", "评价"),
    ("ledger.*", "账本自身"),
)  # fmt: skip


@login_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """How the ledger is: sealing, checkpoints, the last check of everything."""
    rights.need(request, rights.AUDIT)
    found = queries.health()
    checkpoints = queries.checkpoints(request.GET.get("cursor"), 20)
    context = {
        "nav": "audit",
        "health": found,
        "behind": found.lag > _LAG,
        "lag": int(found.lag.total_seconds()),
        "checkpoints": checkpoints.rows,
        "paging": _paging(request, "portal:audit", checkpoints.next),
        "run": verifying.latest(),
        "refused": _uses(queries.uses(UseFilter(outcome="refused"), None, 5).rows),
    }
    return page(request, "portal/auditing/health.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Have everything checked (POST), and how far that is (GET, asked again by the page)."""
    actor = rights.need(request, rights.AUDIT)
    if request.method == "POST":
        verifying.ask(actor.ref)
        return redirect("portal:audit")
    context = {"nav": "audit", "run": verifying.latest()}
    return page(request, "portal/auditing/verify.html", context, fragment="portal/auditing/parts/run.html")


@login_required
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, as a file for the offline check. They count only when they also come on another way."""
    rights.need(request, rights.AUDIT)
    return _download("keys.json", exports.public_keys())


# --- entries ---------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Entries newest first, by kind, actor, case and time."""
    rights.need(request, rights.AUDIT)
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("kind", "actor", "case", "since", "until")}
    trouble = ""
    try:
        wanted = _filter(asked)
    except ValueError as wrong:
        wanted, trouble = EntryFilter(), str(wrong)
    found = queries.entries(wanted, request.GET.get("cursor"))
    context = {
        "nav": "audit-entries",
        "asked": asked,
        "families": _FAMILIES,
        "rows": _rows(found.rows),
        "trouble": trouble,
        "paging": _paging(request, "portal:entries", found.next),
    }
    return page(request, "portal/auditing/entries.html", context)


def _filter(asked: dict[str, str]) -> EntryFilter:
    since, until = (_day(asked[name]) for name in ("since", "until"))
    return EntryFilter(
        kind=asked["kind"],
        case_id=_case_id(asked["case"]) if asked["case"] else None,
        actor_ref=asked["actor"],
        since=instant.start_of(since) if since else None,
        until=instant.start_of(until + timedelta(days=1)) if until else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError("日期写成 2026-09-29 这样。") from None


def _case_id(text: str) -> UUID:
    """A case by its number, or by its id as it stands in the ledger."""
    try:
        return UUID(text)
    except ValueError:
        found = Case.objects.filter(number=text).values_list("id", flat=True).first()
        if found is None:
            raise ValueError(f"没有编号是“{text}”的办件。") from None
        return found


def _rows(found: list[Entry]) -> list[dict[str, Any]]:
    numbers = dict(Case.objects.filter(id__in={e.case_id for e in found if e.case_id}).values_list("id", "number"))
    who = _actors({e.actor_ref for e in found})
    return [
        {
            "entry": e,
            "who": who.get(e.actor_ref, e.actor_ref),
            "number": numbers.get(e.case_id, "") if e.case_id else "",
        }
        for e in found
    ]


def _actors(refs: set[str]) -> dict[str, str]:
    """Officers by name and body, for they act in office; everybody else stays a reference."""
    ids = {ref.partition(":")[2] for ref in refs if ref.startswith("staff:")}
    rows = Staff.objects.filter(id__in=ids).values_list("id", "party__name", "body__short", "body__name") if ids else ()
    known = {f"staff:{key}": f"{name}（{short or full}）" for key, name, short, full in rows}
    return known | {"system": "系统", "anonymous": "没有登录的人"}


@login_required
@require_GET
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry with its place in the tree and how to check it without us."""
    rights.need(request, rights.AUDIT)
    found = queries.entry(entry_id)
    try:
        proved, refusal = proofs.prove(found.id), ""
    except Refused as wrong:
        proved, refusal = None, wrong.detail
    context = {
        "nav": "audit-entries",
        "row": _rows([found])[0],
        "refs": sorted(found.refs.items()),
        "proof": proved,
        "refusal": refusal,
        "leaf": merkle.leaf_digest(canonical.entry_bytes(found)).hex(),
        "canonical": json.dumps(json.loads(canonical.entry_bytes(found)), ensure_ascii=False, indent=2),
        "use": DataUse.objects.filter(entry=found).first(),
    }
    return page(request, "portal/auditing/entry.html", context)


@login_required
@require_GET
def proof(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """The proof of one entry as a file; a supervisor takes it from the board, for the cases of their own division."""
    actor = rights.need(request, rights.AUDIT | rights.BOARD)
    if not actor.roles & rights.AUDIT:
        tracing.provable(entry_id, actor)
    return _download(f"entry-{entry_id}.json", proofs.prove(entry_id))


def _download(name: str, content: Any) -> HttpResponse:
    answer = HttpResponse(json.dumps(content, ensure_ascii=False, indent=2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# --- refused look-ups, objections ------------------------------------------------------------------------------------


@login_required
@require_GET
def refused(request: HttpRequest) -> HttpResponse:
    """Look-ups that were refused: who tried, what, why. Whose data it was stays a blind index."""
    rights.need(request, rights.AUDIT)
    found = queries.uses(UseFilter(outcome="refused"), request.GET.get("cursor"))
    context = {
        "nav": "audit-refused",
        "rows": _uses(found.rows),
        "paging": _paging(request, "portal:refused", found.next),
    }
    return page(request, "portal/auditing/refused.html", context)


def _uses(found: list[DataUse]) -> list[dict[str, Any]]:
    who = _actors({use.actor_ref for use in found})
    named = Named.of({use.resource_key for use in found}, {use.body_key for use in found})
    return [
        {
            "use": use,
            "who": who.get(use.actor_ref, use.actor_ref),
            "body": named.body(use.body_key),
            "resource": named.title(use.resource_key),
            "fields": "、".join(named.fields(use.resource_key, use.fields)),
            "reason": use.reason.partition(": ")[2] or use.reason,
        }
        for use in found
    ]


@login_required
@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    """What people say should not have been used, the newest first."""
    rights.need(request, rights.AUDIT)
    found, listed = objecting.listed(request.GET.get("cursor"))
    context = {
        "nav": "audit-objections",
        "rows": [(one, FINDINGS.get(one.finding, "")) for one in found],
        "paging": _paging(request, "portal:objections", listed.next),
    }
    return page(request, "portal/auditing/objections.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One objection with the use it is about; the auditor's answer goes to the person."""
    actor = rights.need(request, rights.AUDIT)
    found = objecting.one(queries.entry(entry_id).id)
    if found is None:
        return redirect("portal:objections")
    error, status = "", 200
    if request.method == "POST":
        error = _answer(request, entry_id, actor)
        if not error:
            messages.success(request, "答复已经记下，本人会收到消息。")
            return redirect("portal:answer_objection", entry_id)
        status = 422
    use = objecting.use_of(found)
    context = {
        "nav": "audit-objections",
        "objection": found,
        "row": _uses([use])[0] if use else None,
        "findings": FINDINGS,
        "finding": FINDINGS.get(found.finding, ""),
        "error": error,
        "text": request.POST.get("text", ""),
    }
    return page(request, "portal/auditing/objection.html", context, status=status)


def _answer(request: HttpRequest, entry_id: UUID, actor: Actor) -> str:
    try:
        sharing.answer_objection(entry_id, request.POST.get("finding", ""), request.POST.get("text", ""), actor)
    except Invalid as wrong:
        return wrong.errors[0].detail
    return ""


def _paging(request: HttpRequest, name: str, following: str | None) -> PagingView | None:
    kept = {key: value for key, value in request.GET.items() if key != "cursor" and value}
    here = reverse(name)
    if not following and "cursor" not in request.GET:
        return None
    return PagingView(
        next_url=f"{here}?{urlencode({**kept, 'cursor': following})}" if following else "",
        first_url=f"{here}?{urlencode(kept)}" if "cursor" in request.GET else "",
    )


def unanswered() -> int:
    """How many of the last objections wait for an answer: the figure beside the auditor's navigation."""
    asked = list(Entry.objects.filter(kind=objecting.OBJECTED).order_by("-id").values_list("id", flat=True)[:100])
    wanted = Q()
    for entry_id in asked:
        wanted |= Q(refs__objection=str(entry_id))
    return len(asked) - (Entry.objects.filter(wanted, kind=objecting.ANSWERED).count() if asked else 0)
