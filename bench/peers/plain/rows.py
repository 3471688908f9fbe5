"""The rows that one of our submissions wrote, table by table: the peer writes the like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

# How each table finds the rows of a case; those of a delivery hang on its event.
OF_A_CASE = {
    "cases_case": "id = %(id)s",
    "cases_casenumber": "case_id = %(id)s",
    "cases_caseparty": "case_id = %(id)s",
    "cases_caseevent": "case_id = %(id)s",
    "cases_casetimer": "case_id = %(id)s",
    "ledger_entry": "case_id = %(id)s",
    "outbox_event": "key = %(text)s",
    "outbox_delivery": "event_id IN (SELECT id FROM outbox_event WHERE key = %(text)s)",
    "measures_delta": "id > %(since)s",
}
Rows = dict[str, list[dict[str, Any]]]


def written_for(case_id: object, since: object) -> Rows:
    """Every row that opening this case wrote. ``since``: a key made just before; deltas name no case."""
    found: Rows = {}
    given = {"id": case_id, "text": str(case_id), "since": since}
    with connection.cursor() as cursor:
        for table, where in OF_A_CASE.items():
            cursor.execute(f'SELECT * FROM "{table}" WHERE {where}', given)
            names = [column.name for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def keep(rows: Rows, file: Path) -> None:
    file.write_text(json.dumps(rows, ensure_ascii=False, cls=DjangoJSONEncoder))


def kept(file: Path) -> Rows:
    rows: Rows = json.loads(file.read_text())
    return rows
