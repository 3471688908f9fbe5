"""The ways that cases go, and how often: what a province's case table looks like on any day.

The shares are ours, no province publishes them; their order of size is what offices report: most cases are closed, most
of those granted, and of the open ones some wait for somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """Where a case stands. ``steps`` are its last events, at most three; ``late`` the part of it past its due date."""

    share: float
    state: str
    steps: tuple[str, ...]
    open: bool = True
    outcome: str = ""
    waiting_for: str = ""
    clock: str = "none"
    late: float = 0.0
    fires: tuple[str, str] | None = None  # the pending deadline of its state: slot, transition


WAYS = (
    Way(0.755, "delivered", ("submit", "grant", "deliver"), open=False, outcome="granted", clock="ended"),
    Way(0.035, "refused", ("submit", "accept", "refuse"), open=False, outcome="refused", clock="ended"),
    Way(0.040, "withdrawn", ("submit", "accept", "withdraw"), open=False, outcome="withdrawn", clock="ended"),
    Way(0.030, "declined", ("submit", "decline"), open=False, outcome="declined"),
    Way(0.030, "submitted", ("submit",), fires=("accept", "acceptance_overdue")),
    Way(0.012, "supplementing", ("submit", "ask_supplement"), waiting_for="applicant"),
    Way(0.050, "accepted", ("submit", "accept"), clock="running", late=0.04, fires=("promised", "mark_overdue")),
    Way(0.008, "stopped", ("submit", "accept", "stop"), clock="stopped"),
    Way(0.022, "deciding", ("submit", "accept", "recommend_grant"), clock="running", late=0.04,
        fires=("promised", "mark_overdue")),
    Way(0.018, "granted", ("submit", "accept", "grant"), outcome="granted", clock="ended"),
)  # fmt: skip
TITLES = {
    "submit": "提交",
    "accept": "受理",
    "grant": "决定",
    "deliver": "送达",
    "refuse": "不予办理",
    "withdraw": "撤回申请",
    "decline": "不予受理",
    "ask_supplement": "一次性补正",
    "stop": "停钟",
    "recommend_grant": "报请决定",
}
