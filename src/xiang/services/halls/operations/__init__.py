"""What a clerk can do at a window: receive somebody, fill in and file with them, clear up."""

from __future__ import annotations

from xiang.services.halls.operations.filing import begin, file, go_on, record_other_present
from xiang.services.halls.operations.identifying import receive_by_card, receive_by_number
from xiang.services.halls.operations.sessions import clear, close_idle, touch

__all__ = [
    "begin",
    "clear",
    "close_idle",
    "file",
    "go_on",
    "receive_by_card",
    "receive_by_number",
    "record_other_present",
    "touch",
]
