"""An HTTP interface: the schemas of its OpenAPI document, or the fields of the JSON list that it answers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from xiang.hub.sources import letters
from xiang.hub.sources.found import ColumnFound, TableFound, Unreachable

_MOST = 4 << 20
_LETTERS = {"integer": "I", "number": "N", "boolean": "L", "object": "G", "array": "G", "string": "C"}
_FORMATS = {"date": "D", "date-time": "T"}


class _Nowhere(HTTPRedirectHandler):
    """A redirect could lead a server inside the network anywhere: it is not followed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def scan(address: str, until: float) -> list[TableFound]:
    """One table a schema (OpenAPI), or one for the list."""
    said = answer(address, until, _MOST)
    if isinstance(said, dict) and "openapi" in said:
        return _openapi(said)
    rows = said if isinstance(said, list) else next((v for v in said.values() if isinstance(v, list)), [said])
    mappings = [row for row in rows if isinstance(row, dict)][:1000]
    if not mappings:
        raise Unreachable("unreadable")
    names = dict.fromkeys(name for row in mappings for name in row)
    columns = [ColumnFound(name, letters.of_cells(row.get(name) for row in mappings), "json") for name in names]
    title = urlsplit(address).path.rstrip("/").rpartition("/")[2] or "root"
    return [TableFound(title, tuple(columns))]


def answer(address: str, until: float, most: int) -> Any:
    """The JSON at an address, of at most so many bytes; raises ``Unreachable``."""
    left = until - time.monotonic()
    if left <= 0:
        raise Unreachable("too_slow")
    request = Request(address, headers={"Accept": "application/json"})  # noqa: S310 - http(s) alone leads here
    try:
        with build_opener(_Nowhere).open(request, timeout=left) as stream:
            raw = bytearray()
            while len(raw) <= most and (part := stream.read(65536)):
                raw += part
                if time.monotonic() > until:
                    raise Unreachable("too_slow")
    except HTTPError as wrong:
        raise Unreachable("denied" if wrong.code in (401, 403) else "unreachable") from wrong
    except TimeoutError as wrong:
        raise Unreachable("too_slow") from wrong
    except (URLError, OSError) as wrong:
        slow = isinstance(getattr(wrong, "reason", None), TimeoutError)
        raise Unreachable("too_slow" if slow else "unreachable") from wrong
    if len(raw) > most:
        raise Unreachable("too_large")
    try:
        said = json.loads(raw)
    except ValueError as wrong:
        raise Unreachable("unreadable") from wrong
    if not isinstance(said, dict | list):
        raise Unreachable("unreadable")
    return said


def _openapi(document: Mapping[str, Any]) -> list[TableFound]:
    schemas = document.get("components", {}).get("schemas", {})
    found = []
    for name, schema in schemas.items():
        required = set(schema.get("required", ()))
        columns = [_property(field, said, field in required) for field, said in schema.get("properties", {}).items()]
        if columns:
            found.append(TableFound(name, tuple(columns), comment=str(schema.get("title", ""))[:300]))
    return found


def _property(name: str, said: Mapping[str, Any], required: bool) -> ColumnFound:
    native = str(said.get("format") or said.get("type") or "any")
    code = _FORMATS.get(native) or _LETTERS.get(str(said.get("type")), "G")
    return ColumnFound(
        name, code, native, said.get("maxLength"), not required, False, str(said.get("description", ""))[:300]
    )
