"""What can be done: define a job, run it, schedule, pause, cancel; carry a run out; move a database.

Everything but ``carry_out`` and ``carry_out_check`` is one short transaction. Those two move data for as long as it takes
and write what came of it in short transactions of their own.
"""

from xiang.hub.exchange.operations.carrying import carry_out
from xiang.hub.exchange.operations.defining import pause, put_job, resume, retire, schedule, unschedule
from xiang.hub.exchange.operations.migrating import advance, ask_check, carry_out_check, propose
from xiang.hub.exchange.operations.starting import cancel, start, start_due

__all__ = [
    "advance",
    "ask_check",
    "cancel",
    "carry_out",
    "carry_out_check",
    "pause",
    "propose",
    "put_job",
    "resume",
    "retire",
    "schedule",
    "start",
    "start_due",
    "unschedule",
]
