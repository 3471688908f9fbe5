"""The figures of credentials: issued, and shown instead of a paper (plan point 9, 电子证照)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xiang.foundation.ground import instant
from xiang.foundation.measures import operations as measures
from xiang.foundation.measures.registry import Count, Measure, register
from xiang.services.credentials.models import Credential, Showing

ISSUED, SHOWN = "credentials.issued", "credentials.shown"


def _dimensions(credential: Credential) -> dict[str, str]:
    division = credential.issuer.division
    return {"type": credential.type_id, "city": (division.path if division else "")[:7]}


def count_issued(credential: Credential) -> None:
    """Count a credential that was just issued, in its transaction."""
    measures.append(ISSUED, _dimensions(credential), 1, 0, instant.legal_date(credential.issued_at))


def count_shown(showing: Showing) -> None:
    """Count an act of showing, in its transaction."""
    measures.append(SHOWN, _dimensions(showing.credential), 1, 0, instant.legal_date(showing.created_at))


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or day >= start) and (end is None or day <= end)


def _issued(start: date | None, end: date | None) -> Iterator[Count]:
    for credential in Credential.objects.select_related("issuer__division").defer("values").iterator():
        day = instant.legal_date(credential.issued_at)
        if _within(day, start, end):
            yield Count(day, _dimensions(credential), 1, 0, f"credential:{credential.id}")


def _shown(start: date | None, end: date | None) -> Iterator[Count]:
    rows = Showing.objects.select_related("credential__issuer__division").defer("credential__values")
    for showing in rows.iterator():
        day = instant.legal_date(showing.created_at)
        if _within(day, start, end):
            yield Count(day, _dimensions(showing.credential), 1, 0, f"showing:{showing.id}")


register(
    Measure(
        key=ISSUED,
        title="签发电子证照",
        formula="签发的电子证照份数（含换发的新版本）",
        numerator="签发的电子证照",
        dimensions=("type", "city"),
        unit="份",
        source=_issued,
    )
)
register(
    Measure(
        key=SHOWN,
        title="出示电子证照",
        formula="持有人出示电子证照的次数",
        numerator="出示的次数，一次出示不论被查验几回",
        dimensions=("type", "city"),
        unit="次",
        source=_shown,
    )
)
