"""``/data-use/``: the page, objecting to a use, its proof."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xiang.foundation.cases.models import Case
from xiang.foundation.ground.errors import Absent, Invalid
from xiang.foundation.ledger import canonical, proofs
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.pages.components import FilterView, Option, PagingView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.hub.sharing import objections, operations
from xiang.hub.sharing import uses as sharing
from xiang.portal import links
from xiang.portal.datause import reading
from xiang.portal.datause.reading import Overview, Wanted

_LONGEST = 64


@login_required
@require_GET
def uses(request: HttpRequest) -> HttpResponse:
    """Everything, or by month, body, case and outcome; for oneself or for a ward (``who``)."""
    actor = actor_of(request)
    people = sharing.subjects(actor)
    who = _chosen(request, people)
    wanted = Wanted(**{n: request.GET.get(n, "")[:_LONGEST] for n in ("month", "body", "case", "outcome")})
    everything = sharing.uses_of(who)
    found = reading.overview(everything, actor)
    objected = {use: one.finding or "open" for use, one in objections.of(actor).items()}
    rows = reading.narrowed(everything, wanted, actor)
    occasions, following = reading.occasions(rows, actor, request.GET.get("cursor"), objected, found.cases)
    context: dict[str, Any] = {
        "nav": "data-use",
        "who": who,
        "wanted": wanted,
        "overview": found,
        "filters": _filters(found, wanted, people, who),
        "days": [(reading.day_label(day), list(group)) for day, group in groupby(occasions, lambda one: one.day)],
        "paging": _paging(request, following),
    }
    return page(request, "portal/datause/uses.html", context)


def _chosen(request: HttpRequest, people: list[sharing.Whose]) -> sharing.Whose:
    asked = request.GET.get("who", "")
    if not people:
        raise Absent
    if not asked:
        return people[0]
    for one in people:
        if str(one.party_id) == asked:
            return one
    raise Absent


def _filters(found: Overview, wanted: Wanted, people: list[sharing.Whose], who: sharing.Whose) -> list[FilterView]:
    views = []
    if len(people) > 1:
        options = tuple(
            Option(str(one.party_id), "我的数据" if one.own else f"{one.name}的数据", one == who) for one in people
        )
        views.append(FilterView("who", "谁的数据", options, not who.own, icon="users"))
    months = {month: f"{month[:4]}年{int(month[5:])}月" for month in found.months}
    views.append(_select("month", "全部时间", months, wanted.month, "calendar"))
    views.append(_select("body", "全部部门", found.body_names, wanted.body, "building-bank"))
    titles = {case.number: case.title for case in found.cases.values() if case.parent_id is None}
    if titles:
        views.append(_select("case", "全部办件", titles, wanted.case, "list-check"))
    outcomes = {"served": "给了数据的", "refused": f"被拒绝的 {found.refused_ever}"}
    views.append(_select("outcome", "全部结果", outcomes, wanted.outcome, "shield-check"))
    return views


def _select(name: str, every: str, choices: Any, chosen: str, icon: str) -> FilterView:
    options = (Option("", every, not chosen), *(Option(key, words, key == chosen) for key, words in choices.items()))
    return FilterView(name, every, options, bool(chosen), icon=icon)


def _paging(request: HttpRequest, following: str | None) -> PagingView | None:
    kept = {name: value for name, value in request.GET.items() if name != "cursor" and value}
    here = reverse("portal:data_use")
    if not following and "cursor" not in request.GET:
        return None
    return PagingView(
        next_url=f"{here}?{urlencode({**kept, 'cursor': following})}" if following else "",
        first_url=f"{here}?{urlencode(kept)}" if "cursor" in request.GET else "",
    )


@login_required
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, use_id: UUID) -> HttpResponse:
    """这次不该用: say why, and read the answer."""
    actor = actor_of(request)
    use = sharing.use_for(actor, use_id)
    error, status = "", 200
    if request.method == "POST":
        try:
            operations.object_to(use.id, request.POST.get("reason", ""), actor)
            return redirect("portal:objection", use.id)
        except Invalid as wrong:
            error, status = wrong.errors[0].detail, 422
    known = objections.of(actor).get(str(use.id))
    occasions, _ = reading.occasions(DataUse.objects.filter(id=use.id), actor)
    context = {
        "nav": "data-use",
        "use": occasions[0],
        "use_id": use.id,
        "objection": known,
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    return page(request, "portal/datause/objection.html", context, status=status)


@login_required
@require_GET
def proof(request: HttpRequest, use_id: UUID) -> HttpResponse:
    """That this use stands in the log, unchanged: a file that ``tools/verify_proof.py`` checks without us."""
    use = sharing.use_for(actor_of(request), use_id)
    found = proofs.prove(use.entry_id)
    found["payload"] = {"salt": use.salt, "content": canonical.use_facts(use)}
    answer = HttpResponse(json.dumps(found, ensure_ascii=False, indent=2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="data-use-{use.id}.json"'
    return answer


def after_progress(request: HttpRequest, subject: Any) -> str:
    """Below the progress page: what the matter saved, once it has ended, and how often it used the person's data."""
    return _panel(request, subject, with_receipt=True)


def after_receipt(request: HttpRequest, subject: Any) -> str:
    """Below a receipt: how often this matter used the person's data."""
    return _panel(request, subject, with_receipt=False)


def _panel(request: HttpRequest, subject: Any, *, with_receipt: bool) -> str:
    actor = actor_of(request)
    if not isinstance(subject, Case) or actor.is_staff or actor.delegation_id or actor.subject_id is None:
        return ""
    ids = [subject.id, *subject.children.values_list("id", flat=True)]
    seen = list(sharing.uses_of(sharing.own(actor)).filter(case_id__in=ids).values_list("body_key", flat=True))
    ended = with_receipt and not subject.open and not subject.facts.get("solemn")
    receipt = links.url("applications:receipt", subject.number) if ended else ""
    context = {"count": len(seen), "bodies": len(set(seen)), "case": subject, "receipt": receipt}
    return render_to_string("portal/datause/panel.html", context, request) if seen or receipt else ""
