"""The list of scenarios, as the profile says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.sharing.models import Need, Scenario


@transaction.atomic
def put_scenario(key: str, values: Mapping[str, Any], needs: Iterable[Mapping[str, Any]], actor: Actor) -> Scenario:
    """Enter a scenario or change it; ``needs``: ``entry`` and ``items`` of each."""
    rights.need_hub(actor)
    made, _ = Scenario.objects.update_or_create(key=key, defaults={"retired": False, **values})
    made.needs.all().delete()
    Need.objects.bulk_create(
        Need(scenario=made, entry_key=one["entry"], items=list(one.get("items", ()))) for one in needs
    )
    ledger.record("hub.scenario.put", actor.ref, {"scenario": key})
    return made


@transaction.atomic
def retire_scenario(key: str, actor: Actor) -> None:
    """Take a scenario off the list; what was asked for it stays."""
    rights.need_hub(actor)
    if Scenario.objects.filter(key=key, retired=False).update(retired=True):
        ledger.record("hub.scenario.retired", actor.ref, {"scenario": key})
