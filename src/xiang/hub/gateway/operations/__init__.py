"""What can be done at the gateway: register applications, give and take keys, publish, take records into the ledger."""

from xiang.hub.gateway.operations.publishing import publish_grant, publish_if_changed, sync
from xiang.hub.gateway.operations.registering import NewKey, new_key, register, revoke_key, stop
from xiang.hub.gateway.operations.taking import prune, take, take_all, tidy

__all__ = [
    "NewKey",
    "new_key",
    "prune",
    "publish_grant",
    "publish_if_changed",
    "register",
    "revoke_key",
    "stop",
    "sync",
    "take",
    "take_all",
    "tidy",
]
