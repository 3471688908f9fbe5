"""The ASGI application: routes, bodies, headers, problems. What a call means is in ``answering``."""

from __future__ import annotations

import json
import logging
import math
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

from xiang.hub.gateway.plane import authenticating, describing
from xiang.hub.gateway.plane.answering import ACTIONS, Gateway
from xiang.hub.gateway.plane.asking import asked
from xiang.hub.gateway.plane.authenticating import Call, neighbourhood
from xiang.hub.gateway.plane.catalogue import Catalogue, Settings
from xiang.hub.gateway.plane.limiting import Buckets
from xiang.hub.gateway.plane.problems import Problem
from xiang.hub.gateway.plane.stores import store_for
from xiang.hub.gateway.plane.watching import Watch

log = logging.getLogger("xiang.gateway")

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

LARGEST = 256 * 1024
RESOURCES = "/v1/resources/"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Gone(Exception):
    """The client has gone: nobody is left to answer."""


class Plane:
    """``Plane(database, data)`` is the ASGI application over a database URL and a data folder."""

    def __init__(self, database: str, data: Path) -> None:
        self._database, self._data = database, data
        self._buckets = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        # Made here, inside the running loop: its events and tasks belong to it.
        self.gateway = Gateway(store_for(self._database, self._data), self._data)
        self._watch = Watch(self.gateway)
        try:
            await self._watch.start()
        except Exception as wrong:
            log.exception("the gateway cannot start")
            await send({"type": "lifespan.startup.failed", "message": str(wrong)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._watch.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter_ns()
        call = _call(scope)
        code, headers = "", []
        kind = b"application/json"
        try:
            status, body = 200, await self._answer(call, receive)
            left = self.gateway.sealing_left()
            if left is not None and self.gateway.catalogue and left < self.gateway.catalogue.settings.sealing / 2:
                headers.append((b"xiang-refuses-in", str(math.ceil(max(left, 0))).encode()))
        except Gone:
            return
        except Exception as wrong:
            problem = _problem(wrong)
            code, status, body = problem.code, problem.status, _encoded(problem.document())
            kind = b"application/problem+json"
            headers += _told_in_headers(problem)
        if isinstance(body, str):
            kind, body = b"text/plain; charset=utf-8", body.encode()
        if call.path != "/healthz":
            micros = (time.perf_counter_ns() - begun) // 1000
            self.gateway.flow.note(call.application, call.resource, code or "ok", micros)
        headers += [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, call: Call, receive: Receive) -> bytes | str:
        if call.path == "/healthz":
            return _encoded(self.health())
        catalogue = self.gateway.current()
        authenticating.place(call, catalogue.settings)
        self._buckets.take(neighbourhood(call.address), catalogue.settings.address_rate)
        if call.method == "GET":
            return self._told(call, catalogue)
        if call.method != "POST":
            raise Problem("method_not_allowed")
        call.body = await _body(receive)
        if call.path == "/oauth/token":
            return _encoded(authenticating.token(call, catalogue, self.gateway.keys))
        key, kind = _route(call.path)
        caller = authenticating.caller(call, catalogue, self.gateway.keys)
        call.application = caller.application.key
        call.resource = key if key in catalogue.resources else ""
        question = asked(call.body, kind, catalogue.settings.batch)
        rate = caller.application.rate or catalogue.settings.application_rate
        self._buckets.take(f"application {call.application}", rate, len(question.numbers))
        return _encoded(await self.gateway.answer(caller, key, kind, question))

    def _told(self, call: Call, catalogue: Catalogue) -> bytes | str:
        """What anybody may read: descriptions of interfaces, and the plain counters."""
        if call.path == "/metrics":
            return self.gateway.flow.text()
        if call.path == "/openapi.json":
            return _encoded(describing.document(catalogue.resources.values(), catalogue.settings))
        key = unquote(call.path.removeprefix(RESOURCES).removesuffix("/openapi.json"))
        if not call.path.startswith(RESOURCES) or not call.path.endswith("/openapi.json"):
            raise Problem("not_found" if not call.path.startswith(RESOURCES) else "method_not_allowed")
        if key not in catalogue.resources:
            raise Problem("resource_absent")
        return _encoded(describing.document([catalogue.resources[key]], catalogue.settings))

    def health(self) -> dict[str, Any]:
        """``serving``, ``starting``, ``out_of_touch`` with what is published, or ``refusing`` when the ledger has not been
        sealed for too long; ``refuses_in`` counts down to that."""
        catalogue, left = self.gateway.catalogue, self.gateway.sealing_left()
        settings = catalogue.settings if catalogue else Settings()
        state = "refusing" if left is not None and left <= 0 else "serving"
        try:
            self.gateway.current()
        except Problem as wrong:
            state = wrong.code
        return {
            "state": state,
            "version": catalogue.version if catalogue else None,
            "resources": len(catalogue.resources) if catalogue else 0,
            "unsealed_since": self.gateway.unsealed_since.isoformat() if self.gateway.unsealed_since else None,
            "sealing_limit": settings.sealing,
            "refuses_in": None if left is None else max(0, math.ceil(left)),
        }


def _call(scope: Scope) -> Call:
    client = scope.get("client") or ("", 0)
    return Call(
        scope["method"],
        scope["raw_path"].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        dict(scope["headers"]),
        client[0],
    )


def _route(path: str) -> tuple[str, str]:
    """Resource and kind of ``/v1/resources/<key>/<kind>``."""
    key, _, kind = path.removeprefix(RESOURCES).rpartition("/")
    if not path.startswith(RESOURCES) or kind not in ACTIONS or not key:
        raise Problem("not_found")
    return unquote(key), kind


async def _body(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST:
            raise Problem("too_large")
        parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _problem(wrong: Exception) -> Problem:
    if isinstance(wrong, Problem):
        return wrong
    # Where, not what: the message may hold what was asked or found.
    frames = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(wrong.__traceback__)]
    log.error("%s at %s", type(wrong).__name__, " ".join(frames[-5:]))
    return Problem("unexpected")


def _told_in_headers(problem: Problem) -> list[tuple[bytes, bytes]]:
    told = []
    if problem.retry_after is not None:
        told.append((b"retry-after", str(problem.retry_after).encode()))
    if problem.status == 401:
        told.append((b"www-authenticate", b"XIANG-HMAC-SM3, Bearer"))
    return told


def _encoded(document: Any) -> bytes:
    return _encode(document).encode("utf-8", "replace")
