"""Every change of kept connections: by the hub's operators alone, each with its row in the ledger, which names the place and
never the secret."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db import connection as records

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Body
from xiang.hub.sources import looking
from xiang.hub.sources.found import Unreachable
from xiang.hub.sources.models import Connection
from xiang.hub.sources.places import LONGEST_SECRET, PORTS, Place
from xiang.hub.sources.rights import need_operator

DEADLINE = 8.0
WORKS = "ok"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a look: ``ok`` or a reason of ``found.REASONS``, how many tables, how long it took."""

    code: str
    tables: int
    milliseconds: int


def place_of(said: Mapping[str, Any]) -> Place:
    """The place that a form or a program says; its port is the engine's own where none is said."""
    engine, port = str(said.get("engine", "")).strip(), str(said.get("port", "") or "").strip()
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    texts = {one: str(said.get(one, "")).strip() for one in ("host", "database", "user", "tls")}
    return Place(engine, port=number if port else PORTS.get(engine, 0), **texts)


@transaction.atomic
def put(body_key: str, name: str, said: Mapping[str, Any], actor: Actor) -> Connection:
    """Keep a connection for a body, or change it. ``said``: engine, host, port, database, user, tls, purpose, secret.

    Whoever changes the place says the secret again: else a kept secret could be sent to a machine of somebody's choice.
    Raises :class:`Invalid` field by field.
    """
    need_operator(actor)
    known = Connection.objects.select_for_update().filter(body_key=body_key, name=name).first()
    place, secret = place_of(said), str(said.get("secret", "") or "")
    moved = known is None or known.retired or known.place != place
    wrong = [*_mistakes(body_key, name, place, secret), *_said_again(moved, known, secret)]
    purpose = str(said.get("purpose", "")).strip()
    if not 0 < len(purpose) <= 200:
        wrong.append(FieldError("/purpose", "missing", "写明给谁、作什么用，不超过 200 个字。"))
    if wrong:
        raise Invalid(wrong)
    now = instant.now()
    made = known or Connection(body_key=body_key, name=name, created_by=actor.ref, created_at=now)
    for field in ("engine", "host", "port", "database", "user", "tls"):
        setattr(made, field, getattr(place, field))
    made.purpose, made.changed_by, made.changed_at, made.retired = purpose, actor.ref, now, False
    if moved or secret:
        _seal(made, place.address(secret))
    try:
        with transaction.atomic():
            made.save(force_insert=known is None)
    except IntegrityError as taken:
        raise Refused("connection_taken", "别人刚登记了同名的连接，请刷新再看。") from taken
    _note("put", made, actor)
    return made


@transaction.atomic
def change_secret(connection_id: UUID, secret: str, actor: Actor) -> Connection:
    """Give a connection another secret (口令); the place stays."""
    need_operator(actor)
    found = _locked(connection_id)
    if not 0 < len(secret) <= LONGEST_SECRET:
        raise Invalid([FieldError("/secret", "secret_missing", "写新的口令。")])
    _seal(found, found.place.address(secret))
    found.changed_by, found.changed_at = actor.ref, instant.now()
    found.save()
    _note("secret_changed", found, actor)
    return found


def check(connection_id: UUID, actor: Actor, *, within: float = DEADLINE) -> Tried:
    """Look whether a connection works now, and keep what came of it. The look is outside any transaction."""
    need_operator(actor)
    found = Connection.objects.filter(pk=connection_id, retired=False).first()
    if found is None:
        raise _absent()
    tried = _look(str(found.address), within)
    with transaction.atomic():
        Connection.objects.filter(pk=found.pk).update(
            checked_at=instant.now(),
            checked_code=tried.code,
            checked_tables=tried.tables,
            checked_milliseconds=tried.milliseconds,
        )
        _note("checked", found, actor, code=tried.code)
    return tried


def try_out(body_key: str, name: str, said: Mapping[str, Any], actor: Actor, *, within: float = DEADLINE) -> Tried:
    """Look whether what a form says would work, before it is kept. The secret is the one said, or the one kept where the
    place is the one kept. That somebody tried is in the ledger: it makes this server call a machine."""
    need_operator(actor)
    known = Connection.objects.filter(body_key=body_key, name=name, retired=False).first()
    place, secret = place_of(said), str(said.get("secret", "") or "")
    moved = known is None or known.place != place
    if wrong := [*_mistakes(body_key, name, place, secret), *_said_again(moved, known, secret)]:
        raise Invalid(wrong)
    address = str(known.address) if known and not secret and not moved else place.address(secret)
    tried = _look(address, within)
    with transaction.atomic():
        refs = {"connection": f"kept:{body_key}__{name}", "code": tried.code}
        ledger.record("hub.connection.tried", actor.ref, refs, payload=_told(place))
    return tried


@transaction.atomic
def retire(connection_id: UUID, actor: Actor) -> None:
    """Take a connection out of use, and its secret away for good. Systems registered with it cannot be read any more."""
    need_operator(actor)
    found = _locked(connection_id)
    Connection._meta.get_field("address").erase(found)
    found.retired, found.changed_by, found.changed_at = True, actor.ref, instant.now()
    found.save()
    _note("retired", found, actor)


def _mistakes(body_key: str, name: str, place: Place, secret: str) -> list[FieldError]:
    wrong = [FieldError(f"/{field}", code, words) for field, code, words in place.mistakes()]
    if not Body.objects.filter(key=body_key).exists() or "__" in body_key:
        wrong.append(FieldError("/body_key", "body_unknown", "没有这个机关：写机关的标识，例如 430000.police。"))
    if len(name) > 40 or not _NAME.fullmatch(name):
        words = "名称用小写字母开头，只含小写字母、数字和单个下划线，不超过 40 位。"
        wrong.append(FieldError("/name", "name_form", words))
    if len(secret) > LONGEST_SECRET:
        wrong.append(FieldError("/secret", "secret_long", f"口令不超过 {LONGEST_SECRET} 个字。"))
    if not wrong and _is_our_own(place):
        words = "这是平台自己的记录库，不能当作来源。请填部门系统的库。"
        wrong.append(FieldError("/database", "own_records", words))
    return wrong


def _said_again(moved: bool, known: Connection | None, secret: str) -> list[FieldError]:
    if secret or not moved:
        return []
    words = "地址、库名、账号变了，请把口令再填一遍。" if known else "填只读账号的口令。"
    return [FieldError("/secret", "secret_missing", words)]


def _is_our_own(place: Place) -> bool:
    """Whether the place is the platform's own records: to read those as a source would go past every right."""
    own = records.settings_dict
    if records.vendor != place.engine:
        return False
    same = str(own["NAME"]) == place.database and str(own.get("PORT") or PORTS[place.engine]) == str(place.port)
    return same and _at_home(place.host) == _at_home(str(own.get("HOST") or "localhost"))


def _at_home(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "::1", "localhost") or host.startswith("/") else host.lower()


def _look(address: str, within: float) -> Tried:
    begun = time.monotonic()
    try:
        code, tables = WORKS, len(looking.look_into(address, begun + within))
    except Unreachable as wrong:
        code, tables = wrong.reason, 0
    return Tried(code, tables, int((time.monotonic() - begun) * 1000))


def _seal(made: Connection, address: str) -> None:
    """Another secret: what was checked before says nothing of it."""
    made.address, made.secret_at = address, instant.now()
    made.checked_at, made.checked_code, made.checked_tables, made.checked_milliseconds = None, "", 0, 0


def _locked(connection_id: UUID) -> Connection:
    found = Connection.objects.select_for_update().filter(pk=connection_id, retired=False).first()
    if found is None:
        raise _absent()
    return found


def _absent() -> Absent:
    return Absent("connection_absent", "没有这个连接，或者已经停用。")


def _told(place: Place) -> dict[str, str]:
    return {one: str(getattr(place, one)) for one in ("engine", "host", "port", "database", "user", "tls")}


def _note(step: str, found: Connection, actor: Actor, **more: str) -> None:
    refs = {"connection": found.ref, "body": found.body_key, **more}
    ledger.record(f"hub.connection.{step}", actor.ref, refs, payload=_told(found.place))
