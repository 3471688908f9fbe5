"""The greeting and the one sentence under it."""

from __future__ import annotations

from datetime import datetime

from xiang.foundation.ground import instant

_GREETINGS = ((5, "晚上好"), (8, "早上好"), (11, "上午好"), (13, "中午好"), (18, "下午好"), (24, "晚上好"))


def greeting(at: datetime) -> str:
    """By the hour in Shanghai."""
    hour = at.astimezone(instant.SHANGHAI).hour
    return next(words for until, words in _GREETINGS if hour < until)


def summary(waiting: int, running: int) -> str:
    """今天 1 件事等您，3 件在办。"""
    if not waiting and not running:
        return "今天没有要您办的事。"
    if not waiting:
        return f"今天没有要您办的事，{running} 件在办。"
    return f"今天 {waiting} 件事等您，{running} 件在办。" if running else f"今天 {waiting} 件事等您。"
