"""Papers: which are asked for, what stands for them, and what is still to be handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.schema import FormDefinition, Material
from xiang.foundation.forms.sources import FetchContext, Subject, substitute
from xiang.foundation.ground.errors import FieldError

OUTAGE = "outage"
"""Marks a paper that waits for a system to come back: nobody is asked for it, and it is looked for again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A material of an application. ``how``: ``waived`` (something stands for it), ``file``, ``statement`` (typed and
    signed online), ``later`` (an earlier item of the same matter brings it, or a system that is down will show it) or
    nothing yet."""

    material: Material
    how: str = ""
    title: str = ""
    reference: str = ""
    provisional: bool = False

    @property
    def missing(self) -> bool:
        return self.material.mandatory and not self.how

    @property
    def settled(self) -> bool:
        return bool(self.how) and not self.provisional


def standings(form: FormDefinition, draft: Draft, answers: Mapping[str, Any] | None = None) -> list[Standing]:
    """Every material that applies to the answers, with what is known of it."""
    kept = draft.materials or {}
    return [
        _standing(material, kept.get(material.key, {}))
        for material in form.materials_for(draft.answers if answers is None else answers)
    ]


def _standing(material: Material, row: Mapping[str, Any]) -> Standing:
    how, title, reference = (str(row.get(name, "")) for name in ("how", "title", "reference"))
    return Standing(material, how, title, reference, bool(row.get(OUTAGE)))


def all_settled(form: FormDefinition, draft: Draft, answers: Mapping[str, Any] | None = None) -> bool:
    """Whether there is something for every paper that something could stand for: then no source need be asked."""
    return all(s.settled or not s.material.substitutes for s in standings(form, draft, answers))


def look_for_substitutes(
    form: FormDefinition,
    draft: Draft,
    people: Mapping[str, Subject],
    context: FetchContext,
    brought: frozenset[str] = frozenset(),
    answers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What stands for the papers that are not settled yet; ``brought`` are credentials that an earlier item of the same
    matter will issue. Asks sources: never inside a transaction.

    In the order of the material's substitutes: 1. what this matter itself will issue; 2. a record that was read into the
    form already is not read again; 3. the credential or record, looked up. 4. When nothing is found and the system that
    would know is down, nobody is asked for paper: it is looked for again. A paper of somebody who is not at hand is left
    alone: nobody else's papers stand for theirs.
    """
    settled: dict[str, Any] = {}
    for standing in standings(form, draft, answers):
        if not standing.settled and standing.material.substitutes and at_hand(standing.material, people):
            row = _substitute(standing.material, form, draft, people, context, brought)
            settled[standing.material.key] = row or {"how": ""}
    return settled


def at_hand(material: Material, people: Mapping[str, Any]) -> bool:
    """Whether whom a paper is about is known; a paper about nobody in particular is the applicant's."""
    return not material.subject or material.subject in people


def unlooked(form: FormDefinition, draft: Draft, answers: Mapping[str, Any] | None = None) -> bool:
    """Whether the answers ask for a paper for which nobody has looked yet."""
    wanted = form.materials_for(draft.answers if answers is None else answers)
    return any(m.substitutes and m.key not in draft.materials and at_hand(m, draft.people) for m in wanted)


def _substitute(
    material: Material,
    form: FormDefinition,
    draft: Draft,
    people: Mapping[str, Subject],
    context: FetchContext,
    brought: frozenset[str],
) -> dict[str, Any] | None:
    read = _records_read(form, draft, material.subject)
    subject = people.get(material.subject or "applicant") or next(iter(people.values()), None)
    for key in material.substitutes:
        prefix, _, name = key.partition(":")
        if prefix == "credential" and name in brought:
            return {"how": "later", "title": "本次一起办，签发后自动带入", "reference": key}
        origin = read.get(key)
        if origin is not None and origin["kind"] == "source":
            return {"how": "waived", "title": f"{origin['body']}·{origin['resource']}", "reference": key}
        if subject is None or origin is not None:
            continue
        satisfied = substitute(prefix).satisfies(name, subject, context)
        if satisfied:
            by = f"{satisfied.provenance.body}·{satisfied.title}"
            return {"how": "waived", "title": by, "reference": satisfied.reference or key}
    return next((_waiting(key, read[key]) for key in material.substitutes if _is_out(read.get(key))), None)


def _records_read(form: FormDefinition, draft: Draft, role: str) -> dict[str, Mapping[str, Any]]:
    """The records about somebody that were asked for to fill in the form, by source: what came of each."""
    found: dict[str, Mapping[str, Any]] = {}
    for field in form.fields:
        origin = draft.origins.get(field.key)
        if not origin or field.subject != role or not origin.get("source"):
            continue
        if origin["source"] not in found or origin["kind"] == "source":
            found[origin["source"]] = origin
    return {key: origin for key, origin in found.items() if origin["kind"] in ("source", "outage")}


def _is_out(origin: Mapping[str, Any] | None) -> bool:
    return origin is not None and origin["kind"] == "outage"


def _waiting(key: str, origin: Mapping[str, Any]) -> dict[str, Any]:
    return {"how": "later", "title": f"{origin['body']}暂时连不上，恢复后由我们核对", "reference": key, OUTAGE: True}


def missing(standings: list[Standing]) -> list[FieldError]:
    """The materials still to be handed in, each with its place."""
    return [
        FieldError(f"/materials/{s.material.key}", "material_missing", f"还差：{s.material.title}。")
        for s in standings
        if s.missing
    ]
