"""Every change of the one ledger."""

from xiang.hub.inventory.operations.entering import to_index
from xiang.hub.inventory.operations.importing import import_workbook
from xiang.hub.inventory.operations.indexing import bring_in
from xiang.hub.inventory.operations.mounting import mount_table
from xiang.hub.inventory.operations.registering import (
    mount,
    mount_new,
    put_entry,
    put_system,
    register_system,
    report_update,
    retire_entry,
    retire_system,
    unmount,
)
from xiang.hub.inventory.operations.revising import (
    draft,
    draft_revocation,
    publish,
    send_back,
    sign_head,
    sign_office,
    take_step,
    withdraw,
)
from xiang.hub.inventory.operations.scanning import scan
from xiang.hub.inventory.rights import need_hub, need_steward

__all__ = [
    "bring_in",
    "draft",
    "draft_revocation",
    "import_workbook",
    "mount",
    "mount_new",
    "mount_table",
    "need_hub",
    "need_steward",
    "publish",
    "put_entry",
    "put_system",
    "register_system",
    "report_update",
    "retire_entry",
    "retire_system",
    "scan",
    "send_back",
    "sign_head",
    "sign_office",
    "take_step",
    "to_index",
    "unmount",
    "withdraw",
]
