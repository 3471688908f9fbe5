"""How much the registries hold: counted by the worker, so that no page counts millions."""

from __future__ import annotations

from django.db.models import Count

from xiang.foundation.ground import instant
from xiang.hub.bases.models import Address, Golden, Record, Registry


def count() -> None:
    """Count every registry anew."""
    for registry in Registry.objects.all():
        golden = Golden.objects.filter(registry=registry)
        records = Record.objects.filter(source__registry=registry).order_by().values_list("source__key")
        counted = {
            "golden": golden.filter(redirect=None).count(),
            "redirected": golden.exclude(redirect=None).count(),
            "addresses": Address.objects.count() if registry.kind == Registry.Kind.GEOGRAPHY else 0,
            "sources": dict(records.annotate(Count("id"))),
        }
        Registry.objects.filter(id=registry.id).update(counted=counted, counted_at=instant.now())
