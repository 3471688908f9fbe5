"""A life event as its pages show it: the guide with its four numbers, the draft, the other party's question."""

from __future__ import annotations

from xiang.services.lifeevents.presenting.confirmation import ConfirmationView, confirmation_view
from xiang.services.lifeevents.presenting.draft import DraftView, draft_view, names_of
from xiang.services.lifeevents.presenting.guide import Guide, Handled, guide, promise_words

__all__ = [
    "ConfirmationView",
    "DraftView",
    "Guide",
    "Handled",
    "confirmation_view",
    "draft_view",
    "guide",
    "names_of",
    "promise_words",
]
