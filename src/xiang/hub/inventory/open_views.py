"""Pages for programs without a token: the catalogue as DCAT."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xiang.foundation.ground import paging
from xiang.foundation.parties.actors import actor_of
from xiang.hub.inventory import naming, queries
from xiang.hub.inventory.models import CatalogueEntry, Resource
from xiang.hub.inventory.standard import standard

PAGE = 100
_FORMS = {"jsonld": "json-ld", "ttl": "turtle"}


@require_safe
def dataset(request: HttpRequest, key: str, suffix: str) -> HttpResponse:
    """One entry in DCAT-AP."""
    from xiang.hub.inventory import dcat

    found = _listed(queries.visible_to(actor_of(request)).filter(pk=queries.entry_for(actor_of(request), key).pk)).get()
    described = dcat.Described(found, naming.body_name(found.body_key), found.mounted)  # type: ignore[attr-defined]
    form: dcat.Form = _FORMS[suffix]  # type: ignore[assignment]
    return _answer(dcat.dataset(described, standard(), dcat.Site(settings.PUBLIC_URL), form), dcat.CONTENT_TYPES[form])


@require_safe
def catalogue(request: HttpRequest, suffix: str) -> HttpResponse:
    """The catalogue in DCAT-AP, page by page in the order of keys."""
    from xiang.hub.inventory import dcat

    rows = queries.visible_to(actor_of(request)).filter(retired=False)
    cursor = request.GET.get("cursor", "")
    found = paging.page(_listed(rows), ("key",), cursor or None, PAGE)
    names = naming.body_names(row.body_key for row in found.rows)
    described = [dcat.Described(row, names[row.body_key], row.mounted) for row in found.rows]  # type: ignore[attr-defined]
    form: dcat.Form = _FORMS[suffix]  # type: ignore[assignment]
    site = dcat.Site(settings.PUBLIC_URL)
    written = dcat.catalogue(described, rows.count(), cursor, found.next, standard(), site, form)
    return _answer(written, dcat.CONTENT_TYPES[form])


def _listed(rows: QuerySet[CatalogueEntry]) -> QuerySet[CatalogueEntry]:
    used = Resource.objects.filter(state=Resource.State.MOUNTED).order_by("key")
    return rows.prefetch_related(Prefetch("resources", used, to_attr="mounted"))


def _answer(written: str, content_type: str) -> HttpResponse:
    return HttpResponse(written, content_type=f"{content_type}; charset=utf-8")
