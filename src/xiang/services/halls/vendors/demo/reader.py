"""A card reader without cards: it holds the people of the demonstration, and anybody by number.

The chip says what the police wrote on it, so the demonstration looks into the police's own database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings

from xiang.foundation.parties import identity
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Party, PartyKind, Scheme
from xiang.services.halls.readers import CardFacts, CardReader, NotRead

FIRST = ("wu_guiying", "liu_yun", "zhou_ziheng", "tan_guifang", "yuan_guoqing", "lin_yiming", "kang_le")
"""Those who come to a window in the demonstration's stories, the woman without a phone first."""


class DemoReader(CardReader):
    """``slot`` is the key of somebody of the cast, or an identity number."""

    key, title, demo = "demo", "演示：读卡器", True

    def read(self, slot: str) -> CardFacts:
        number = identity.tidy(slot) if slot[:1].isdigit() else self._number(slot)
        found = self._chip(number) if number else None
        if found is None:
            raise NotRead("card_not_read", "没有读到卡。请把身份证放平再读一次，或者输入姓名和身份证号。")
        return found

    def cards(self) -> Sequence[tuple[str, str]]:
        named = dict(
            Party.objects.filter(demo_key__in=FIRST, kind=PartyKind.PERSON).values_list("demo_key", "name"),
        )
        return [(key, named[key]) for key in FIRST if key in named]

    def _number(self, demo_key: str) -> str | None:
        party = Party.objects.filter(demo_key=demo_key, kind=PartyKind.PERSON).first() if demo_key else None
        return parties.number_of(party.id, Scheme.RESIDENT_ID) if party else None

    def _chip(self, number: str) -> CardFacts | None:
        file = Path(settings.DATA) / "sources" / "police.sqlite3"
        if not file.exists():
            return None
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
        try:
            statement = "SELECT id_number, name, sex, birth_date, ethnicity FROM person WHERE id_number = ?"
            row = connection.execute(statement, (number,)).fetchone()
        finally:
            connection.close()
        return CardFacts(row[0], row[1], row[2] or "0", date.fromisoformat(row[3]), row[4] or "") if row else None
