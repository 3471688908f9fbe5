"""Applications and their keys. Each change is published in its own transaction, so that the plane hears of it at once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.foundation.trust import blind
from xiang.hub.gateway.models import Application, ApplicationKey
from xiang.hub.gateway.operations.publishing import publish_application
from xiang.hub.gateway.plane.keys import KEY_SCHEME
from xiang.hub.inventory import rights

_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key with its secret (64 hexadecimal digits): this is the only time that it is shown."""

    key: ApplicationKey
    secret: str


@transaction.atomic
def register(key: str, values: Mapping[str, Any], actor: Actor) -> Application:
    """Register an application, or change it. ``values``: title, body_key, division, environment, rate, certificates."""
    rights.need_steward_of(actor, values["body_key"])
    known = Application.objects.filter(key=key).first()
    if known is not None:
        rights.need_steward_of(actor, known.body_key)
    _check(key, values)
    found, made = Application.objects.update_or_create(
        key=key, defaults=dict(values), create_defaults={**values, "registered_at": instant.now()}
    )
    kind = "gateway.application.registered" if made else "gateway.application.changed"
    ledger.record(kind, actor.ref, {"application": key, "body": found.body_key})
    publish_application(found)
    return found


@transaction.atomic
def new_key(key: str, actor: Actor, *, grace: timedelta = timedelta()) -> NewKey:
    """Give an application a new key. Those that it had still work for the time of grace, none by default."""
    found = _application(key, actor)
    if found.stopped_at is not None:
        raise Refused("application_stopped", "这个应用已经停用，请先重新启用。")
    ends = instant.now() + grace
    for old in _live(found):
        if old.ends_at is None or old.ends_at > ends:
            ApplicationKey.objects.filter(pk=old.pk).update(ends_at=ends)
    name = f"k{secrets.token_hex(8)}"
    root, _, secret = blind.index(name, KEY_SCHEME).partition(":")
    made = ApplicationKey.objects.create(
        id=name, application=found, root=root, made_at=instant.now(), made_by=actor.ref
    )
    ledger.record("gateway.key.made", actor.ref, {"application": key, "key": name})
    publish_application(found)
    return NewKey(made, secret)


@transaction.atomic
def revoke_key(key_id: str, actor: Actor) -> None:
    """A key that may have become known works no more, at once."""
    found = ApplicationKey.objects.select_related("application").filter(pk=key_id).first()
    if found is None:
        raise Absent("key_absent", "没有这把密钥。")
    _application(found.application.key, actor)
    if not ApplicationKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=instant.now()):
        raise Refused("key_revoked", "这把密钥已经作废。")
    ledger.record("gateway.key.revoked", actor.ref, {"application": found.application.key, "key": key_id})
    publish_application(found.application)


@transaction.atomic
def stop(key: str, actor: Actor) -> None:
    """Stop an application: none of its keys or certificates works any more."""
    found = _application(key, actor)
    if not Application.objects.filter(pk=found.pk, stopped_at=None).update(stopped_at=instant.now()):
        raise Refused("application_stopped", "这个应用已经停用。")
    found.refresh_from_db()
    ledger.record("gateway.application.stopped", actor.ref, {"application": key})
    publish_application(found)


def _application(key: str, actor: Actor) -> Application:
    found = Application.objects.filter(key=key).first()
    if found is None:
        raise Absent("application_absent", "没有这个应用。")
    rights.need_steward_of(actor, found.body_key)
    return found


def _live(found: Application) -> list[ApplicationKey]:
    return list(found.keys.filter(revoked_at=None))


def _check(key: str, values: Mapping[str, Any]) -> None:
    wrong = []
    if not _KEY.fullmatch(key):
        wrong.append(FieldError("/key", "key_form", "应用代码用小写字母、数字和横线，2 到 63 个字符。"))
    if not str(values.get("title", "")).strip():
        wrong.append(FieldError("/title", "title_missing", "请写应用名称。"))
    taken = Application.objects.exclude(key=key).values_list("certificates", flat=True)
    used = {digest for each in taken for digest in each}
    for place, digest in enumerate(values.get("certificates", [])):
        if not _DIGEST.fullmatch(digest):
            wrong.append(FieldError(f"/certificates/{place}", "digest_form", "证书摘要是 64 个小写十六进制字符。"))
        elif digest in used:
            wrong.append(FieldError(f"/certificates/{place}", "certificate_taken", "这张证书已登记给别的应用。"))
    if wrong:
        raise Invalid(wrong)
