"""What kinds of records are linked, and by which features, comparisons and keys."""

from __future__ import annotations

from dataclasses import dataclass

from xiang.hub.bases.engine import blocking, comparing, standardising
from xiang.hub.bases.engine.blocking import Key
from xiang.hub.bases.engine.comparing import Comparison
from xiang.hub.bases.engine.standardising import Column, Features, Raw


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. Two different values of ``apart`` are two different beings, however alike the rest is.

    ``contradicting`` are comparisons that must not all differ where a decisive key agrees: a child entered under the
    number of its mother has another name and another birthday. Who ``doubted`` says is called otherwise is never the same
    for the rest alone, unless ``vouching`` agrees at least nearly: twins share birthday, address and phone.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    comparisons: tuple[Comparison, ...]
    keys: tuple[Key, ...]
    apart: str
    contradicting: tuple[str, ...]
    doubted: str
    vouching: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The raw fields it reads, each once."""
        return tuple(dict.fromkeys(field for column in self.columns for field in column.needs))

    def features(self, raw: Raw) -> dict[str, str]:
        return standardising.features(self.columns, raw)

    def keys_of(self, features: Features) -> dict[str, str]:
        return blocking.keys_of(self.keys, features)

    def comparison(self, column: str) -> Comparison:
        return next(one for one in self.comparisons if one.column == column)


PERSON = Kind(
    "person",
    "自然人",
    standardising.PERSON,
    comparing.PERSON,
    blocking.PERSON,
    "sound",
    ("name", "birth"),
    "name",
    "number",
)
LEGAL = Kind(
    "legal",
    "法人",
    standardising.LEGAL,
    comparing.LEGAL,
    blocking.LEGAL,
    "organisation",
    ("name", "representative"),
    "name",
    "credit",
)
# A decision about somebody and a credential are known by their numbers alone: nothing else is weighed.
CREDIT = Kind(
    "credit",
    "信用信息",
    standardising.CREDIT,
    comparing.CREDIT,
    blocking.CREDIT,
    "decision",
    ("holder",),
    "holder",
    "decision",
)
CREDENTIAL = Kind(
    "credential",
    "电子证照",
    standardising.CREDENTIAL,
    comparing.CREDENTIAL,
    blocking.CREDENTIAL,
    "identifier",
    ("holder",),
    "holder",
    "identifier",
)
KINDS = {kind.key: kind for kind in (PERSON, LEGAL, CREDIT, CREDENTIAL)}
