"""Rows from a department's interface: JSON, page after page, with time limits and repeated attempts.

Rows are a JSON list, or the first list among an object's members. The next page is what ``Link: <…>; rel="next"`` names
(RFC 8288), or the member ``next``: an address, or a cursor that is sent back as ``cursor``. It must lie at the same place
as the first: an answer never leads us elsewhere.
"""

from __future__ import annotations

import itertools
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from xiang.hub.exchange.engine.ends import Unordered, Window
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.wire import Batch, Column, Schema, rows_of

# It would write every address into the log, cursors and all.
logging.getLogger("httpx").setLevel(logging.WARNING)

TIMEOUT = httpx.Timeout(30, connect=10)
#: How often a page is asked for, and the pause before asking again in seconds; a longer ``Retry-After`` puts the run off.
ATTEMPTS, PAUSE, LONGEST_PAUSE = 4, 1.0, 30.0
_LARGEST = 64 << 20
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_KINDS: dict[type, str] = {bool: "bool", int: "int8", float: "numeric"}


class HttpRows(Unordered):
    """A list behind an address; ``path`` is below it. Credentials stand in the address and go as basic authentication."""

    called = "接口"

    def __init__(
        self, address: str, path: str = "", key: Sequence[str] = (), sleep: Callable[[float], None] = time.sleep
    ) -> None:
        place = urlsplit(address)
        bare = place._replace(netloc=place.netloc.rpartition("@")[2])
        self.address = urljoin(f"{bare.geturl().rstrip('/')}/", path) if path else bare.geturl()
        self.key = tuple(key)
        self.title = f"{place.scheme}://{place.hostname or ''}{urlsplit(self.address).path}"
        self._auth = (place.username or "", place.password or "") if place.username else None
        self._sleep = sleep

    def schema(self) -> Schema | None:
        rows, _ = next(self._pages())
        names = dict.fromkeys(name for row in rows for name in row)
        columns = tuple(Column(name, _kind([row.get(name) for row in rows])) for name in names)
        return Schema(columns, self.key, untyped=True) if columns else None

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        rows = itertools.chain.from_iterable(rows for rows, _ in self._pages())
        values = ([_plain(row.get(name)) for name in wanted.names] for row in rows)
        yield from rows_of(wanted.columns, values)

    def _pages(self) -> Iterator[tuple[list[dict[str, Any]], str]]:
        """Each page's rows and where the next is."""
        with httpx.Client(timeout=TIMEOUT, auth=self._auth, headers={"Accept": "application/json"}) as client:
            address, seen = self.address, set[str]()
            while address:
                if address in seen:
                    raise Stopped("endless_pages", "接口的下一页又指回前面的页，请对方检查分页。")
                seen.add(address)
                answer, said = self._asked(client, address)
                rows = said if isinstance(said, list) else _first_list(said)
                if not all(isinstance(row, dict) for row in rows):
                    raise Stopped("bad_answer", "接口的数据不是逐条的 JSON 对象，请对方检查。")
                following = self._following(answer, said)
                yield rows, following
                address = following

    def _asked(self, client: httpx.Client, address: str) -> tuple[httpx.Response, Any]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._got(client, address)
            except httpx.TransportError as away:
                if attempt == ATTEMPTS:
                    raise Interrupted("not_reached", "接口连不上，或者太慢。恢复后会重新运行。") from away
                self._sleep(PAUSE * 2 ** (attempt - 1))
                continue
            if answer.status_code in _AGAIN:
                wait = _pause(answer, PAUSE * 2 ** (attempt - 1))
                if attempt == ATTEMPTS or wait > LONGEST_PAUSE:
                    raise Interrupted("busy", f"接口正忙（{answer.status_code}），稍后会重新运行。")
                self._sleep(wait)
                continue
            if answer.status_code != httpx.codes.OK:
                raise Stopped(f"http_{answer.status_code}", "接口拒绝了这次读取，请联系该接口的管理员。")
            try:
                return answer, json.loads(answer.content)
            except ValueError as wrong:
                raise Stopped("bad_answer", "接口的回答不是完整的 JSON，请对方检查。") from wrong
        raise AssertionError

    def _got(self, client: httpx.Client, address: str) -> httpx.Response:
        """The whole answer, unless it is larger than a page may be."""
        with client.stream("GET", address) as answer:
            content = bytearray()
            for part in answer.iter_bytes():
                content += part
                if len(content) > _LARGEST:
                    raise Stopped("page_too_large", "接口一页超过 64 MB，请对方分小一些的页。")
            headers = [(name, value) for name, value in answer.headers.items() if name != "content-encoding"]
            return httpx.Response(answer.status_code, headers=headers, content=bytes(content), request=answer.request)

    def _following(self, answer: httpx.Response, said: Any) -> str:
        named = answer.links.get("next", {}).get("url") or (said.get("next") if isinstance(said, dict) else None)
        if not named:
            return ""
        if not str(named).startswith(("http://", "https://", "/", "?")):
            return str(httpx.URL(self.address).copy_merge_params({"cursor": str(named)}))
        found = urljoin(str(answer.request.url), str(named))
        if urlsplit(found)[:2] != urlsplit(self.address)[:2]:
            raise Stopped("led_elsewhere", "接口的下一页指到了别的地址，没有跟过去。请对方检查分页。")
        return found


def _first_list(said: Any) -> list[Any]:
    found = next((one for one in said.values() if isinstance(one, list)), None) if isinstance(said, dict) else None
    if found is None:
        raise Stopped("bad_answer", "接口的回答里没有数据列表，请对方检查。")
    return found


def _pause(answer: httpx.Response, otherwise: float) -> float:
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else otherwise


def _kind(values: Sequence[Any]) -> str:
    kinds = {_KINDS.get(type(one), "text") for one in values if one is not None}
    if kinds == {"int8", "numeric"}:
        return "numeric"
    return kinds.pop() if len(kinds) == 1 else "text"


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
