"""What can be done: start a campaign, write rules for a resource, look at one now, mend a finding."""

from xiang.hub.quality.operations import campaigns, runs
from xiang.hub.quality.operations.campaigns import put_rules, start
from xiang.hub.quality.operations.findings import perform
from xiang.hub.quality.operations.runs import order


def register() -> None:
    """The worker's jobs; called at start."""
    campaigns.register()
    runs.register()


__all__ = ["order", "perform", "put_rules", "register", "start"]
