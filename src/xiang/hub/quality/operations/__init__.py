"""What can be done: start a campaign, write rules for a resource, mend a finding."""

from xiang.hub.quality.operations.campaigns import put_rules, register, start
from xiang.hub.quality.operations.findings import perform

__all__ = ["perform", "put_rules", "register", "start"]
