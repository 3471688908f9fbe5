"""The actions, each a function of the caller and what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from xiang.foundation.ground import paging
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import content, naming, operations, queries
from xiang.hub.inventory.ckan import packages
from xiang.hub.inventory.models import OPEN_STATES, CatalogueEntry, Resource, Revision, RevisionState
from xiang.hub.inventory.queries import Asked
from xiang.hub.inventory.standard import standard

Sent = Mapping[str, Any]
Action = Callable[[Actor, Sent], Any]
MOST = 1000
_FIELDS = {"organization": "body", "owner_org": "body", "res_format": "mode", "share": "share", "mode": "mode",
           "grade": "grade", "cycle": "cycle", "category": "category", "mounted": "mounted",
           "freshness": "freshness"}  # fmt: skip


def status_show(actor: Actor, sent: Sent) -> dict[str, Any]:
    return {"site_title": "湘 · 政务数据目录", "ckan_version": "2.11", "error_emails_to": None, "locale_default": "zh_CN",
            "extensions": ["xiang"]}  # fmt: skip


def package_list(actor: Actor, sent: Sent) -> list[str]:
    offset, limit = _number(sent, "offset", 0), _number(sent, "limit", MOST)
    rows = queries.visible_to(actor).filter(retired=False).order_by("key").values_list("key", flat=True)
    return list(rows[offset : offset + min(limit, MOST)])


def package_show(actor: Actor, sent: Sent) -> dict[str, Any]:
    """The entry in force; one that was never published, as its draft, to those who may see drafts."""
    name = _named(sent)
    entry = _entry(actor, name)
    if entry is not None:
        return packages.packages([entry])[0]
    return packages.draft_package(_draft(actor, name))


def package_search(actor: Actor, sent: Sent) -> dict[str, Any]:
    """``q`` words, ``fq`` as ``organization:430104.police share:conditional``, ``start``, ``rows``, ``facet.field``."""
    start, rows = _number(sent, "start", 0), min(_number(sent, "rows", 10), MOST)
    words = str(sent.get("q") or "").replace("*:*", "").strip()
    asked = Asked(words, _filters(f"{sent.get('fq') or ''} {' '.join(sent.get('fq_list') or ())}"))
    found = queries.search(actor, asked, paging.encode([start]), max(rows, 1))
    wanted = sent.get("facet.field") or ()
    names = {name: _FIELDS.get(name, name) for name in (wanted if isinstance(wanted, list) else [])}
    facets = {name: dict(found.facets.get(str(ours), {})) for name, ours in names.items()}
    return {
        "count": found.total, "sort": "score desc", "facets": facets,
        "search_facets": {name: {"title": name, "items": _items(counts)} for name, counts in facets.items()},
        "results": packages.packages(found.rows) if rows else [],
    }  # fmt: skip


def _items(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"name": name, "display_name": name, "count": count} for name, count in counts.items()]


def _filters(text: str) -> dict[str, str]:
    found = {}
    for part in text.split():
        name, colon, value = part.lstrip("+").partition(":")
        if not colon or name not in _FIELDS:
            raise Invalid([FieldError("/fq", "filter_unknown", f"不认识的筛选“{part}”，可用：{'、'.join(_FIELDS)}。")])
        found[_FIELDS[name]] = value.strip('"')
    return found


def organization_list(actor: Actor, sent: Sent) -> list[Any]:
    counted = dict(
        queries.visible_to(actor).filter(retired=False).order_by().values_list("body_key").annotate(number=Count("id"))
    )
    names = naming.body_names(counted)
    full = [packages.organization(key, names[key]) | {"package_count": counted[key]} for key in sorted(counted)]
    return full if sent.get("all_fields") else [one["name"] for one in full]


def organization_show(actor: Actor, sent: Sent) -> dict[str, Any]:
    key = _named(sent)
    rows = queries.visible_to(actor).filter(retired=False, body_key=key)
    number = rows.count()
    if not number:
        raise Absent("organization_absent", "没有这个机关的目录。")
    said = packages.organization(key, naming.body_name(key)) | {"package_count": number}
    return said | ({"packages": packages.packages(list(rows[:MOST]))} if sent.get("include_datasets") else {})


def group_list(actor: Actor, sent: Sent) -> list[str]:
    return [one["title"] for one in standard().said["categories"]]


def group_show(actor: Actor, sent: Sent) -> dict[str, Any]:
    name = _named(sent)
    found = next((one for one in standard().said["categories"] if one["title"] == name), None)
    if found is None:
        raise Absent("group_absent", "没有这个类。")
    number = queries.visible_to(actor).filter(retired=False, category__startswith=f"{name}/").count()
    return {"id": found["code"], "name": name, "title": name, "type": "group", "package_count": number}


def tag_list(actor: Actor, sent: Sent) -> list[str]:
    return [category.partition("/")[2] for category in standard().categories]


def tag_show(actor: Actor, sent: Sent) -> dict[str, Any]:
    name = _named(sent)
    if name not in tag_list(actor, sent):
        raise Absent("tag_absent", "没有这个分类。")
    return {"id": name, "name": name, "display_name": name, "vocabulary_id": None}


def resource_show(actor: Actor, sent: Sent) -> dict[str, Any]:
    name = _named(sent)
    whose = Q(pk=_uuid(name)) if _uuid(name) else Q(key=name)
    seen = queries.visible_to(actor).filter(retired=False)
    rows = Resource.objects.select_related("system").filter(whose, state=Resource.State.MOUNTED, entry__in=seen)
    found = rows.first()
    if found is None:
        raise Absent("resource_absent", "没有这个数据资源，或者已经下线。")
    return packages.resource_of(found, str(found.entry_id))


def package_create(actor: Actor, sent: Sent) -> dict[str, Any]:
    """Draft a new entry."""
    _need_token(actor)
    if CatalogueEntry.objects.filter(key=str(sent.get("name", "")), retired=False).exists():
        raise Invalid([FieldError("/name", "key_taken", "这个标识已经有目录了，请换一个，或者用 package_update。")])
    return packages.draft_package(operations.draft(packages.content_of(sent), actor, reason=_reason(sent)))


def package_update(actor: Actor, sent: Sent) -> dict[str, Any]:
    """Draft a change: what is sent is the whole entry."""
    _need_token(actor)
    said = packages.content_of(sent) | {"key": _before(actor, sent)["key"]}
    return packages.draft_package(operations.draft(said, actor, reason=_reason(sent)))


def package_patch(actor: Actor, sent: Sent) -> dict[str, Any]:
    """Draft a change: what is sent replaces those fields alone, of the open draft if there is one."""
    _need_token(actor)
    before = _before(actor, sent)
    said = packages.content_of(sent, before) | {"key": before["key"]}
    return packages.draft_package(operations.draft(said, actor, reason=_reason(sent)))


def package_delete(actor: Actor, sent: Sent) -> None:
    """Ask for the revocation of an entry; throw away a draft that was never published."""
    _need_token(actor)
    name = _named(sent)
    entry = _entry(actor, name)
    if entry is None:
        operations.withdraw(_draft(actor, name).pk, actor)
        return
    waiting = queries.open_revision(entry.key)
    if waiting is not None and waiting.kind != Revision.Kind.REVOKE and waiting.state == RevisionState.DRAFT:
        operations.withdraw(waiting.pk, actor)
    operations.draft_revocation(entry.key, actor, _reason(sent) or "通过接口申请撤销")


def resource_create(actor: Actor, sent: Sent) -> dict[str, Any]:
    """Mount a table of a registered system: ``package_id``, ``name``, ``xiang_key``, ``system``, ``table``."""
    _need_token(actor)
    entry = _entry(actor, str(sent.get("package_id", "")))
    if entry is None:
        raise Absent("entry_absent", "没有这个目录，或者还没有发布。")
    missing = [one for one in ("xiang_key", "name", "system", "table") if not str(sent.get(one) or "").strip()]
    if missing:
        raise Invalid([FieldError(f"/{one}", "missing", "必填。") for one in missing])
    queries.system_for(actor, str(sent["system"]))
    values = {
        "title": str(sent["name"])[:120],
        "table": str(sent["table"])[:64],
        "personal": bool(sent.get("personal", True)),
    }
    made = operations.mount_new(str(sent["xiang_key"]), entry.key, str(sent["system"]), values, actor)
    return packages.resource_of(made, str(entry.pk))


ACTIONS: Mapping[str, Action] = {
    action.__name__: action
    for action in (
        status_show, package_list, package_show, package_search, organization_list, organization_show, group_list,
        group_show, tag_list, tag_show, resource_show, package_create, package_update, package_patch, package_delete,
        resource_create,
    )
}  # fmt: skip
WRITES = frozenset(name for name in ACTIONS if name.endswith(("_create", "_update", "_patch", "_delete")))


def _entry(actor: Actor, name: str) -> CatalogueEntry | None:
    whose = Q(pk=_uuid(name)) if _uuid(name) else Q(key=name)
    return queries.visible_to(actor).filter(whose, retired=False).first()


def _draft(actor: Actor, name: str) -> Revision:
    whose = Q(pk=_uuid(name)) if _uuid(name) else Q(key=name)
    found = queries.revisions_for(actor).filter(whose, state__in=OPEN_STATES).first()
    if found is None:
        raise Absent("entry_absent", "没有这个目录，或者它不对您的机关共享。")
    return found


def _before(actor: Actor, sent: Sent) -> dict[str, Any]:
    """What a change begins with: the open draft, or the entry in force."""
    name = _named(sent)
    entry = _entry(actor, name)
    draft = queries.open_revision(entry.key) if entry else _draft(actor, name)
    if draft is not None:
        return dict(draft.content)
    assert entry is not None
    return content.of_entry(entry)


def _named(sent: Sent) -> str:
    name = str(sent.get("id") or sent.get("name_or_id") or sent.get("name") or "")
    if not name:
        raise Invalid([FieldError("/id", "missing", "写明 id 或者 name。")])
    return name


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(sent: Sent, name: str, usual: int) -> int:
    text = str(sent.get(name) if sent.get(name) is not None else usual)
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise Invalid([FieldError(f"/{name}", "number_form", "写不小于 0 的整数。")])
    return int(text)


def _reason(sent: Sent) -> str:
    return str(sent.get("reason") or "")[:400]


def _need_token(actor: Actor) -> None:
    if not actor.is_staff:
        raise Forbidden("not_steward", "写目录要用数据管理岗的访问令牌。")
