"""Who used my data: the uses that a person may see, of themselves and of those they stand for by law."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from xiang.foundation.ground.errors import Absent, Forbidden
from xiang.foundation.ledger import queries as ledger
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody whose uses may be seen: oneself, a child or ward, the company one represents."""

    party_id: UUID
    name: str
    own: bool


def own(actor: Actor) -> Whose:
    """Oneself, or the one acted for by law; ``Absent`` for officers and for agents under a delegation."""
    if actor.is_staff or actor.subject_id is None or actor.delegation_id is not None:
        raise Absent
    return Whose(actor.subject_id, actor.behalf_name or actor.name, actor.behalf_id is None)


def subjects(actor: Actor) -> list[Whose]:
    """Oneself (or whom one acts for) first, then one's wards. An agent under a delegation sees nobody's: who used the
    principal's data is the principal's to know. An officer has no page of their own here."""
    if actor.is_staff or actor.subject_id is None:
        return []
    if actor.delegation_id is not None:
        raise Forbidden("agent_may_not", "受托人看不到委托人的数据使用记录，请委托人自己登录查看。")
    if actor.behalf_id is not None:
        return [own(actor)]
    return [own(actor), *(Whose(ward.id, ward.name, False) for ward in parties.wards_of(actor.subject_id))]


def whose(actor: Actor, party_id: UUID | None = None) -> Whose:
    """The one whose uses are asked for, by default the actor's own; ``Absent`` when they are not theirs to see."""
    for one in subjects(actor):
        if party_id in (None, one.party_id):
            return one
    raise Absent


def uses_of(who: Whose) -> QuerySet[DataUse]:
    """Every use of their data, newest first. ``who`` comes from :func:`subjects` or :func:`whose`: the right is there."""
    return ledger.uses_of(parties.subject_indexes(who.party_id))


def use_for(actor: Actor, use_id: UUID) -> DataUse:
    """One use of the data of oneself or of a ward; ``Absent`` otherwise."""
    for one in subjects(actor):
        found: DataUse | None = ledger.uses_of(parties.subject_indexes(one.party_id)).filter(id=use_id).first()
        if found is not None:
            return found
    raise Absent
