"""What can be done with a plan: read a file, correct what was read, decide what is unclear, adopt, put from the profile."""

from xiang.oversight.plan.operations.adopting import adopt, put_plan
from xiang.oversight.plan.operations.reviewing import correct_head, correct_task, decide, discard, upload

__all__ = ["adopt", "correct_head", "correct_task", "decide", "discard", "put_plan", "upload"]
