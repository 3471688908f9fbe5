"""The ends of a job, from its addresses; the inventory knows where what is registered lies."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.exchange.engine import addresses
from xiang.hub.exchange.engine.ends import Source, Target
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.mapping import Mapped, Rule
from xiang.hub.exchange.models import Job
from xiang.hub.inventory import operations as inventory
from xiang.hub.inventory import queries as registered
from xiang.hub.inventory.models import System
from xiang.hub.sources import queries as connections


def source_of(job: Job) -> Source:
    rules = [Rule(**one) for one in job.mapping]
    named = {rule.name: rule.source for rule in rules if rule.source}
    address, table = place_of(job.source_address, job.source_table)
    key = [named.get(name, name) for name in job.key_columns]
    found = addresses.end_of(_address(address), table, Path(settings.DATA), key)
    return Mapped(found, rules) if rules else found


def target_of(job: Job) -> Target:
    address, table = place_of(job.target_address, job.target_table)
    return addresses.target_of(_address(address), table, Path(settings.DATA), tuple(job.key_columns))


def _address(connection: str) -> str:
    """Where a connection of the hub's leads, credentials and all; any other stays the name that the engine knows."""
    if not connection.startswith(connections.PREFIX):
        return connection
    found = connections.address_of(connection)
    if not found:
        raise Stopped("not_configured", f"连接“{connection}”没有登记，或者已经停用。请总枢纽登记后重新运行。")
    return found


def place_of(address: str, table: str) -> tuple[str, str]:
    """Address and table of what a job names; raises ``Stopped`` when it is not registered any more."""
    kind, _, key = address.partition(":")
    if kind not in ("resource", "system"):
        return address, table
    system = system_of(address)
    if kind == "resource":
        table = registered.resource(key).table
    return system.connection, table


def system_of(address: str) -> System:
    """The registered system at an address; raises ``Stopped``."""
    kind, _, key = address.partition(":")
    try:
        found = registered.resource(key).system if kind == "resource" else registered.systems().filter(key=key).first()
    except Absent as absent:
        raise Stopped("not_registered", f"没有登记资源“{key}”，或者已经下线。请先在一本账里登记。") from absent
    if found is None:
        raise Stopped("not_registered", f"没有登记系统“{key}”，或者已经撤销。请先在一本账里登记。")
    return found


def report(job: Job, at: datetime, rows: int | None) -> None:
    """Tell the inventory that what is registered at the target is as fresh as its source was at ``at``."""
    place = place_of(job.target_address, job.target_table)
    for key, one in registered.resources().items():
        if (one.system.connection, one.table) == place or job.target_address == f"resource:{key}":
            inventory.report_update(key, at, SYSTEM, rows)
