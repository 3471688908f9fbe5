"""Looking into a source, read-only and within a deadline: which tables and columns it has. No row is kept."""

from __future__ import annotations

import importlib

from xiang.hub.sources.addresses import address_of, engine_of
from xiang.hub.sources.found import MOST_TABLES, TableFound, Unreachable


def look_into(connection: str, until: float) -> list[TableFound]:
    """The tables behind a name or an address, before the monotonic instant ``until``; raises :class:`Unreachable`."""
    address = address_of(connection)
    module = importlib.import_module(f"xiang.hub.sources.engines.{engine_of(address)}")
    found: list[TableFound] = module.scan(address, until)
    if len(found) > MOST_TABLES:
        raise Unreachable("too_many")
    return found
