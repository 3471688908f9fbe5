"""Publication (发布): what the plane serves by, as versioned documents in one table.

The row of the version is changed first, so publications follow one another; whoever reads version *n* finds everything up
to *n*. PostgreSQL tells the plane by NOTIFY with the commit; on SQLite the plane looks at the row. Applications, their keys
and what is taken back of a grant are published at once, everything else when the worker looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Max, Q

from xiang.foundation.ground import instant
from xiang.foundation.trust import keys
from xiang.hub.gateway import described
from xiang.hub.gateway.models import Application, ApplicationKey, Document, Publication
from xiang.hub.gateway.plane import SCHEMA
from xiang.hub.inventory.models import Resource
from xiang.hub.sharing.models import Agreement, Grant
from xiang.hub.sources.models import Connection

CHANNEL = "gateway_published"
_seen: dict[str, Any] = {}


def publish_application(found: Application) -> None:
    """Publish an application as it now is, in the caller's transaction."""
    key, content = ("application", found.key), described.application(found)
    _publish({key: content})


@transaction.atomic
def publish_grant(key: str) -> None:
    """Publish a grant as it now is: what is taken back need not wait for the worker to look."""
    _lock()
    _publish({("plan", key): described.grants(key).get(key)})


def sync() -> int:
    """Compare what is published with what should be, and publish the difference; how many documents changed."""
    while True:
        version, wanted = _version(), described.everything()
        with transaction.atomic():
            _lock()
            if version == _version():
                return _publish_difference(wanted)
        # Somebody published meanwhile: what was read before that may give again what they took back.


def _publish_difference(wanted: Mapping[tuple[str, str], str]) -> int:
    held = {(one.kind, one.key): one for one in Document.objects.all()}
    changed: dict[tuple[str, str], str | None] = {
        place: content
        for place, content in wanted.items()
        if place not in held or held[place].gone or held[place].content != content
    }
    changed |= {place: None for place, one in held.items() if not one.gone and place not in wanted}
    _publish(changed)
    return len(changed)


def publish_if_changed() -> int:
    """What the worker does every second: one look at what tells a change, and :func:`sync` when it differs."""
    mark = _mark()
    if _seen.get("mark") == mark:
        return 0
    changed = sync()
    _seen["mark"] = mark
    return changed


def _mark() -> tuple[Any, ...]:
    """What is different after anything that matters has changed. Limits change with the day."""
    now = instant.now()
    grants = Grant.objects.aggregate(n=Count("id"), gone=Count("revoked_at"), when=Max("revoked_at"))
    resources = Resource.objects.aggregate(n=Count("id"), on=Count("id", filter=Q(state=Resource.State.MOUNTED)))
    return (
        Agreement.objects.order_by("-id").values_list("id", flat=True).first(),
        *grants.values(),
        *resources.values(),
        Connection.objects.aggregate(when=Max("changed_at"))["when"],
        ApplicationKey.objects.filter(ends_at__lte=now).count(),
        now.replace(second=now.second // 30 * 30, microsecond=0),
        connection.settings_dict["NAME"],
    )


def _lock() -> None:
    """Begin a publication: others wait here until this one is committed. The plane makes people's indexes and applications'
    secrets with the key for blind indexes, which is there from the first publication on."""
    keys.current("blind")
    Publication.objects.get_or_create(id=1, defaults={"schema": SCHEMA, "at": instant.now()})
    Publication.objects.filter(id=1).update(at=instant.now())


def _version() -> int:
    return Publication.objects.filter(id=1).values_list("version", flat=True).first() or 0


def _publish(changed: Mapping[tuple[str, str], str | None]) -> None:
    if not changed:
        return
    _lock()
    Publication.objects.filter(id=1).update(version=F("version") + 1, schema=SCHEMA)
    version = _version()
    rows = [
        Document(
            id=f"{kind}:{key}",
            kind=kind,
            key=key,
            version=version,
            content="{}" if content is None else content,
            gone=content is None,
        )
        for (kind, key), content in changed.items()
    ]
    Document.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["kind", "key", "version", "content", "gone"],
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
