"""Filling a form from what government already holds.

Sources are asked side by side, outside any transaction; what they say is shown with its origin and kept with the
draft. What a person typed is never overwritten, an outage is said and the person goes on by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from xiang.foundation.forms.schema import Field, FormDefinition
from xiang.foundation.forms.sources import FetchContext, Fetched, Provenance, Subject, Want, source, split
from xiang.foundation.ground import instant


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer came from.

    ``kind``: ``source`` (government holds it), ``typed`` (the person), ``changed`` (the person typed over what a
    source said, ``said`` keeps it), ``outage`` (the source does not answer; ``note`` says since when), ``absent``
    (nothing on record), ``refused`` (reading is not allowed).
    """

    kind: str
    at: str
    source: str = ""
    body_key: str = ""
    body: str = ""
    system: str = ""
    resource: str = ""
    disputed: bool = False
    said: Any = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ("", None, False)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What a round of asking brought: values, an origin for every field asked for, and the outages in words."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    outages: tuple[str, ...] = ()


def typed(said: Any = None) -> Origin:
    """The origin of an answer that the person gave."""
    return Origin("changed" if said is not None else "typed", instant.now().isoformat(), said=said)


def wants_of(fields: Sequence[Field], people: Mapping[str, Subject]) -> dict[str, list[tuple[Want, list[Field]]]]:
    """The fewest questions that answer these fields, by source: one for each resource and subject at hand."""
    asked: dict[tuple[str, str, str], list[Field]] = defaultdict(list)
    for one in fields:
        if one.source and one.subject in people:
            prefix, resource, _ = split(one.source)
            asked[(prefix, resource, one.subject)].append(one)
    wants: dict[str, list[tuple[Want, list[Field]]]] = defaultdict(list)
    for (prefix, resource, role), group in asked.items():
        names = tuple(dict.fromkeys(split(f.source)[2] for f in group))
        wants[prefix].append((Want(resource, people[role], names), group))
    return wants


def prefill(
    form: FormDefinition,
    people: Mapping[str, Subject],
    context: FetchContext,
    answers: Mapping[str, Any] | None = None,
    skip: Collection[str] = (),
) -> Prefilled:
    """Ask every source for the fields about people at hand that have no answer yet, but for those named in ``skip``.
    Fields that do not apply are asked for too: whether they do may follow from what the same source says."""
    answers = answers or {}
    open_fields = [f for f in form.fields if f.source and answers.get(f.key) in (None, "", []) and f.key not in skip]
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    outages: list[str] = []
    for prefix, questions in wants_of(open_fields, people).items():
        replies = source(prefix).fetch_many([want for want, _ in questions], context)
        for (_, fields), reply in zip(questions, replies, strict=True):
            if reply.outage and reply.outage not in outages:
                outages.append(reply.outage)
            for one in fields:
                value = reply.values.get(split(one.source)[2])
                origins[one.key] = _origin(reply, value)
                if value not in (None, ""):
                    values[one.key] = value
    return Prefilled(values, origins, tuple(outages))


def _origin(reply: Fetched, value: Any) -> Origin:
    from_where = reply.provenance
    kind, note = "source", ""
    if reply.outage:
        kind, note = "outage", reply.outage
    elif reply.refused:
        kind, note = "refused", reply.refused
    elif reply.absent or value in (None, ""):
        kind = "absent"
    return Origin(
        kind,
        from_where.at.isoformat(),
        from_where.source,
        from_where.body_key,
        from_where.body,
        from_where.system,
        from_where.resource,
        from_where.disputed,
        note=note,
    )


def out_of_reach(origins: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The fields whose source did not answer: they may be filled in by hand or left empty."""
    return frozenset(key for key, origin in origins.items() if origin.get("kind") == "outage")


def nothing_there(origins: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The fields of which a source has said that it holds nothing, or may not say: asking once is enough."""
    return frozenset(key for key, origin in origins.items() if origin.get("kind") in ("absent", "refused"))


def unasked(form: FormDefinition, people: Mapping[str, Subject], origins: Mapping[str, Any]) -> bool:
    """Whether the form has fields about people at hand that no source was asked for yet: an answer brought them."""
    return any(f.source and f.subject in people and f.key not in origins for f in form.fields)


def provenance(origin: Origin) -> Provenance | None:
    """The provenance of an answer that came from a source, else ``None``."""
    if origin.kind not in ("source", "changed") or not origin.body:
        return None
    o = origin
    return Provenance(o.source, o.body_key, o.body, o.system, o.resource, o.moment, o.disputed)
