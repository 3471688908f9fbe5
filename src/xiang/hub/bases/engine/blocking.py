"""Which pairs are compared at all: records that share one of these keys. The same keys are an index for one new record."""

from __future__ import annotations

from dataclasses import dataclass

from xiang.hub.bases.engine.standardising import Features


@dataclass(frozen=True, slots=True)
class Key:
    """Features that are equal together. ``decisive``: whoever agrees on it is the same, whatever else differs."""

    name: str
    columns: tuple[str, ...]
    decisive: bool = False

    def value(self, features: Features) -> str | None:
        """The key of a record, or nothing when it lacks a part."""
        parts = [features.get(column) for column in self.columns]
        return "|".join(part for part in parts if part) if all(parts) else None

    @property
    def digest(self) -> str:
        """The column of 64 bits that stands for the key in SQL; a false hit is only compared in vain."""
        return f"key_{self.name}"

    @property
    def sql(self) -> str:
        """The digest as a DuckDB expression, ``NULL`` when a part lacks."""
        there = " AND ".join(f"{column} IS NOT NULL" for column in self.columns)
        return f"CASE WHEN {there} THEN hash({', '.join(self.columns)}) END"


PERSON = (
    Key("number", ("sound",), decisive=True),
    Key("certificate", ("certificate",), decisive=True),
    Key("reading", ("reading", "birth")),
    Key("phone", ("phone",)),
    Key("birth", ("birth", "door")),
    Key("home", ("name", "door")),
)
LEGAL = (
    Key("credit", ("credit",), decisive=True),
    Key("organisation", ("organisation",), decisive=True),
    Key("registration", ("registration",), decisive=True),
    Key("core", ("core",)),
    Key("phone", ("phone",)),
    Key("seat", ("representative", "door")),
)
CREDIT = (Key("decision", ("holder", "decision"), decisive=True),)
CREDENTIAL = (Key("identifier", ("identifier",), decisive=True),)


def keys_of(keys: tuple[Key, ...], features: Features) -> dict[str, str]:
    """The keys that a record has, by name."""
    found = {key.name: key.value(features) for key in keys}
    return {name: value for name, value in found.items() if value}


def decisive(keys: tuple[Key, ...]) -> frozenset[str]:
    """The names of the keys that decide alone."""
    return frozenset(key.name for key in keys if key.decisive)
