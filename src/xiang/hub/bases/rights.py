"""Who may look at and change base registries: the body that leads one, the hub, and the machinery that feeds them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiang.foundation.ground.errors import Absent, Forbidden
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases.models import Golden, Pair, Record, Registry
from xiang.hub.inventory import rights as inventory


def is_hub(actor: Actor) -> bool:
    """The system, or a data steward of the body in charge of sharing. Whoever configures it has no business here."""
    return actor.is_system or (actor.has("steward") and inventory.is_hub(actor))


def need_steward(actor: Actor) -> None:
    """The system or a data steward; to anybody else the registries are not there."""
    if not (actor.is_system or actor.has("steward")):
        raise Absent


def need_hub(actor: Actor) -> None:
    """Setting registries up, and saying who leads them, is the hub's."""
    need_steward(actor)
    if not is_hub(actor):
        raise Forbidden("not_hub", "设立基础库、变更牵头部门由总枢纽来做，请联系总枢纽的数据管理岗。")


def need_lead(actor: Actor, registry: Registry) -> None:
    """A steward of the body that leads the registry or of the one that runs it, or the hub."""
    need_steward(actor)
    if actor.body_key not in (registry.owner_key, registry.operator_key) and not is_hub(actor):
        raise Forbidden("not_lead", f"“{registry.title}”由牵头部门和总枢纽的数据管理岗来处理，请转给他们。")


def visible(rows: QuerySet[Golden], actor: Actor) -> QuerySet[Golden]:
    """To the hub all golden records; to a steward those of registries that the own body leads or runs, and of others
    those with a record of its own; to anybody else none."""
    if is_hub(actor):
        return rows
    if not actor.has("steward"):
        return rows.none()
    own = Record.objects.filter(golden=OuterRef("pk"), source__body_key=actor.body_key)
    return rows.filter(_led(actor.body_key) | Exists(own))


def settled_by(rows: QuerySet[Pair], actor: Actor) -> QuerySet[Pair]:
    """To the hub all pairs; to a steward those of registries that the own body leads or runs; to anybody else none."""
    if is_hub(actor):
        return rows
    return rows.filter(_led(actor.body_key)) if actor.has("steward") else rows.none()


def _led(body_key: str) -> Q:
    return Q(registry__owner_key=body_key) | Q(registry__operator_key=body_key)
