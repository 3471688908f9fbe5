"""An officer's inbox at a hundred thousand and at a million cases: as a page, and through the API.

The officer holds rights in one office, which has one in a hundred of all cases. The lists alternate: the whole office,
their own, late ones, one state, one item, closed ones, and a second page. One client measures what an officer feels;
sixteen that ask without a pause, what the office meets in the morning.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import seeding
from bench.rig import load, report
from bench.rig.load import Outcome
from bench.rig.report import Report, median, percentile, told
from bench.rig.stage import Server, Stage, stage

OFFICER = "market.receiver"
CROWD = 16
LISTS = (
    {"view": "unit"},
    {"view": "mine"},
    {"view": "unit", "due": "late"},
    {"view": "unit", "state": "accepted"},
    {"view": "unit", "due": "today"},
    {"view": "closed"},
)


@dataclass(frozen=True)
class Limits:
    """What was promised, in milliseconds (the median)."""

    api_one: float = 15
    page_one: float = 40
    api_crowd: float = 100
    page_crowd: float = 250
    growth: float = 1.3


def main() -> int:
    parser = report.options("inbox", (__doc__ or "").splitlines()[0])
    parser.add_argument("--small", type=int, default=100_000, help="cases at first (100,000)")
    parser.add_argument("--large", type=int, default=1_000_000, help="cases at last (1,000,000)")
    parser.add_argument("--each", type=int, default=60, help="requests of the one client a round (60)")
    parser.add_argument("--explain", action="store_true", help="show the plans of the page's statements at last")
    chosen = parser.parse_args()
    with stage("inbox", keep=chosen.keep) as on:
        on.enter_django()
        told_of = Report("inbox", on.settings())
        told_of.settings |= {"server": " ".join(on.web_command(0)[2:-1]), "officer": OFFICER}
        told_of.settings |= {
            "rounds": f"{chosen.rounds} of {chosen.each} requests, {CROWD} clients: {chosen.each // 3}"
        }
        unit, staff = _officer()
        found = {}
        for scale in (chosen.small, chosen.large):
            _fill_up_to(on, scale, unit, staff)
            told_of.settings |= {f"cases at {scale:,}": _scale()}
            found[scale] = _measure(on, told_of, scale, chosen.rounds, chosen.each)
        for way in ("page", "API"):
            growth = found[chosen.large][way] / found[chosen.small][way]
            told_of.add(f"{way}: {chosen.large:,} ÷ {chosen.small:,}", growth, at_most=Limits.growth)
        if chosen.explain:
            _explain()
        return told_of.close(as_json=chosen.json)


def _officer() -> tuple[str, str]:
    """The key of the officer's office, and who they are."""
    from xiang.foundation.parties.models import Account, Appointment

    held = Appointment.objects.select_related("unit", "staff").filter(staff__account__username=OFFICER).first()
    assert held is not None, Account.objects.count()
    return held.unit.key, str(held.staff_id)


def _fill_up_to(on: Stage, scale: int, unit: str, staff: str) -> None:
    from xiang.foundation.cases.models import Case

    there = Case.objects.count()
    if there < scale:
        seconds = seeding.fill(on.url, scale - there, busy_unit=unit, staff_id=staff)
        told(f"{scale - there} cases added in {seconds:.0f} s")


def _scale() -> str:
    from xiang.foundation.cases.models import Case
    from xiang.foundation.parties.models import Unit

    unit = Unit.objects.get(key=_officer()[0])
    mine = Case.objects.filter(unit=unit)
    return f"{mine.count():,} of the office, {mine.filter(open=True).count():,} of them open"


def _measure(on: Stage, told_of: Report, scale: int, rounds: int, each: int) -> dict[str, float]:
    """One scale: page and API alternate, first one client, then many."""
    server = on.serve("web", "xiang.config.wsgi:application")
    ways = {"page": _pages(server), "API": _calls()}
    limits = {"page": (Limits.page_one, Limits.page_crowd), "API": (Limits.api_one, Limits.api_crowd)}
    for requests in ways.values():
        _checked(load.run(server, [requests * 8] * 8))  # until every connection has seen each list a few times
    medians: dict[str, float] = {}
    runs: dict[tuple[str, int], list[Outcome]] = {(way, many): [] for way in ways for many in (1, CROWD)}
    for _ in range(rounds):
        for (way, many), kept in runs.items():
            length = each if many == 1 else each // 3
            kept.append(_checked(load.run(server, [_cycle(ways[way], length, shift) for shift in range(many)])))
    for (way, many), outcomes in runs.items():
        found = median([median(one.latencies) for one in outcomes]) * 1000
        what = f"{way}, {scale:,} cases, {many} client{'s' if many > 1 else ''}"
        told_of.add(f"{what}: median", found, "ms", at_most=limits[way][many > 1])
        every = [one for outcome in outcomes for one in outcome.latencies]
        told_of.add(f"{what}: p99", percentile(every, 99) * 1000, "ms")
        told_of.add(f"{what}: processor time a request", median([one.cost for one in outcomes]) * 1000, "ms")
        told_of.add(f"{what}: load generator's share", 100 * median([one.share for one in outcomes]), "%")
        told(f"{what}: {found:.1f} ms")
        if many == 1:
            medians[way] = found
    on.close_servers()
    return medians


def _cycle(requests: list[bytes], length: int, shift: int) -> list[bytes]:
    return [requests[(at + shift) % len(requests)] for at in range(length)]


def _checked(outcome: Outcome) -> Outcome:
    if set(outcome.statuses) != {200}:
        told(f"the server answered {dict(outcome.statuses)}; the last: {outcome.answers[0][:600]!r}")
        raise SystemExit(2)
    return outcome


def _lists() -> list[str]:
    """The queries of the lists, with the most frequent item of the office."""
    from django.db.models import Count

    from xiang.foundation.cases.models import Case

    often = Case.objects.filter(unit__key=_officer()[0], open=True).values("item_key").annotate(n=Count("id"))
    item = often.order_by("-n")[0]["item_key"]
    return [urlencode(one) for one in (*LISTS, {"view": "unit", "item": item})]


def _pages(server: Server) -> list[bytes]:
    """Requests for the page, the second page among them."""
    from bench.rig import sessions
    from xiang.foundation.parties.models import Account

    key = sessions.session(Account.objects.get(username=OFFICER))
    found = [sessions.page(key, "cases:inbox", query) for query in _lists()]
    first = load.run(server, [found[:1]]).answers[0].decode(errors="replace")
    further = re.search(r"after=([A-Za-z0-9_-]+)", first)
    assert further, "the first page has no second"
    return [*found, sessions.page(key, "cases:inbox", f"view=unit&after={further.group(1)}")]


def _calls() -> list[bytes]:
    """The same through the API, with a token."""
    from xiang.foundation.parties import actors, operations
    from xiang.foundation.parties.models import Account

    actor = actors.for_account(Account.objects.get(username=OFFICER))
    _, token = operations.issue_token(actor, title="bench", granted=["desk:read"], second_factor=True)
    sent = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return [load.request("GET", f"/api/v1/desk/cases?{query}", headers=sent) for query in _lists()]


def _explain() -> None:
    """The plans of the statements of the whole office's page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from xiang.foundation.cases.presenting.inbox import inbox_view, wanted_of
    from xiang.foundation.parties import actors
    from xiang.foundation.parties.models import Account

    actor = actors.for_account(Account.objects.get(username=OFFICER))
    with CaptureQueriesContext(connection) as asked:
        inbox_view(actor, wanted_of({"view": "unit"}, actor), None)
    for one in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + one["sql"].replace("%", "%%"), [])
            told("\n  ".join([one["sql"][:300], *(row[0] for row in cursor.fetchall()), ""]))


if __name__ == "__main__":
    sys.exit(main())
