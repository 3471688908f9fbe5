"""By when, by a dated rule. The rules lie in the room of statutes, above this one: it registers the answer at start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from xiang.foundation.ground.errors import Unavailable

Until = Callable[[str, date], date]
_known: dict[str, Until] = {}


def provide(until: Until) -> None:
    """Say how the last day of a rule (by its key, from a first day) is found; called once at start."""
    _known["until"] = until


def until(key: str, start: date) -> date:
    """The last day of the period that the rule ``key`` states, counted from ``start``."""
    if "until" not in _known:
        raise Unavailable("rule_missing", "期限规则还没有接上，请稍后再试。", key=key)
    return _known["until"](key, start)
