"""Where answers and proofs come from besides the person: the faces that other rooms register.

A field says ``source: "hub:person.name"``; the part before the colon names a registered :class:`Source`, the rest a
resource and a field of it. A material says ``substitutes: ["credential:resident_id_card"]`` in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.parties.actors import Actor


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a record is about. ``identifiers`` maps a scheme (``resident_id``, ``uscc``, ``birth_certificate``) to a
    value; both it and the party may be missing."""

    role: str
    party_id: UUID | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class FetchContext:
    """Why something is read: no look-up without a case (or the draft that will become it), an item and a purpose."""

    case_id: UUID
    item_keys: tuple[str, ...]
    purpose: str
    actor: Actor
    body_key: str
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which body said so, from which system and resource, and when."""

    source: str
    body_key: str
    body: str
    system: str
    resource: str
    at: datetime
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Want:
    """Fields of one resource about one subject."""

    resource: str
    subject: Subject
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer to one :class:`Want`. Exactly one of these holds: values were found (``values``), nothing is on record
    (``absent``), the system does not answer (``outage`` says so in Chinese, with its beginning), or reading is not
    allowed (``refused`` gives the code)."""

    want: Want
    values: Mapping[str, Any]
    provenance: Provenance
    absent: bool = False
    outage: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Satisfied:
    """A material that need not be handed in, and what stands for it."""

    substitute: str
    title: str
    provenance: Provenance
    reference: str = ""


class Source(Protocol):
    """A place where answers are kept."""

    prefix: str

    def offers(self, resource: str, field: str) -> bool:
        """Whether this field exists; a profile naming one that does not is refused at loading."""

    def fetch_many(self, wants: Sequence[Want], context: FetchContext) -> Sequence[Fetched]:
        """Answer every want, in order, within an overall time limit; an outage is an answer, never an exception."""


class Substitute(Protocol):
    """Something that stands for a paper."""

    prefix: str

    def offers(self, name: str) -> bool:
        """Whether this substitute exists; a profile naming one that does not is refused at loading."""

    def satisfies(self, name: str, subject: Subject, context: FetchContext) -> Satisfied | None:
        """What stands for the paper about this subject, or ``None`` when the paper must be handed in."""


_sources: dict[str, Source] = {}
_substitutes: dict[str, Substitute] = {}


def register_source(source: Source) -> None:
    """Make a source known; called once by its room at start."""
    _sources[source.prefix] = source


def register_substitute(substitute: Substitute) -> None:
    """Make a substitute known; called once by its room at start."""
    _substitutes[substitute.prefix] = substitute


def split(key: str) -> tuple[str, str, str]:
    """``"hub:person.name"`` as ``("hub", "person", "name")``; the last is empty for a substitute."""
    prefix, _, rest = key.partition(":")
    resource, _, name = rest.rpartition(".") if "." in rest else (rest, "", "")
    if not prefix or not resource:
        raise DomainError("bad_source_key", f"来源“{key}”应写成“系统:资源.字段”。")
    return prefix, resource, name


def known_source(key: str) -> bool:
    """Whether a field's source key is registered and offered."""
    prefix, resource, name = split(key)
    return prefix in _sources and _sources[prefix].offers(resource, name)


def known_substitute(key: str) -> bool:
    """Whether a material's substitute key is registered and offered."""
    prefix, _, name = key.partition(":")
    return prefix in _substitutes and _substitutes[prefix].offers(name)


def source(prefix: str) -> Source:
    """A registered source; raises ``KeyError`` for a prefix that loading would have refused."""
    return _sources[prefix]


def substitute(prefix: str) -> Substitute:
    """A registered substitute; raises ``KeyError`` for a prefix that loading would have refused."""
    return _substitutes[prefix]
