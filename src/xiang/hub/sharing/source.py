"""The hub as a source of forms (``hub:police_person.name``) and as what stands for a paper (``hub:police_person``)."""

from __future__ import annotations

from collections.abc import Sequence

from xiang.foundation.forms.sources import FetchContext, Fetched, Satisfied, Subject, Want
from xiang.hub.inventory import loading
from xiang.hub.inventory import queries as inventory
from xiang.hub.sharing import operations
from xiang.hub.sharing.wording import PREFIX


class HubSource:
    """Every resource in use, and while a profile is checked those that it declares."""

    prefix = PREFIX

    def offers(self, resource: str, field: str = "") -> bool:
        return loading.declared(resource, field) or inventory.has_field(resource, field)

    def fetch_many(self, wants: Sequence[Want], context: FetchContext) -> Sequence[Fetched]:
        questions = [operations.Question(want.resource, want.subject, want.fields) for want in wants]
        return operations.fetch_many(questions, purpose_of(context))


class HubSubstitute:
    """A paper is not asked for when the record that it would prove can be looked up."""

    prefix = PREFIX

    def offers(self, name: str) -> bool:
        return loading.declared(name, "") or inventory.has_field(name, "")

    def satisfies(self, name: str, subject: Subject, context: FetchContext) -> Satisfied | None:
        (answer,) = operations.fetch_many([operations.Question(name, subject, ())], purpose_of(context))
        if answer.refused or answer.outage or answer.absent:
            return None
        return Satisfied(f"{PREFIX}:{name}", answer.provenance.resource, answer.provenance)


def purpose_of(context: FetchContext) -> operations.Purpose:
    """The forms' context as the hub takes it."""
    return operations.Purpose(
        context.purpose,
        context.actor,
        context.body_key,
        frozenset(context.item_keys),
        context.case_id,
        context.case_number,
    )
