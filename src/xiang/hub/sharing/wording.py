"""Answers in the words of forms: values, where they come from, since when a system cannot be reached."""

from __future__ import annotations

from xiang.foundation.forms.sources import Fetched, Provenance, Want
from xiang.hub.sharing.names import body_name, outage
from xiang.hub.sharing.operations.fetching import Answer

PREFIX = "hub"


def fetched(answer: Answer) -> Fetched:
    """An answer as forms take it."""
    question, resource = answer.question, answer.resource
    want = Want(question.resource_key, question.subject, question.fields)
    if resource is None:
        unknown = Provenance(f"{PREFIX}:{question.resource_key}", "", "", "", "", answer.at)
        return Fetched(want, {}, unknown, refused=answer.refused or "no_grant")
    provenance = Provenance(
        source=f"{PREFIX}:{resource.key}",
        body_key=resource.system.body_key,
        body=answer.provider or body_name(resource.system.body_key),
        system=resource.entry.title,
        resource=resource.title,
        at=answer.at,
        disputed=bool(answer.disputed & set(question.fields)),
    )
    if answer.refused:
        return Fetched(want, {}, provenance, refused=answer.refused)
    if answer.outage_since:
        return Fetched(want, {}, provenance, outage=outage(resource.system, answer.outage_since))
    if not answer.rows:
        return Fetched(want, {}, provenance, absent=True)
    return Fetched(want, answer.rows[0], provenance)
