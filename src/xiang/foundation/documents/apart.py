"""Calling what starts an event loop of its own, from wherever: a thread that runs one already cannot start a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def apart(function: Callable[[], T]) -> T:
    """The function's answer, from a thread of its own when this one runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return function()
    with ThreadPoolExecutor(max_workers=1) as other:
        return other.submit(function).result()
