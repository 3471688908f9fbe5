"""Who may do what in the inventory: stewards for their own body, heads sign, the hub reviews."""

from __future__ import annotations

from typing import Literal

from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import standard

Sees = Literal["all", "own", "public"]


def is_hub(actor: Actor) -> bool:
    """The system, a configurator, or a steward of the body in charge of sharing."""
    if actor.is_system or actor.has("configurator"):
        return True
    terms = standard.find()
    return actor.has("steward") and terms is not None and actor.body_key in terms.authority


def sees(actor: Actor) -> Sees:
    """Which entries an actor finds: all, what is shared and everything of the own body, or what is open to the public."""
    if is_hub(actor) or actor.has("auditor"):
        return "all"
    return "own" if actor.is_staff and actor.body_key else "public"


def serves(actor: Actor, body_key: str) -> bool:
    """Whether the actor is a steward of this body, or of the hub."""
    return is_hub(actor) or (actor.has("steward") and actor.body_key == body_key)


def need_steward(actor: Actor) -> None:
    """The system, a data steward or a configurator."""
    if not (actor.is_system or actor.has("steward") or actor.has("configurator")):
        raise Forbidden("not_steward", "这一步由数据管理岗的工作人员来做。")


def need_steward_of(actor: Actor, body_key: str) -> None:
    """A steward of the body that answers for the system or entry, or of the hub; before the terms say who the hub is,
    the system and configurators alone."""
    need_steward(actor)
    if not serves(actor, body_key):
        raise Forbidden("other_body", "这是别的机关的系统或目录，请那个机关的数据管理岗来做。")


def need_office_of(actor: Actor, body_key: str) -> None:
    """A steward of the very body: the hub does not sign for a department."""
    if not (actor.has("steward") and actor.body_key == body_key):
        raise Forbidden("not_sharing_office", "由提供机关的数据共享工作机构来签。")


def need_head_of(actor: Actor, body_key: str) -> None:
    """The head of the very body (负责人)."""
    if not (actor.has("head") and actor.body_key == body_key):
        raise Forbidden("not_head", "由提供机关的负责人来签。")


def need_hub(actor: Actor) -> None:
    """A steward of the body in charge of sharing."""
    if not is_hub(actor):
        raise Forbidden("not_hub", "这一步由政务数据共享主管部门（总枢纽）来做。")
