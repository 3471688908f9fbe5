"""``/desk/``: the inbox, a case on the desk, its peek and its print. Who is no officer finds nothing here."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from xiang.foundation.cases import operations, queries
from xiang.foundation.cases.counting import capped_counts
from xiang.foundation.cases.inboxes import InboxFilter, order_of
from xiang.foundation.cases.models import NO_DUE, Case
from xiang.foundation.cases.presenting import desk as presenting
from xiang.foundation.cases.presenting.clocks import state_of
from xiang.foundation.cases.presenting.inbox import inbox_view, view_rows, wanted_of
from xiang.foundation.cases.queries import Opened
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.http import page
from xiang.foundation.pages.texts import mask_name
from xiang.foundation.parties.actors import Actor, actor_of

EXPORTED_MOST = 2000
COLUMNS = ("编号", "事项", "申请人", "环节", "收到", "最晚", "经办")


def officer(request: HttpRequest) -> Actor:
    """The officer asking; to anybody else the desk is not there."""
    actor = actor_of(request)
    if not actor.is_staff:
        raise Absent
    return actor


def open_case(request: HttpRequest, number: str) -> tuple[Actor, Opened]:
    """A case for the officer asking. That they looked is noted, once a day."""
    actor = officer(request)
    opened = queries.opened_by(actor, number)
    if not opened.read_today:
        operations.note_reading(opened.case, actor)
    return actor, opened


def nav_of(wanted: InboxFilter) -> str:
    return f"desk-{wanted.view}"


def counts_of(request: HttpRequest) -> dict[str, int]:
    """How many cases each list of the side bar holds, asked once a request."""
    kept: dict[str, int] | None = getattr(request, "_desk_counts", None)
    if kept is None:
        kept = keep_counts(request, capped_counts(view_rows(actor_of(request))))
    return kept


def keep_counts(request: HttpRequest, counts: Mapping[str, int]) -> dict[str, int]:
    """The side bar's counts, for the rest of this request: a page that counts anyway counts them along."""
    kept = dict(counts)
    request._desk_counts = kept  # type: ignore[attr-defined]
    return kept


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The officer's list."""
    actor = officer(request)
    wanted = wanted_of(request.GET, actor)
    view = inbox_view(actor, wanted, request.GET.get("after") or None)
    keep_counts(request, view.lists)
    return page(request, "cases/desk/inbox.html", {"nav": nav_of(wanted), "view": view})


@login_required
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case with everything that an officer works with."""
    return show(request, number)


def show(
    request: HttpRequest,
    number: str,
    *,
    problem: str = "",
    opinion: str = "",
    typed: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    """The case page; after a refusal with what was refused and what had been typed."""
    actor, opened = open_case(request, number)
    wanted = wanted_of(request.GET, actor)
    place, counts = queries.place_in(actor, wanted, opened.case, **view_rows(actor))
    keep_counts(request, counts)
    view = presenting.case_view(actor, opened, wanted, place)
    said = {"problem": problem, "opinion": opinion, "typed": typed}
    context = {"nav": nav_of(wanted), "view": view, "case": opened.case, **said}
    return page(request, "cases/desk/case.html", context, status=status)


@login_required
@require_GET
def peek(request: HttpRequest, number: str) -> HttpResponse:
    """The main points of a case, beside the list."""
    actor, opened = open_case(request, number)
    view = presenting.peek_view(actor, opened, wanted_of(request.GET, actor))
    context = {"view": view, "case": opened.case}
    return page(request, "cases/desk/peek_page.html", context, fragment="cases/desk/peek.html")


@login_required
@require_GET
def printed(request: HttpRequest, number: str) -> HttpResponse:
    """The case on paper, for the file."""
    actor, opened = open_case(request, number)
    view = presenting.case_view(actor, opened, wanted_of(request.GET, actor), queries.Place())
    context = {"view": view, "case": opened.case, "officer": actor.name, "now": instant.now()}
    return page(request, "cases/desk/print.html", context)


# --- taking a list away ----------------------------------------------------------------------------------------------


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The filtered list as CSV: names masked, capped, and noted in the ledger."""
    actor = officer(request)
    wanted = wanted_of(request.GET, actor)
    rows = queries.inbox_rows(actor, wanted).select_related("assignee__party").defer("answers")
    found = list(rows.order_by(*order_of(wanted))[:EXPORTED_MOST])
    operations.note_export(actor, wanted.view, len(found), searched=bool(wanted.text))
    # With a byte order mark: without it a spreadsheet guesses another encoding.
    answer = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="cases-{instant.today():%Y%m%d}.csv"'
    return answer


def _lines(cases: list[Case]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"
    yield writer.writerow(COLUMNS)
    for one in cases:
        yield writer.writerow([_harmless(cell) for cell in _cells(one)])


def _cells(one: Case) -> tuple[str, ...]:
    officer = one.assignee.party.name if one.assignee else ""
    due = one.act_by.isoformat() if one.act_by != NO_DUE else ""
    state = state_of(one).title
    return (one.number, one.item_title, mask_name(one.title), state, one.received_on.isoformat(), due, officer)


def _harmless(cell: str) -> str:
    """A spreadsheet takes a cell that begins like this for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


class _Line:
    """What ``csv`` writes to: hands the line back."""

    def write(self, line: str) -> str:
        return line
