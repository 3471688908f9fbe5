"""The only writers of the index. An item itself is changed by publishing a new edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from xiang.foundation.ground import reference
from xiang.foundation.parties.names import sort_key
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.publishing.models import Edition
from xiang.foundation.search import operations as search
from xiang.services.items.models import Item

KIND = "items"
SEARCHED_AS = "item"


@transaction.atomic
def index(key: str) -> Item | None:
    """Bring the index of one item up to its edition in force; without one the item is no longer offered."""
    edition = publishing.find(KIND, key)
    search.changed(SEARCHED_AS, key)
    reference.changed("editions")
    if edition is None:
        Item.objects.filter(key=key).update(active=False)
        return None
    item, _ = Item.objects.update_or_create(key=key, defaults=_row(edition))
    return item


def _row(edition: Edition) -> dict[str, Any]:
    said: Mapping[str, Any] = edition.content
    return {
        "edition_id": edition.id,
        "name": said["name"],
        "short": said["short"],
        "summary": said["summary"],
        "icon": said["icon"],
        "department": said["body"],
        "unit_kind": said["unit_kind"],
        "host": said["host"],
        "regime": said["regime"],
        "type_code": said["type"],
        "level": said["level"],
        "procedure": said["procedure"],
        "form_key": said["form"],
        "audience": said["audience"],
        "department_words": _barred((said["body"], *said.get("joint", ()))),
        "object_words": _barred(said["objects"]),
        "theme_words": _barred(said["themes"]),
        "sort_key": sort_key(said["short"]),
        "active": True,
    }


def _barred(words: Iterable[str]) -> str:
    return f"|{'|'.join(words)}|"
