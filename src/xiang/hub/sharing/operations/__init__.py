"""What can be done in the hub: read by right, grant and revoke, unplug, dispute and mend.

``fetch`` reads one resource and says no by exception; ``fetch_many`` answers everything at once and never raises for an
outage or a refusal, as forms need it. Both write the ledger before they hand anything out.
"""

from xiang.hub.sharing.operations.asking import fetch, fetch_many, fetch_rows
from xiang.hub.sharing.operations.disputing import answer_dispute, close_dispute, dispute, take_up_dispute
from xiang.hub.sharing.operations.fetching import SERVICE, Purpose, Question
from xiang.hub.sharing.operations.granting import put_grant, revoke_grant, set_system_state
from xiang.hub.sharing.operations.objecting import answer_objection, object_to

__all__ = [
    "SERVICE",
    "Purpose",
    "Question",
    "answer_dispute",
    "answer_objection",
    "close_dispute",
    "dispute",
    "fetch",
    "fetch_many",
    "fetch_rows",
    "object_to",
    "put_grant",
    "revoke_grant",
    "set_system_state",
    "take_up_dispute",
]
