"""What a call asks for, read from its body; everything that is wrong is told at once, with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xiang.hub.gateway.plane.keys import normal
from xiang.hub.gateway.plane.problems import Problem

_PERSON = re.compile(r"\d{17}[\dXx]")
_MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """``numbers`` identify whom it is about, in one spelling; ``claims`` are what a verification compares with."""

    numbers: tuple[str, ...]
    fields: tuple[str, ...]
    purpose: str
    items: frozenset[str] = frozenset()
    case_number: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)


def asked(body: bytes, kind: str, most: int) -> Asked:
    """The question of a ``query``, a ``batch`` of at most so many, or a ``verify``; ``Problem("input_invalid")``."""
    reading = _Reading(body)
    if kind == "batch":
        numbers = tuple(map(normal, reading.texts("subjects", most, needed=True)))
    else:
        numbers = (normal(reading.text("subject", 64, needed=True)),)
    claims = reading.claims() if kind == "verify" else {}
    names = tuple(sorted(claims)) if kind == "verify" else tuple(reading.texts("fields", _MOST_ITEMS, needed=True))
    said = Asked(
        numbers,
        tuple(dict.fromkeys(names)),
        reading.open("purpose", 64, needed=True),
        frozenset(reading.texts("items", _MOST_ITEMS)),
        reading.open("case_number", 64),
        claims,
    )
    reading.done([*said.fields, *said.items])
    return said


class _Reading:
    """Reads a JSON object key by key and keeps what was wrong."""

    def __init__(self, body: bytes) -> None:
        self.wrong: list[dict[str, str]] = []
        try:
            found = json.loads(body)
        except ValueError:
            raise Problem("input_invalid", "请求体应当是 UTF-8 编码的 JSON。") from None
        if not isinstance(found, dict):
            raise Problem("input_invalid", "请求体应当是一个 JSON 对象。")
        self.said: dict[str, Any] = found

    def tell(self, pointer: str, detail: str) -> None:
        self.wrong.append({"pointer": pointer, "detail": detail})

    def text(self, key: str, longest: int, *, needed: bool = False) -> str:
        value = self.said.pop(key, "")
        if not _good(value, longest) or (needed and not value.strip()):
            self.tell(f"/{key}", f"{key} 应当是不超过 {longest} 个字的文字。")
            return ""
        return str(value)

    def open(self, key: str, longest: int, *, needed: bool = False) -> str:
        """A text that will stand in the record: it may not hold anybody's identity number."""
        value = self.text(key, longest, needed=needed)
        if _PERSON.search(value):
            self.tell(f"/{key}", f"{key} 会写进使用记录，不能带身份证号码。")
        return value

    def texts(self, key: str, most: int, *, needed: bool = False) -> list[str]:
        values = self.said.pop(key, [])
        if not isinstance(values, list) or len(values) > most or (needed and not values):
            self.tell(f"/{key}", f"{key} 应当是一列，不超过 {most} 个。")
            return []
        for place, value in enumerate(values):
            if not _good(value, 64) or not value.strip():
                self.tell(f"/{key}/{place}", "这里应当是不超过 64 个字的文字。")
        return [value for value in values if isinstance(value, str)]

    def claims(self) -> dict[str, str]:
        said = self.said.pop("claims", {})
        if not isinstance(said, dict) or not said or len(said) > _MOST_ITEMS:
            self.tell("/claims", "claims 应当写明要核对的数据项和值。")
            return {}
        for name, value in said.items():
            if not _good(name, 64) or not _good(value, 500):
                self.tell(f"/claims/{name}", "要核对的值应当是文字。")
        return {name: value for name, value in said.items() if isinstance(value, str)}

    def done(self, kept: list[str]) -> None:
        for key in sorted(self.said):
            self.tell(f"/{key}", f"不认识 {key}，请对照接口文档改正。")
        if any(_PERSON.search(one) for one in kept):
            self.tell("/fields", "数据项和事项的名称里不能带身份证号码。")
        if self.wrong:
            raise Problem("input_invalid", errors=self.wrong)


def _good(value: object, longest: int) -> bool:
    """A text that every store can keep: no control characters, no halves of a surrogate pair."""
    if not isinstance(value, str) or len(value) > longest:
        return False
    return value.isprintable() or all(c.isprintable() or c in " 　" for c in value)
