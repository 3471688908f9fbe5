"""What can be done with a life event."""

from __future__ import annotations

from xiang.services.lifeevents.households import party_of
from xiang.services.lifeevents.operations.confirming import (
    ask_other_party,
    confirm,
    confirm_at_counter,
    go_on_without,
    refuse,
)
from xiang.services.lifeevents.operations.filling import answer, complete, fill, start
from xiang.services.lifeevents.operations.progressing import decide_offer, subscribe_to_cases
from xiang.services.lifeevents.operations.submitting import submit

__all__ = [
    "answer",
    "ask_other_party",
    "complete",
    "confirm",
    "confirm_at_counter",
    "decide_offer",
    "fill",
    "go_on_without",
    "party_of",
    "refuse",
    "start",
    "submit",
    "subscribe_to_cases",
]
