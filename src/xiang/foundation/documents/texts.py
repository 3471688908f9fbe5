"""The text of documents: templates filled with facts, nothing left open."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from xiang.foundation.documents.models import Template
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.parties.models import Unit

ADVERSE = frozenset(
    {"not_needed_notice", "decline_decision", "refusal_decision"}
    | {"revocation_decision", "cancellation_decision", "invalidation_notice"}
)
"""Kinds of documents that say no or take away: they name the remedy (行政许可法 art. 38)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A document in words: what page, preview and PDF all show."""

    title: str
    number: str
    recipient: str
    paragraphs: tuple[str, ...]
    remedy: str
    signer: str
    dated: str
    basis: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "paragraphs": tuple(data["paragraphs"])})


class _Facts(dict[str, Any]):
    """Facts by name. One that is absent or empty is a gap, and a document with a gap is never issued."""

    def __missing__(self, key: str) -> Any:
        raise DomainError("document_fact_missing", f"文书模板里的“{key}”没有内容，请检查模板或办件。", fact=key)

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return self.__missing__(key) if value is None or value == [] or not str(value).strip() else value


def fill(template: Template, context: Mapping[str, Any]) -> Text:
    """The template with its facts; raises ``DomainError('document_fact_missing')`` rather than leave a gap. A paragraph
    that names a list is repeated for each of its entries, numbered."""
    facts = _Facts(context)
    paragraphs: list[str] = []
    for paragraph in template.paragraphs:
        lists = [name for name in placeholders(paragraph) if isinstance(facts.get(name), list)]
        if lists:
            entries = facts[lists[0]]
            paragraphs += [
                paragraph.format_map(_Facts({**facts, lists[0]: f"{n}. {entry}"})) for n, entry in enumerate(entries, 1)
            ]
        else:
            paragraphs.append(paragraph.format_map(facts))
    return Text(
        title=template.title,
        number=str(facts.get("document_number", "")),
        recipient=str(facts.get("applicant", "")),
        paragraphs=tuple(paragraphs),
        remedy=template.remedy.format_map(facts) if template.remedy else "",
        signer=str(facts.get("body", "")),
        dated=str(facts.get("today", "")),
        basis=_basis(template, facts),
    )


def _basis(template: Template, facts: _Facts) -> str:
    """The citation; a step that the engine takes by itself may have none, and then none is claimed."""
    if template.basis == "{basis}" and not facts.get("basis"):
        return ""
    return template.basis.format_map(facts)


def placeholders(text: str) -> list[str]:
    """The facts that a text names; raises ``ValueError`` when its braces do not match."""
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def number(template: Template, unit: Unit | None, serial: int, year: int) -> str:
    """A document's number by its template's pattern, e.g. ``{body}受字〔{year}〕第{serial:05d}号``."""
    return template.numbering.format(
        body=unit.body.name if unit else "", unit=unit.name if unit else "", serial=serial, year=year
    )
