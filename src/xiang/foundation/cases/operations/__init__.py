"""What can be done with a case. Each function is one transaction: right, change, event, ledger, outbox."""

from __future__ import annotations

from xiang.foundation.cases.operations.amending import add_rule, amend_answers, link, set_subject
from xiang.foundation.cases.operations.desk import (
    claim,
    follow,
    hand_over,
    recuse,
    release,
    return_to_receiver,
    unfollow,
)
from xiang.foundation.cases.operations.opening import Opening, PartyRole, open_case
from xiang.foundation.cases.operations.performing import perform
from xiang.foundation.cases.operations.phrasing import put_phrase, remove_phrase
from xiang.foundation.cases.operations.reading import note_export, note_reading
from xiang.foundation.cases.operations.settling import recompute, settle, settle_overdue

__all__ = [
    "Opening",
    "PartyRole",
    "add_rule",
    "amend_answers",
    "claim",
    "follow",
    "hand_over",
    "link",
    "note_export",
    "note_reading",
    "open_case",
    "perform",
    "put_phrase",
    "recompute",
    "recuse",
    "release",
    "remove_phrase",
    "return_to_receiver",
    "set_subject",
    "settle",
    "settle_overdue",
    "unfollow",
]
