"""What can be done with credentials."""

from __future__ import annotations

from xiang.services.credentials.operations.adopting import adopt
from xiang.services.credentials.operations.ending import end, replace, replace_from_case
from xiang.services.credentials.operations.issuing import issue, issue_from_case, not_sealed, sealed, try_again
from xiang.services.credentials.operations.kinds import put_type, retire_type
from xiang.services.credentials.operations.showing import note_checked, note_file_checked, show, stop_showing

__all__ = [
    "adopt",
    "end",
    "issue",
    "issue_from_case",
    "not_sealed",
    "note_checked",
    "note_file_checked",
    "put_type",
    "replace",
    "replace_from_case",
    "retire_type",
    "sealed",
    "show",
    "stop_showing",
    "try_again",
]
