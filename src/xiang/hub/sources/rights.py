"""Who keeps connections: the hub's operators. Who they are, a room above knows and registers."""

from __future__ import annotations

from collections.abc import Callable

from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.parties.actors import Actor

Judge = Callable[[Actor], bool]
_judges: list[Judge] = []


def register(judge: Judge) -> None:
    """Say who the hub is; called once, at start."""
    if judge not in _judges:
        _judges.append(judge)


def is_operator(actor: Actor) -> bool:
    """The system, or whoever the registered judge takes for the hub; nobody else where none is registered."""
    return actor.is_system or any(judge(actor) for judge in _judges)


def need_operator(actor: Actor) -> None:
    """The hub alone says where this server connects to: whoever enters a host makes it call there."""
    if not is_operator(actor):
        raise Forbidden("not_hub_operator", "数据库连接由总枢纽登记：请把库的地址、只读账号和用途告诉总枢纽。")
