"""What is asked (the request) and what is so at that moment (the state of the world), as values and as JSON.

A key that is not known is refused with its place: a misspelt ``purpos`` must not read as "no purpose".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from xiang.foundation.ground.errors import FieldError, Invalid

_Made = TypeVar("_Made")
_NEVER = datetime.min.replace(tzinfo=UTC)  # stands for an instant that could not be read, until all is refused


@dataclass(frozen=True, slots=True)
class Trees:
    """Which name stands under which, as child → parent: purposes, divisions beside what codes tell, members of party
    collections, members of asset collections."""

    purposes: Mapping[str, str] = field(default_factory=dict)
    divisions: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)

    def of(self, left: str) -> Mapping[str, str]:
        """The tree that a left operand (or the target) is compared in; empty where names have no order."""
        trees = {"purpose": self.purposes, "spatial": self.divisions, "recipient": self.parties, "target": self.assets}
        return trees.get(left, {})


@dataclass(frozen=True, slots=True)
class Request:
    """One act that somebody wants to do. ``columns`` are the data items asked for; ``amount`` is how many executions it
    counts for (a batch of fifty is fifty)."""

    assignee: str
    action: str
    target: str
    columns: frozenset[str] = frozenset()
    purpose: str = ""
    items: frozenset[str] = frozenset()
    division: str = ""
    recipient: str = ""
    environment: str = ""
    amount: int = 1

    def names(self, left: str) -> frozenset[str]:
        """The values of a left operand that is compared as names; nothing said is the empty set."""
        if left == "xp:serviceItem":
            return self.items
        said = {
            "purpose": self.purpose,
            "spatial": self.division,
            "recipient": self.recipient,
            "xp:environment": self.environment,
        }[left]
        return frozenset({said}) if said else frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """What is so at ``now`` (aware). By rule or duty uid: executions ``counters`` already done, those ``rates`` of the
    present window, instants at which it was ``performed``; duties that can no longer be done (``impossible``); since when
    a duty runs (``since``). ``revoked`` holds uids of policies."""

    now: datetime
    counters: Mapping[str, int] = field(default_factory=dict)
    rates: Mapping[str, int] = field(default_factory=dict)
    performed: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    impossible: frozenset[str] = frozenset()
    since: Mapping[str, datetime] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    trees: Trees = field(default_factory=Trees)


def request_of(document: Any) -> Request:
    """The request of a JSON object; ``Invalid`` with ``unknown_key``, ``missing`` or ``wrong_type`` and where."""
    read = _Reading(document, "请求")
    return read.done(
        Request(
            assignee=read.text("assignee", required=True),
            action=read.text("action", required=True),
            target=read.text("target", required=True),
            columns=read.texts("columns"),
            purpose=read.text("purpose"),
            items=read.texts("items"),
            division=read.text("division"),
            recipient=read.text("recipient"),
            environment=read.text("environment"),
            amount=read.number("amount", 1),
        )
    )


def state_of(document: Any, now: datetime) -> State:
    """The state of a JSON object; without a ``now`` of its own it is taken at ``now``."""
    read = _Reading(document, "状态")
    trees = Trees(*(read.table(name, str) for name in ("purposes", "divisions", "parties", "assets")))
    said = read.text("now")
    return read.done(
        State(
            now=read.instant("/now", said) if said else now,
            counters=read.table("counters", int),
            rates=read.table("rates", int),
            performed={
                key: tuple(read.instant(f"/performed/{key}/{place}", each) for place, each in enumerate(when))
                for key, when in read.table("performed", list).items()
            },
            impossible=read.texts("impossible"),
            since={key: read.instant(f"/since/{key}", when) for key, when in read.table("since", str).items()},
            revoked=read.texts("revoked"),
            trees=trees,
        )
    )


class _Reading:
    """Reads an object key by key and keeps what was wrong, so that all of it is told at once."""

    def __init__(self, document: Any, called: str) -> None:
        self.document: dict[str, Any] = document if isinstance(document, dict) else {}
        self.left = set(self.document)
        self.wrong: list[FieldError] = []
        if not isinstance(document, dict):
            self._tell("", "wrong_type", f"{called}应当是一个 JSON 对象。")

    def text(self, key: str, *, required: bool = False) -> str:
        value = self._take(key, str, "")
        if required and not value:
            self._tell(f"/{key}", "missing", f"缺少 {key}。")
        return str(value)

    def number(self, key: str, default: int) -> int:
        value = int(self._take(key, int, default))
        if value < 1:
            self._tell(f"/{key}", "wrong_value", f"{key} 应当是不小于 1 的整数。")
        return value

    def texts(self, key: str) -> frozenset[str]:
        values = self._take(key, list, [])
        for place, each in enumerate(values):
            if not isinstance(each, str):
                self._tell(f"/{key}/{place}", "wrong_type", "这里应当是文字。")
        return frozenset(each for each in values if isinstance(each, str))

    def table(self, key: str, kind: type) -> dict[str, Any]:
        rows = self._take(key, dict, {})
        for name, each in rows.items():
            if not _is(each, kind):
                self._tell(f"/{key}/{name}", "wrong_type", _EXPECTED[kind])
        return {name: each for name, each in rows.items() if _is(each, kind)}

    def instant(self, pointer: str, text: Any) -> datetime:
        try:
            found = datetime.fromisoformat(text)
        except (TypeError, ValueError):
            found = None
        if found is None or found.tzinfo is None:
            self._tell(pointer, "wrong_instant", "时刻要带时区，写成 2026-11-22T09:00:00+08:00。")
            return _NEVER
        return found

    def done(self, made: _Made) -> _Made:
        for key in sorted(self.left):
            self._tell(f"/{key}", "unknown_key", f"不认识 {key}，请对照说明改正。")
        if self.wrong:
            raise Invalid(self.wrong, code="input_invalid")
        return made

    def _take(self, key: str, kind: type, default: Any) -> Any:
        self.left.discard(key)
        value = self.document.get(key, default)
        if _is(value, kind):
            return value
        self._tell(f"/{key}", "wrong_type", _EXPECTED[kind])
        return default

    def _tell(self, pointer: str, code: str, detail: str) -> None:
        self.wrong.append(FieldError(pointer, code, detail))


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


_EXPECTED: dict[type, str] = {
    str: "这里应当是文字。",
    int: "这里应当是整数。",
    list: "这里应当是一列。",
    dict: "这里应当是一个对象。",
}
