"""``among``: a column is one of several ids, given as one value, so that a statement is the same for any number of them.

``id__in`` writes a place for each value: a list of fifty and one of forty-nine are two statements, each composed and
parsed anew. Both engines seek each id in the index either way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import ForeignKey, Lookup, UUIDField


class Among(Lookup):
    """``Case.objects.filter(pk__among=ids)``, ``CaseTimer.objects.filter(case_id__among=ids)``."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", [*params, listed(self.rhs, native=True)]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, listed(self.rhs, native=False)]  # noqa: S608


def listed(ids: Sequence[UUID], *, native: bool) -> Any:
    """Ids as one value of a statement: a list where the database knows one, else JSON of them as they are kept."""
    return list(ids) if native else json.dumps([one.hex for one in ids])


for _field in (UUIDField, ForeignKey):
    _field.register_lookup(Among)
