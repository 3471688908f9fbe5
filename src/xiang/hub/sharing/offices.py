"""Which office answers: the sharing office of a body (共享工作机构), and the hub's own."""

from __future__ import annotations

from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Unit
from xiang.hub.inventory import standard

KIND = "steward"


def sharing_office(body_key: str) -> Unit:
    """The office of a body that handles sharing; ``Refused('no_sharing_office')`` when it has none."""
    found = parties.units_of(body_key, kind=KIND).first() if "." in body_key else None
    if found is None:
        raise Refused(
            "no_sharing_office",
            "这个机关还没有设数据共享工作机构：请配置员在 units.yaml 里给它加一个 kind: steward 的处所，再送审。",
        )
    return found


def hub_office() -> Unit:
    """The office of the body in charge of sharing, or of the institution that runs the hub for it."""
    for body_key in sorted(standard.standard().authority):
        if found := parties.units_of(body_key, kind=KIND).first():
            return found
    raise Refused("no_hub_office", "还没有设总枢纽的处所：请配置员在 units.yaml 里加上，再提交。")
