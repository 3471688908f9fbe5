"""Whom a look-up is about: a subject's numbers, the columns that hold them, the blind index for the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xiang.foundation.forms.sources import Subject
from xiang.foundation.parties import numbers
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Party, Scheme
from xiang.foundation.trust import blind
from xiang.hub.inventory.models import Resource

#: The numbers by which a register of people knows somebody, the most telling first.
_PERSONAL = (
    Scheme.RESIDENT_ID,
    "id_number",
    Scheme.PASSPORT,
    Scheme.FOREIGN_RESIDENCE,
    Scheme.HK_MACAO_PERMIT,
    Scheme.TAIWAN_PERMIT,
    Scheme.HMT_RESIDENCE,
)
_SCHEMES = {"id_number": _PERSONAL, "uscc": (Scheme.USCC,), "passport": (Scheme.PASSPORT,)}


@dataclass(frozen=True, slots=True)
class Target:
    """The rows meant: any of ``columns`` holds one of ``values``, and each column of ``narrow`` its value."""

    scheme: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    narrow: Mapping[str, str]

    @property
    def index(self) -> str:
        """The person's blind index under the current key."""
        return blind.index(self.values[0], _blind(self.scheme))

    @property
    def indexes(self) -> list[str]:
        return blind.indexes(self.values[0], _blind(self.scheme))

    def party(self) -> Party | None:
        """The party that holds or held this number, if we know one."""
        scheme = Scheme.RESIDENT_ID if self.scheme == "id_number" else self.scheme
        return parties.party_by_number(scheme, self.values[0], former=True) if scheme in Scheme.values else None


def _blind(scheme: str) -> str:
    scheme = Scheme.RESIDENT_ID if scheme == "id_number" else scheme
    return numbers.blind_scheme(scheme) if scheme in Scheme.values else scheme


def target(resource: Resource, subject: Subject) -> Target | None:
    """The rows of a resource about a subject; ``None`` when no number of theirs is known.

    1. ``of`` another role (a newborn's mother): that role's number, given as ``mother:resident_id``.
    2. Otherwise the subject's own number, given or known of the party.
    3. What narrows (the record of one child of twins) is added; alone it finds nobody: it is no number of a person, and
       under it the use would not be found again by whom it is about.
    """
    lookup = resource.lookup
    schemes = _SCHEMES.get(lookup.scheme, (lookup.scheme,))
    narrow = {column: subject.identifiers[key] for key, column in lookup.narrow.items() if subject.identifiers.get(key)}
    for scheme, value in _numbers(subject, schemes, lookup.of):
        return Target(scheme, lookup.columns, (value,), narrow)
    return None


def _numbers(subject: Subject, schemes: tuple[str, ...], of: str) -> Iterator[tuple[str, str]]:
    given = subject.identifiers
    if of and subject.role != of:
        for scheme in schemes:
            if value := given.get(f"{of}:{scheme}"):
                yield scheme, value
        return
    for scheme in schemes:
        if value := given.get(scheme):
            yield scheme, value
    if subject.party_id:
        for scheme in schemes:
            if scheme in Scheme.values and (value := parties.number_of(subject.party_id, scheme) or ""):
                yield scheme, value
