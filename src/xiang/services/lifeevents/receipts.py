"""How the receipt of a life event is counted: by the form that was submitted, with a group for each child."""

from __future__ import annotations

from collections.abc import Sequence

from xiang.foundation.cases.models import Case
from xiang.foundation.forms.schema import FormDefinition
from xiang.services.lifeevents import children, definitions
from xiang.services.lifeevents.facts import with_facts


def form_of_case(case: Case) -> FormDefinition:
    """The merged form of the items of a submitted event."""
    assert case.item_edition is not None
    event = definitions.in_edition(case.item_edition, case.received_on)
    answers = with_facts(event.content, case.answers["fields"])
    return children.for_children(event.form(answers), children.count_of(answers))


def paper_means(case: Case) -> Sequence[str]:
    """The means of delivery that count as a visit, as the event says (``receipt.count_as_visit``)."""
    assert case.item_edition is not None
    return tuple(definitions.in_edition(case.item_edition).content.get("receipt", {}).get("count_as_visit", ()))
