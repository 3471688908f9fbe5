"""Where each sub-case goes: the first row of its route that applies and leads to an office.

Routes are followed for all items together: first what each row would ask for, then all offices in one query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xiang.foundation.forms.conditions import holds
from xiang.foundation.forms.schema import Field, FormDefinition
from xiang.foundation.ground.errors import FieldError, Invalid, Refused
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Unit
from xiang.foundation.parties.queries import Wanted
from xiang.services.items.models import Item
from xiang.services.lifeevents.definitions import LifeEvent
from xiang.services.lifeevents.reading import DEFAULT_SUBJECTS, known

Answers = Mapping[str, Any]


def units_for(
    event: LifeEvent, form: FormDefinition, asked: Sequence[tuple[Item, Answers]], fallback: str
) -> list[Unit]:
    """The office that handles each item; ``fallback`` is the division to use when no row leads anywhere. Raises
    ``Invalid`` with the place to fill in when a source was silent about it, ``Refused('no_unit')`` when there is none."""
    found = []
    for (item, answers), unit in zip(asked, units_known(event, form, asked, fallback), strict=True):
        if unit is None:
            lacking = next(_unanswered(event, form, item, answers), None)
            if lacking is not None:
                words = f"请填{lacking.title}：要靠它找到办理“{item.short}”的处所。"
                raise Invalid([FieldError(f"/{lacking.key}", "needed_to_route", words)])
            words = f"没有找到办理“{item.short}”的处所。请拨打 12345，已填的内容都在。"
            raise Refused("no_unit", words, item=item.key)
        found.append(unit)
    return found


def units_known(
    event: LifeEvent, form: FormDefinition, asked: Sequence[tuple[Item, Answers]], fallback: str
) -> list[Unit | None]:
    """The same as far as it is known; ``None`` where no row leads anywhere yet."""
    ways = [list(_ways(event, form, item, answers, fallback)) for item, answers in asked]
    offices = iter(parties.units_for([one for way in ways for one in way]))
    return [next((unit for unit in [next(offices) for _ in way] if unit is not None), None) for way in ways]


def _ways(event: LifeEvent, form: FormDefinition, item: Item, answers: Answers, fallback: str) -> Iterator[Wanted]:
    """What to look for, best first: the rows of the route; the division; where the person's household or home is."""
    for row in event.routes(item.key):
        if holds(row.get("when"), answers):
            yield from _of_row(event, form, row, item, answers)
    for division in (fallback, *_homes(event, answers)):
        if division:
            yield Wanted(body=item.department, division=division, kind=item.unit_kind)


def _of_row(
    event: LifeEvent, form: FormDefinition, row: Mapping[str, Any], item: Item, answers: Answers
) -> Iterator[Wanted]:
    if "unit_of" in row:
        key = known(event, form, answers, _role(row, answers), row["unit_of"])
        if key:
            yield Wanted(key=str(key))
        return
    if "body_of" in row:
        role = DEFAULT_SUBJECTS.get(row["body_of"].partition(":")[2].partition(".")[0], "applicant")
        body = known(event, form, answers, role, row["body_of"])
        if body:
            yield Wanted(body=str(body), kind=row.get("kind", ""))
        return
    if "division_of" in row:
        role = answers.get(row["division_of"], row["division_of"])
        division = answers.get(f"{role}.household_division")
    elif "prefecture" in row:
        division = f"{str(answers.get(row['prefecture']) or '')[:4]}00"
    else:
        division = answers.get(row["division"])
    if division and division != "00":
        town = str(answers.get(row.get("town", "")) or "")
        yield Wanted(body=row["body"], division=str(division), kind=row.get("kind", item.unit_kind), town=town)


def _unanswered(event: LifeEvent, form: FormDefinition, item: Item, answers: Answers) -> Iterator[Field]:
    """The fields that the item's route looks at and nobody has answered."""
    for row in event.routes(item.key):
        role = answers.get(row.get("division_of", ""), row.get("division_of"))
        for key in (row.get("division", ""), row.get("prefecture", ""), f"{role}.household_division"):
            if key in form.by_key and not answers.get(key):
                yield form.by_key[key]


def _role(row: Mapping[str, Any], answers: Answers) -> str:
    of = row.get("of", "applicant")
    return str(answers.get(of, "mother")) if "." in of else of


def _homes(event: LifeEvent, answers: Answers) -> Iterator[str]:
    """When a register that a route relies on does not answer: what the person typed of household and home."""
    follow = answers.get("household.follow")
    roles = [str(follow)] if follow else []
    roles += [person["role"] for person in event.content.get("people", ()) if person.get("applies")]
    for role in dict.fromkeys(roles):
        yield str(answers.get(f"{role}.household_division") or "")
        yield str(answers.get(f"{role}.residence_division") or "")
