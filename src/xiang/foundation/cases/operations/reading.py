"""Looking is an act: an officer who opens a case, or takes a list of cases away, leaves an entry in the ledger."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from xiang.foundation.cases.models import Case, CaseReading
from xiang.foundation.ground import instant
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor


def note_reading(case: Case, actor: Actor) -> bool:
    """Note that an officer looked at a case, once a day; ``True`` when it was the first look of the day. Applicants
    reading their own matter leave no entry."""
    if actor.staff_id is None:
        return False
    row = {"case": case, "staff_id": actor.staff_id, "on": instant.today()}
    if CaseReading.objects.filter(**row).exists():
        return False
    try:
        with transaction.atomic():
            CaseReading.objects.create(**row)
            unit = case.unit.key if case.unit else ""
            ledger.record("case.read", actor.ref, {"case": case.number, "unit": unit}, case_id=case.id)
    except IntegrityError:  # the same officer, in another tab, at the same moment
        return False
    return True


@transaction.atomic
def note_export(actor: Actor, view: str, rows: int, *, searched: bool) -> None:
    """Note that an officer took a list away. What was searched for is not said: it may be somebody's name."""
    refs = {"view": view, "rows": str(rows), "searched": "yes" if searched else "no"}
    ledger.record("case.export", actor.ref, refs)
