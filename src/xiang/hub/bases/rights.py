"""Who may look at and change base registries: data stewards, and the machinery that feeds them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiang.foundation.ground.errors import Absent, Forbidden
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases.models import Golden, Record, Registry


def need_steward(actor: Actor) -> None:
    """The system or a data steward; to anybody else the registries are not there."""
    if not (actor.is_system or actor.has("steward")):
        raise Absent


def need_lead(actor: Actor, registry: Registry) -> None:
    """A steward of the body that leads the registry or of the one that runs the hub."""
    need_steward(actor)
    if not actor.is_system and actor.body_key not in (registry.owner_key, registry.operator_key):
        raise Forbidden("not_lead", f"“{registry.title}”由牵头部门和总枢纽的数据管理岗来处理，请转给他们。")


def visible(rows: QuerySet[Golden], actor: Actor) -> QuerySet[Golden]:
    """All golden records of registries that the steward's body leads or runs; of others those with a record of its own."""
    if actor.is_system:
        return rows
    if not actor.has("steward"):
        return rows.none()
    own = Record.objects.filter(golden=OuterRef("pk"), source__body_key=actor.body_key)
    return rows.filter(Q(registry__owner_key=actor.body_key) | Q(registry__operator_key=actor.body_key) | Exists(own))
