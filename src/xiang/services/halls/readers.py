"""Card readers (读卡器): what tells a window who stands there. A vendor is a plugin."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.plugins.registry import Plugin, Registry


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the chip of an identity card says of its holder."""

    number: str
    name: str
    sex: str = "0"
    born: date | None = None
    ethnicity: str = ""


class NotRead(DomainError):
    """No card lies on the reader, or it cannot be read; the person is asked to type."""

    status = 409


class CardReader(Plugin):
    """A reader at a window."""

    @abstractmethod
    def read(self, slot: str) -> CardFacts:
        """Read the card that lies on the reader (``slot`` names reader or card); raises :class:`NotRead`."""

    def cards(self) -> Sequence[tuple[str, str]]:
        """Cards to choose from, as (slot, label): a demonstration has some, a real reader has none."""
        return ()


readers: Registry[CardReader] = Registry("card_reader", "身份证读卡器")
