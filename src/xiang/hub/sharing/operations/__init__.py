"""What can be done in the hub: read by right, request, grant and revoke, unplug, dispute and mend.

``fetch`` reads one resource and says no by exception; ``fetch_many`` answers everything at once and never raises for an
outage or a refusal, as forms need it. Both write the ledger before they hand anything out.
"""

from xiang.hub.sharing.operations.agreeing import exported
from xiang.hub.sharing.operations.asking import fetch, fetch_many, fetch_rows
from xiang.hub.sharing.operations.channelling import put_channel, retire_channel
from xiang.hub.sharing.operations.correcting import confirm_correction
from xiang.hub.sharing.operations.disagreeing import disagree, settle, take_further
from xiang.hub.sharing.operations.disputing import (
    answer_dispute,
    close_dispute,
    confirm_mended,
    dispute,
    take_up_dispute,
)
from xiang.hub.sharing.operations.ending import close_request, expire_due, revoke_request
from xiang.hub.sharing.operations.fetching import SERVICE, Purpose, Question
from xiang.hub.sharing.operations.granting import put_grant, revoke_grant, set_system_state
from xiang.hub.sharing.operations.objecting import answer_objection, object_to
from xiang.hub.sharing.operations.requesting import act_as_requester, content_of, hand_in, renew, resubmit, save_draft
from xiang.hub.sharing.operations.scenarios import put_scenario, retire_scenario

__all__ = [
    "SERVICE",
    "Purpose",
    "Question",
    "act_as_requester",
    "answer_dispute",
    "answer_objection",
    "close_dispute",
    "close_request",
    "confirm_correction",
    "confirm_mended",
    "content_of",
    "disagree",
    "dispute",
    "expire_due",
    "exported",
    "fetch",
    "fetch_many",
    "fetch_rows",
    "hand_in",
    "object_to",
    "put_channel",
    "put_grant",
    "put_scenario",
    "renew",
    "resubmit",
    "retire_channel",
    "retire_scenario",
    "revoke_grant",
    "revoke_request",
    "save_draft",
    "set_system_state",
    "settle",
    "take_further",
    "take_up_dispute",
]
