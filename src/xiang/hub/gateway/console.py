"""The test console: a signed request to the plane as an application would send it, with everything to see."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from xiang.foundation.ground.errors import Refused, Unavailable
from xiang.foundation.parties.actors import Actor
from xiang.foundation.trust import blind
from xiang.hub.gateway import queries
from xiang.hub.gateway.plane import signing
from xiang.hub.gateway.plane.keys import KEY_SCHEME
from xiang.hub.inventory import rights

ADDRESS = "http://127.0.0.1:8700"
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Tried:
    """What was signed, what was sent, what came back."""

    signed: str
    authorization: str
    status: int
    answer: str
    milliseconds: float


def address() -> str:
    """Where the plane is reached from here."""
    return os.environ.get("XIANG_GATEWAY_ADDRESS", ADDRESS).rstrip("/")


def health() -> dict[str, Any] | None:
    """What the plane says of itself; None when it does not answer."""
    try:
        status, text = _send("GET", "/healthz", seconds=1)
    except Unavailable:
        return None
    return dict(json.loads(text)) if status == 200 else None


def attempt(actor: Actor, application: str, resource: str, kind: str, body: str) -> Tried:
    """Ask as one of the application's live keys. It is a real use of data: governed, recorded, shown to the person."""
    found = queries.application_for(actor, application)
    rights.need_steward_of(actor, found.body_key)
    key = found.keys.filter(revoked_at=None).first()
    if key is None or found.stopped_at is not None:
        raise Refused("no_live_key", "这个应用没有可用的密钥，请先生成一把。")
    made = dict(one.split(":") for one in blind.indexes(key.id, KEY_SCHEME))
    path, at, nonce = f"/v1/resources/{quote(resource)}/{kind}", str(int(time.time())), secrets.token_hex(8)
    content = body.encode()
    signed = signing.canonical("POST", path, "", content, at, nonce)
    secret = bytes.fromhex(made[key.root])
    header = signing.header(key.id, secret, "POST", path, "", content, at, nonce)
    begun = time.perf_counter()
    status, answer = _send("POST", path, content, header)
    return Tried(signed.decode(), header, status, answer, (time.perf_counter() - begun) * 1000)


def _send(
    method: str, path: str, body: bytes = b"", authorization: str = "", seconds: float = _SECONDS
) -> tuple[int, str]:
    parts = urlsplit(address())
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request(method, path, body, {"Authorization": authorization, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = json.dumps(json.loads(answer.read()), ensure_ascii=False, indent=2)
    except (OSError, ValueError) as wrong:
        raise Unavailable("gateway_unreachable", "网关没有应答，请看看网关进程是否在运行。") from wrong
    finally:
        connection.close()
    return answer.status, text
