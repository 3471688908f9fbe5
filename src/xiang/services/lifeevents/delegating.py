"""What somebody can entrust to an agent: life events whole, and items one by one."""

from __future__ import annotations

from collections.abc import Sequence

from xiang.foundation.parties.actors import EVENT
from xiang.foundation.parties.delegable import DelegableItem
from xiang.foundation.parties.models import Party, PartyKind
from xiang.services.items import queries as items


def offered(principal: Party) -> Sequence[DelegableItem]:
    """The life events and items for people like the principal: a company's for a company, a person's for a person."""
    audience = "business" if principal.kind == PartyKind.LEGAL else "person"
    events = [
        DelegableItem(f"{EVENT}{one.key}", one.title, "一件事，其中各项一起委托")
        for one in items.life_events()
        if one.audience in (audience, "both")
    ]
    titles = {department.key: department.title for department in items.departments()}
    rows = sorted(items.listing(audience=audience), key=lambda item: (item.department, item.short))
    return [*events, *(DelegableItem(item.key, item.short, titles.get(item.department, "")) for item in rows)]
