"""The legal clock of a case as pages show it: in a row, beside a case, in a lane.

Before acceptance the limit to accept is what runs; after the decision, the limit to deliver. All of it is read
set-wise: :func:`gather` asks three queries for any number of cases.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

from django.db.models import Q

from xiang.foundation.cases import clocks, procedures
from xiang.foundation.cases.frozen import remember, rules_under
from xiang.foundation.cases.models import Case, CaseSpan, CaseTimer, ClockState
from xiang.foundation.cases.procedures import State
from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.pages.clocks import clock_view
from xiang.foundation.pages.components import ClockView, DerivationRow
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import Calendar, Due, Limit, Span, Step, due
from xiang.foundation.statutes.rules import RuleRow

ONE_DAY = timedelta(days=1)
SLOTS = {"accept": "受理", "deliver": "送达", "hearing": "听证", "supplement": "补正", "payment": "缴费"}


@dataclass(frozen=True)
class Clockwork:
    """What the clocks of some cases are read from."""

    today: date
    calendar: Calendar
    spans: Mapping[UUID, Sequence[CaseSpan]]
    timers: Mapping[UUID, Sequence[CaseTimer]]

    def timer(self, case: Case) -> CaseTimer | None:
        """The limit, besides the clock's own, that binds a case in its present state; the latest when it came twice."""
        slots = {d.slot for d in procedure_of(case).deadlines if d.state == case.state} & SLOTS.keys()
        return next((t for t in reversed(self.timers.get(case.id, ())) if t.slot in slots), None)


def gather(cases: Iterable[Case]) -> Clockwork:
    """Read what the clocks of these cases need; spans only where the case does not say that it has none."""
    cases = list(cases)
    spanned = tuple(case.id for case in cases if vars(case).get("spanned", True))
    remember(case.kept_rules_id for case in cases)
    spans: dict[UUID, list[CaseSpan]] = defaultdict(list)
    timers: dict[UUID, list[CaseTimer]] = defaultdict(list)
    for span in _spans(spanned) if spanned else ():
        spans[span.case_id].append(span)
    for timer in _timers(tuple(case.id for case in cases)):
        timers[timer.case_id].append(timer)
    return Clockwork(instant.today(), statutes.calendar(), spans, timers)


_spans = Compiled(lambda ids=(): CaseSpan.objects.filter(case_id__among=ids))
_timers = Compiled(
    lambda ids=(): CaseTimer.objects.filter(Q(pending=True) | Q(fired=True), case_id__among=ids).order_by("id")
)


def procedure_of(case: Case) -> procedures.Procedure:
    return procedures.get(case.procedure, case.procedure_version)


def state_of(case: Case) -> State:
    return procedure_of(case).state(case.state)


def reading_of(case: Case, work: Clockwork) -> clocks.Reading | None:
    """The reading of a case from what was gathered."""
    return clocks.reading(case, work.spans.get(case.id, ()), work.calendar)


def concluded_on(case: Case) -> date | None:
    """The legal date on which the office was done: its clock ended, or the case was closed."""
    if case.clock_ended is not None:
        return case.clock_ended
    return instant.legal_date(case.concluded_at) if case.concluded_at else None


# --- one view --------------------------------------------------------------------------------------------------------


def view_of(case: Case, work: Clockwork, *, whole: bool = False) -> ClockView:
    """The clock of a case, whatever runs; with ``whole``, its month and its derivation too."""
    if not case.open:
        return _ended(case, work, whole)
    if case.clock in (ClockState.RUNNING, ClockState.STOPPED):
        return _running(case, work, whole) or _none(case)
    return _bound(case, work, whole) or _none(case)


def _running(case: Case, work: Clockwork, whole: bool) -> ClockView | None:
    terms = _terms(case, work)
    if terms is None:
        return None
    view = _counting(*terms, work.today, work.calendar)
    reading = reading_of(case, work) if whole else None
    return replace(view, derivation=derivation(case, reading, work)) if reading else view


def _terms(case: Case, work: Clockwork) -> tuple[date, str, tuple[Span, ...], tuple[Limit, ...]] | None:
    """What a clock that was started is counted from: its first day, its rules by digest, its stops, its extensions."""
    if case.clock_started is None or clocks.rule_of(case, "promised") is None:
        return None
    spans = work.spans.get(case.id, ())
    return case.clock_started, case.kept_rules_id, tuple(clocks.stops_of(spans)), tuple(clocks.extensions_of(spans))


@lru_cache(maxsize=4096)
def _counting(
    started: date, rules: str, stops: tuple[Span, ...], extensions: tuple[Limit, ...], today: date, calendar: Calendar
) -> ClockView:
    """A clock that runs or stands. Many cases of an office began on the same day under the same rule."""
    kept = rules_under(rules)["promised"]
    promised = due(started, kept.limit(), calendar, stops, extensions)
    view = clock_view(
        steps_until(promised, today),
        today=today,
        due=promised.date,
        limit=f"承诺 {spaced(kept.words)}",
        unit=unit_words(promised),
        left=promised.left,
        late_days=promised.overdue_by(today),
        provisional=promised.provisional,
    )
    return replace(view, short=view.short or view.strong) if view.kind != "stop" else _stopped(view)


def _stopped(view: ClockView) -> ClockView:
    return replace(view, short=view.strong)


def _ended(case: Case, work: Clockwork, whole: bool) -> ClockView:
    on = concluded_on(case)
    word = "撤回" if case.outcome in ("withdrawn", "dropped") else "办结"
    said = f"{legal_day(on, 'short')}{word}"
    terms = _terms(case, work)
    if terms is None or on is None:
        return ClockView("done", said, due=on, headline=said, short=said)
    view = _counted(*terms, on, work.today, work.calendar)
    reading = reading_of(case, work) if whole else None
    reasons = derivation(case, reading, work) if reading else ()
    return replace(view, strong=said, headline=said, short=said, derivation=reasons)


@lru_cache(maxsize=4096)
def _counted(
    started: date,
    rules: str,
    stops: tuple[Span, ...],
    extensions: tuple[Limit, ...],
    on: date,
    today: date,
    calendar: Calendar,
) -> ClockView:
    """A clock that has ended."""
    promised = due(started, rules_under(rules)["promised"].limit(), calendar, stops, extensions)
    view = clock_view(
        steps_until(promised, on), today=today, due=promised.date, unit=unit_words(promised), concluded=on
    )
    return replace(view, summary=_kept(promised, on))


def _kept(promised: Due, on: date) -> str:
    """Whether the promise was kept, when the clock had run."""
    if promised.date is None:
        return "数字是计入的第几天。"
    late = promised.overdue_by(on)
    kept = f"比承诺晚了 {late} 天" if late else f"用了 {promised.elapsed(on)} {unit_words(promised)}，在承诺时限内"
    return f"{kept}。数字是计入的第几天。"


def _bound(case: Case, work: Clockwork, whole: bool) -> ClockView | None:
    """The clock does not run, another limit does: to accept, to deliver, to supplement, to pay."""
    timer = work.timer(case)
    rule = clocks.rule_of(case, timer.slot) if timer else None
    if timer is None or rule is None:
        return None
    word = SLOTS[timer.slot]
    if case.waiting_for:
        said = f"等{word}"
        kind = "you" if case.waiting_for == "applicant" else "wait"
        tail = f"，{legal_day(timer.due)}前" if timer.pending else f"，{legal_day(timer.due)}已过"
        return ClockView(kind, said, tail=tail, due=timer.due, headline=said, short=said, short_tail=tail)  # type: ignore[arg-type]
    counted = due(_entered(case, timer), rule.limit(), work.calendar)
    view = clock_view(
        steps_until(counted, work.today),
        today=work.today,
        due=counted.date,
        limit=f"{word}期限 {spaced(rule.words)}",
        unit=unit_words(counted),
        late_days=counted.overdue_by(work.today),
        provisional=counted.provisional,
        derivation=_bound_reasons(timer.slot, rule, counted) if whole else (),
    )
    short = {
        "run": f"{word}期第 {counted.elapsed(work.today)} 天",
        "soon": f"{word}期今天止",
        "late": f"{word}晚 {counted.overdue_by(work.today)} 天",
    }
    return replace(view, lead=word, headline=f"{word}{view.strong}", short=short.get(view.kind, view.short))


def _entered(case: Case, timer: CaseTimer) -> date:
    """From which event a limit besides the clock counts."""
    if timer.slot == "accept":
        return case.received_on
    return case.decided_on or case.clock_ended or case.received_on


def _none(case: Case) -> ClockView:
    state = state_of(case)
    return ClockView(state.kind, state.title, headline=state.title, short=state.title)  # type: ignore[arg-type]


# --- days ------------------------------------------------------------------------------------------------------------


def steps_until(found: Due, today: date) -> list[Step]:
    """The derivation; while a stop has no end, its days up to today are said one by one."""
    steps = list(found.derivation)
    if found.stopped_since is not None:
        last, note = steps[-1].day, steps[-1].note
        steps += [Step(last + ONE_DAY * n, None, "stopped", note) for n in range(1, (today - last).days + 1)]
    return steps


def spaced(words: str) -> str:
    """12个工作日 → 12 个工作日, as running text writes it."""
    return re.sub(r"(?<!\d)(\d+)(?=[个日天年小])", r"\1 ", words)


def unit_words(found: Due) -> str:
    return "个工作日" if found.limit.unit == "wd" else "天"


# --- why -------------------------------------------------------------------------------------------------------------


def derivation(case: Case, reading: clocks.Reading, work: Clockwork) -> tuple[DerivationRow, ...]:
    """Why the date is what it is: start, limit and its basis, stops with their documents, days left out, calendar."""
    promised, year = reading.promised, reading.promised.start_day.year
    rows = [DerivationRow("起算", _start_words(case, work)), _limit_row(reading)]
    spans = work.spans.get(case.id, ())
    rows += [_extended(s) for s in spans if s.kind == CaseSpan.Kind.EXTEND]
    for term, text in promised.reasons():
        if term in ("起算", "时限", "延期") or term.startswith("停钟"):
            continue
        rows.append(DerivationRow(term, text))
    at = 2
    for span in spans:
        if span.kind == CaseSpan.Kind.STOP and span.ends != span.starts - ONE_DAY:
            rows.insert(at, _stop_row(span, work.today))
            at += 1
    years = sorted({step.day.year for step in promised.derivation} & work.calendar.published_years)
    if years:
        rows.append(DerivationRow("日历版本", f"{'、'.join(map(str, years))} 年放假安排已公布"))
    if reading.legal and reading.legal.date and reading.legal.date != promised.date:
        said = f"{legal_day(reading.legal.date, 'full' if reading.legal.date.year != year else '')}前"
        rows.append(DerivationRow("法定最晚", said, reading.legal_rule.basis if reading.legal_rule else ""))
    return tuple(rows)


def _start_words(case: Case, work: Clockwork) -> str:
    deemed = any(t.fires == "deem_accepted" and t.fired for t in work.timers.get(case.id, ()))
    return f"{legal_day(case.clock_started)}{'视为受理' if deemed else '受理'}，次日起算"


def _limit_row(reading: clocks.Reading) -> DerivationRow:
    rule, legal = reading.rule, reading.legal_rule
    said = f"{spaced(rule.words)}（本机关承诺{f'；法定 {spaced(legal.words)}' if legal else ''}）"
    basis = "；".join(dict.fromkeys(b for b in (rule.basis, legal.basis if legal else "") if b))
    marks = [] if rule.confirmed and (legal is None or legal.confirmed) else ["依据待核实"]
    return DerivationRow("时限", said, "，".join([*([basis] if basis else []), *marks]))


def _extended(span: CaseSpan) -> DerivationRow:
    words = spaced(Limit.parse(span.limit).words)
    return DerivationRow(
        "延期", f"{legal_day(span.starts, 'short')}经负责人批准延长 {words}：{span.reason_title}", span.basis
    )


def _stop_row(span: CaseSpan, today: date) -> DerivationRow:
    last = span.ends or today
    days = max((last - span.starts).days + 1, 0)
    until = "起" if span.ends is None else "" if days <= 1 else f"至{legal_day(last, 'short')}"
    planned = f"，预计 {span.planned_days} 天" if span.planned_days and span.ends is None else ""
    return DerivationRow(
        f"停钟 {days} 天", f"{legal_day(span.starts, 'short')}{until}{span.reason_title}{planned}", span.basis
    )


def _bound_reasons(slot: str, rule: RuleRow, counted: Due) -> tuple[DerivationRow, ...]:
    word, began = SLOTS[slot], {"accept": "收到申请", "deliver": "作出决定"}.get(slot, "起算")
    rows = [DerivationRow("起算", f"{legal_day(counted.start_day)}{began}，次日起算")]
    rows += [DerivationRow(term, text) for term, text in counted.reasons() if term not in ("起算", "时限")]
    basis = rule.basis + ("" if rule.confirmed else "，依据待核实" if rule.basis else "依据待核实")
    rows.insert(1, DerivationRow("时限", f"{spaced(rule.words)}内{word}", basis))
    if rule.silence == "deemed_accepted":
        rows.append(DerivationRow("不答复", "到期没有答复的，自收到申请之日起即为受理", rule.basis))
    return tuple(rows)
