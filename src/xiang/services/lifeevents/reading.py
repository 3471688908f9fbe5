"""Reading what government holds for a life event: the form's fields, and the few facts that only routing needs.

A fact that is no field of the form is kept under ``@role:source``, e.g. ``@mother:hub:police_person.household_station``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.forms.sources import FetchContext, Subject, Want, source, split
from xiang.services.lifeevents.definitions import LifeEvent

DEFAULT_SUBJECTS = {"health_birth": "child"}


def hidden_key(role: str, key: str) -> str:
    """Under which key a fact that is no field is kept."""
    return f"@{role}:{key}"


def _sources_named(event: LifeEvent) -> Iterator[str]:
    """The sources that routes and questions name besides the form."""
    for route in event.content.get("routes", ()):
        for row in route["to"]:
            yield from (row[name] for name in ("unit_of", "body_of") if name in row)
    for question in event.questions:
        yield from (row["source"] for row in question.get("answer_from", ()) if "source" in row)
    yield from event.content.get("confirmation", {}).get("identify", ())


def hidden_wants(
    event: LifeEvent, form: FormDefinition, people: Mapping[str, Subject]
) -> dict[str, list[tuple[str, str]]]:
    """What to read besides the form: by role, the source keys that no field of the form answers."""
    fields = {(f.subject, f.source) for f in form.fields if f.source}
    wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key in dict.fromkeys(_sources_named(event)):
        resource = split(key)[1]
        default = DEFAULT_SUBJECTS.get(resource)
        for role in _distinct(people):
            fits = role == default if default else not role.startswith("child")
            if fits and (role, key) not in fields:
                wanted[role].append((resource, key))
    return wanted


def _distinct(people: Mapping[str, Subject]) -> Iterator[str]:
    """The roles, without ``applicant`` where the event knows the same person by a name of its own."""
    for role, person in people.items():
        twin = role == "applicant" and any(p.party_id == person.party_id for r, p in people.items() if r != role)
        if not twin:
            yield role


def read_hidden(
    event: LifeEvent,
    form: FormDefinition,
    people: Mapping[str, Subject],
    context: FetchContext,
    known: Mapping[str, Any],
) -> dict[str, Any]:
    """The facts besides the form, asked for only once."""
    wants: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for role, rows in hidden_wants(event, form, people).items():
        for resource, key in rows:
            if hidden_key(role, key) not in known:
                wants[split(key)[0]][(role, resource)].append(key)
    found: dict[str, Any] = {}
    for prefix, questions in wants.items():
        asked = [
            Want(resource, people[role], tuple(split(k)[2] for k in keys))
            for (role, resource), keys in questions.items()
        ]
        for ((role, _), keys), reply in zip(questions.items(), source(prefix).fetch_many(asked, context), strict=True):
            for key in keys:
                value = reply.values.get(split(key)[2])
                if value not in (None, ""):
                    found[hidden_key(role, key)] = value
    return found


def known(event: LifeEvent, form: FormDefinition, answers: Mapping[str, Any], role: str, key: str) -> Any:
    """The value of a source key about a role, whether a field of the form holds it or it was read beside."""
    for field in form.fields:
        if field.source == key and field.subject == role:
            return answers.get(field.key)
    return answers.get(hidden_key(role, key))
