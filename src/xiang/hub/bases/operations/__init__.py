"""Every change to the base registries: who belongs to whom, which value survives, what a steward settled."""

from xiang.hub.bases.operations.building import Built, Resolving, build
from xiang.hub.bases.operations.counting import count
from xiang.hub.bases.operations.linking import build_linked
from xiang.hub.bases.operations.merging import merge, split, unmerge
from xiang.hub.bases.operations.registering import put_address, put_registry, put_source, put_theme
from xiang.hub.bases.operations.resolving import Resolved, resolve
from xiang.hub.bases.operations.stewarding import DECISIONS, correct, decide_pair, open_golden, withdraw_correction

__all__ = [
    "DECISIONS",
    "Built",
    "Resolved",
    "Resolving",
    "build",
    "build_linked",
    "correct",
    "count",
    "decide_pair",
    "merge",
    "open_golden",
    "put_address",
    "put_registry",
    "put_source",
    "put_theme",
    "resolve",
    "split",
    "unmerge",
    "withdraw_correction",
]
