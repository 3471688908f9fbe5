"""The parent of a life event: it has no body and no clock of its own, and ends when its last sub-case has."""

from __future__ import annotations

from xiang.foundation.cases.procedures import Procedure, State, Transition, register

LIFE_EVENT = register(
    Procedure(
        key="life_event",
        version=1,
        title="高效办成一件事",
        regime="一件事",
        initial="running",
        states=(State("running", "办理中"), State("done", "已办结", "done", closed=True)),
        transitions=(
            Transition("finish", "全部办结", ("running",), "done", ("system",), outcome="done", icon="check"),
            Transition("offer", "可以享受的服务", ("running",), "", ("system",), icon="gift"),
        ),
    )
)
