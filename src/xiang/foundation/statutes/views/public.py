"""``/calendar/``: which days count, for everybody; printable."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.http import page
from xiang.foundation.statutes import queries
from xiang.foundation.statutes.views import almanac
from xiang.foundation.statutes.yearly import NATION


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The year asked for, or the present one."""
    return page(request, "statutes/calendar.html", _context(request))


@require_safe
def calendar_print(request: HttpRequest) -> HttpResponse:
    """The same year on paper."""
    return page(request, "statutes/calendar_print.html", _context(request))


def _context(request: HttpRequest) -> dict[str, object]:
    today, plans = instant.today(), {plan.year: plan for plan in queries.plans([NATION])}
    year = _year(request.GET.get("year", ""), today.year)
    # The last year shown is the first that nobody has published yet: the page says so instead of hiding it.
    years = sorted({*plans, today.year, max(plans, default=today.year - 1) + 1})
    if year not in years:
        raise Absent()
    kept, plan = queries.calendar(), plans.get(year)
    return {
        "nav": "calendar",
        "year": year,
        "years": years,
        "plan": plan,
        "months": almanac.months(year, kept, today),
        "holidays": almanac.holidays(plan) if plan else (),
        "working_days": kept.working_days(year),
        "question": almanac.question(request.GET.dict(), kept),
    }


def _year(text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise Absent()
    return int(text)
