"""What bodies and systems are called when people are told about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Body
from xiang.hub.inventory.models import System


def body_name(key: str) -> str:
    """The short name of a body: 省公安厅; its key when it is not known."""
    try:
        body = parties.body(key)
    except Absent:
        return key
    return body.short or body.name


def body_names(keys: Iterable[str]) -> dict[str, str]:
    """The short names of many bodies in one statement; a key that is not known stands for itself."""
    wanted = set(keys)
    found = {one.key: one.short or one.name for one in Body.objects.filter(key__in=wanted)}
    return {key: found.get(key, key) for key in wanted}


def system_name(system: System) -> str:
    """What people call a system: 医保系统."""
    return system.short or f"{body_name(system.body_key)}系统"


def outage(system: System, since: datetime) -> str:
    """``医保系统 10:02 起连不上。`` With the date when it began on another day."""
    local = since.astimezone(instant.SHANGHAI)
    day = "" if local.date() == instant.today() else f"{local.month}月{local.day}日 "
    return f"{system_name(system)} {day}{local:%H:%M} 起连不上。"
