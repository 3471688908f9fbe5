"""Writing a published entry: its columns, its items, the frozen version, and what must be indexed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties.actors import Actor
from xiang.foundation.publishing import operations as publishing
from xiang.foundation.publishing import queries as editions
from xiang.foundation.publishing.models import EditionState
from xiang.hub.inventory import codes, content, naming, standard
from xiang.hub.inventory.models import CatalogueEntry, Item, System, Unindexed

EDITION = "catalogue"
_COLUMNS = (*content.TEXTS[1:], "related", "classification", "grading", "grade", "secret")
_TRIES = 5


@dataclass(frozen=True)
class Signatory(Actor):
    """Whoever wrote or approved, as the catalogue's own procedure found them: the frozen version names them."""

    said: str = ""

    @property
    def ref(self) -> str:
        return self.said


def signatory(ref: str) -> Signatory:
    return Signatory(channel="system", said=ref)


def write(said: Mapping[str, Any]) -> CatalogueEntry:
    """Write the columns and items of an entry; a new one is given the next code of its category.

    Raises ``Refused('source_taken')`` when one of its items has its authoritative source elsewhere.
    """
    values = {name: said[name] for name in _COLUMNS} | {"items": [one["title"] for one in said["items"]]}
    values |= {"retired": False, "published_at": instant.now()}
    if not values["provider_code"]:
        values["provider_code"] = naming.provider_code(values["body_key"])
    entry = _coded(said["key"], values)
    put_items(entry, said["items"])
    to_index([entry.key])
    return entry


def _coded(key: str, values: dict[str, Any]) -> CatalogueEntry:
    known = CatalogueEntry.objects.filter(key=key).first()
    if known is not None:
        values["code"] = values["code"] or known.code
    terms = standard.find()
    if values["code"] or terms is None:
        return _put(key, values)
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return _put(key, values | {"code": codes.next_code(terms, values["category"])})
        except IntegrityError:
            continue  # somebody took the number meanwhile
    raise Refused("code_busy", "目录代码正在被别人占用，请再点一次。")


def _put(key: str, values: Mapping[str, Any]) -> CatalogueEntry:
    if values["code"] and CatalogueEntry.objects.filter(code=values["code"]).exclude(key=key).exists():
        raise Refused("code_taken", f"目录代码 {values['code']} 已经用在别的目录上，请空着由系统编，或者改一个。")
    return CatalogueEntry.objects.update_or_create(key=key, defaults=values)[0]


def put_items(entry: CatalogueEntry, items: Sequence[Mapping[str, Any]]) -> None:
    """Replace the items of an entry; each data element has one authoritative source in the whole ledger."""
    need_free_sources(entry.key, items)
    systems = dict(System.objects.filter(key__in={one["system"] for one in items}).values_list("key", "id"))
    Item.objects.filter(entry=entry).delete()
    rows = []
    for place, one in enumerate(items):
        columns = {name: value for name, value in one.items() if name != "system"}
        rows.append(Item(entry=entry, position=place, system_id=systems.get(one["system"]), **columns))
    try:
        with transaction.atomic():
            Item.objects.bulk_create(rows, batch_size=500)
    except IntegrityError as taken:
        raise Refused("source_taken", "同一数据元刚刚被别的目录登记为数源，请刷新再看。") from taken


def need_free_sources(key: str, items: Sequence[Mapping[str, Any]]) -> None:
    """Refuse, naming the body, when an element's authoritative source is another entry."""
    wanted = {one["element"]: one["title"] for one in items if one["authoritative"]}
    if len(wanted) < sum(1 for one in items if one["authoritative"]):
        raise Refused("source_twice", "同一数据元在这个目录里登记了两个数源，请只留一个。")
    taken = Item.objects.select_related("entry").filter(element__in=wanted, authoritative=True)
    for other in taken.exclude(entry__key=key).exclude(entry__retired=True)[:1]:
        holder = naming.body_name(other.entry.body_key)
        detail = (
            f"“{wanted[other.element]}”（{other.element}）的数源已经是{holder}的“{other.entry.title}”。"
            "一数一源：请改为引用它；认为数源应当变更的，先由它退出。"
        )
        raise Refused("source_taken", detail, element=other.element, entry=other.entry.key)


def freeze(entry: CatalogueEntry, said: Mapping[str, Any], author: str, approver: str) -> CatalogueEntry:
    """Freeze what was published as the next version, unless nothing differs from the one in force."""
    body = {**said, "code": entry.code, "provider_code": entry.provider_code, "grade": entry.grade}
    before = editions.find(EDITION, entry.key)
    if before is not None and before.content == body and entry.version == before.number:
        return entry
    made = publishing.publish_now(EDITION, entry.key, body, signatory(author), signatory(approver), title=entry.title)
    CatalogueEntry.objects.filter(pk=entry.pk).update(version=made.number)
    entry.version = made.number
    return entry


def thaw(entry: CatalogueEntry, approver: str, reason: str) -> None:
    """End the version in force of an entry that was revoked."""
    edition = editions.find(EDITION, entry.key)
    if edition is not None and edition.state == EditionState.PUBLISHED:
        publishing.retire(edition.id, signatory(approver), reason)


def to_index(keys: Sequence[str]) -> None:
    """Say, in the caller's transaction, that entries are to be indexed again."""
    if not connection.in_atomic_block:
        raise RuntimeError("entries are said to have changed inside the transaction that changes them")
    Unindexed.objects.bulk_create([Unindexed(key=key) for key in keys], batch_size=1000)
