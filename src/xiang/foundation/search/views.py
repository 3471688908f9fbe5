"""The page of results and the suggestions while typing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.pages.components import Link, PagingView, StateView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.search import documents, queries
from xiang.foundation.search.documents import PUBLIC, STAFF


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """``/search/?q=给孩子上户口``; ``kind`` and ``page`` narrow and turn."""
    text = request.GET.get("q", "").strip()[:200]
    kind = request.GET.get("kind", "")
    number = request.GET.get("page", "1")
    found = queries.search(
        text,
        [kind] if documents.find(kind) else [],
        request.GET.get("division", ""),
        int(number) if number.isdecimal() and len(number) < 4 else 1,
        audiences=_audiences(request),
    )
    context = {
        "nav": "home",
        "results": found,
        "kind": kind,
        "kinds": documents.kinds(),
        "empty": _empty(text),
        "paging": _paging(found, kind) if found.pages > 1 else None,
    }
    return page(request, "search/results.html", context)


@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """A fragment of links for what was typed so far; empty when nothing fits or the index is not ready."""
    try:
        hits = queries.suggest(request.GET.get("q", "")[:64], audiences=_audiences(request))
    except Unavailable:
        hits = []
    return page(request, "search/parts/suggestions.html", {"hits": hits})


def _audiences(request: HttpRequest) -> list[str]:
    return [PUBLIC, STAFF] if actor_of(request).is_staff else [PUBLIC]


def _empty(text: str) -> StateView:
    if not text:
        return StateView("想办什么", "用平常的话写就行，比如“给孩子上户口”“开饭店”。", icon="search")
    return StateView(
        "没有找到",
        "换个说法再试，少写几个字也行。也可以打 12345，说清要办什么，工作人员告诉您怎么办。",
        icon="search",
        actions=(Link("拨打 12345", "tel:12345", icon="phone"),),
    )


def _paging(found: queries.Results, kind: str) -> PagingView:
    here = reverse("search:results")
    base: dict[str, str | int] = {"q": found.text, **({"kind": kind} if kind else {})}
    following = f"{here}?{urlencode({**base, 'page': found.page + 1})}" if found.page < found.pages else ""
    return PagingView(following, f"{here}?{urlencode(base)}" if found.page > 1 else "", f"{found.total} 条")
