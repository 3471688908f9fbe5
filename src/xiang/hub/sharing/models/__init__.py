"""Requests, grants with their agreements, disputes and corrections, channels. Written only by ``sharing.operations``."""

from xiang.hub.sharing.models.channels import Channel
from xiang.hub.sharing.models.disputes import Dispute, HolderNotice
from xiang.hub.sharing.models.grants import Agreement, Grant, SystemState
from xiang.hub.sharing.models.requests import (
    Disagreement,
    Environment,
    Mode,
    Need,
    Scenario,
    ShareDraft,
    ShareRequest,
)

__all__ = [
    "Agreement",
    "Channel",
    "Disagreement",
    "Dispute",
    "Environment",
    "Grant",
    "HolderNotice",
    "Mode",
    "Need",
    "Scenario",
    "ShareDraft",
    "ShareRequest",
    "SystemState",
]
