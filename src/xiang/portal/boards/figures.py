"""The figures of the board: which, over which days, against which target, by item and by city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.province import prefectures
from xiang.foundation.measures import queries, registry
from xiang.foundation.measures.models import Target
from xiang.foundation.measures.queries import Reading
from xiang.foundation.measures.registry import Measure
from xiang.foundation.pages.components import MapView, PlanRow, StatusView, TileView
from xiang.foundation.pages.texts import legal_day, yuan
from xiang.portal import links
from xiang.services.items import queries as items

PERIODS = {"7": "近 7 天", "30": "近 30 天", "90": "近 90 天", "all": "全部"}
DEFAULT = "90"
CHAPTERS = (
    ("少填少跑", ("applications.prefilled", "applications.waived")),
    ("按时办结", ("cases.on_time", "cases.filed")),
    ("办得怎样", ("ratings.good", "ratings.answered", "ratings.mended")),
)
MAIN = "applications.prefilled"
FEN = "分"
MOVED = 4
_NEAR = Decimal("0.97")
"""Within three hundredths of the target: close to it, shown in the colour of "soon"."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days that the board counts, both included."""

    key: str
    start: date | None
    end: date

    @property
    def words(self) -> str:
        return PERIODS[self.key]


@dataclass(frozen=True)
class Figure:
    """One measure in a period, with its target."""

    measure: Measure
    reading: Reading
    target: Decimal | None
    set_by: Target | None = None

    @property
    def value(self) -> str:
        """91.3%, or a plain number; a dash when there is nothing to divide by."""
        return words_of(self.reading)

    @property
    def numerator(self) -> str:
        return counted(self.measure, self.reading.numerator)

    @property
    def denominator(self) -> str:
        return counted(self.measure, self.reading.denominator)

    @property
    def url(self) -> str:
        return links.url("portal:figure", self.measure.key)

    @property
    def status(self) -> StatusView:
        """Against its target: reached, close, behind; without a target only counted."""
        value = self.reading.value
        if value is None:
            return StatusView("wait", "还没有数")
        if self.target is None:
            return StatusView("run", "没有定目标")
        if self.reading.meets(self.target):
            return StatusView("done", "达标")
        near = value >= self.target * _NEAR if self.measure.better == "up" else value * _NEAR <= self.target
        return StatusView("soon", "临近") if near else StatusView("late", "没到目标")


def words_of(reading: Reading) -> str:
    """A reading as people say it."""
    value = reading.value
    if value is None:
        return "—"
    if not reading.measure.denominator:
        return yuan(int(value)) if reading.measure.unit == FEN else f"{int(value):,}"
    return f"{_plain(value)}{'%' if reading.measure.unit == '%' else ''}"


def counted(measure: Measure, number: int) -> str:
    """A numerator or denominator: 1,482,906; money in yuan."""
    return yuan(number) if measure.unit == FEN else f"{number:,}"


def unit_of(measure: Measure) -> str:
    """The unit as it is said: money is counted in fen and said in yuan."""
    return "元" if measure.unit == FEN else measure.unit


def _plain(value: Decimal) -> str:
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence about a figure, and the figure it is about."""

    title: str
    url: str
    text: str


def period(asked: str) -> Period:
    """A period by its key; anything else is the usual one."""
    key, today = asked if asked in PERIODS else DEFAULT, instant.today()
    return Period(key, None if key == "all" else today - timedelta(days=int(key) - 1), today)


def known(key: str) -> Measure:
    """A measure of the board; ``Absent`` for anything else."""
    found = registry.find(key)
    if found is None:
        raise Absent
    return found


def figure(key: str, over: Period, where: Mapping[str, str] | None = None) -> Figure:
    """One measure, in a period and for the dimensions that ``where`` fixes."""
    measure = known(key)
    reading = queries.figure(key, where or {}, over.start, over.end)
    return Figure(measure, reading, *_target(measure, queries.targets_on()))


def _target(measure: Measure, found: Mapping[str, Target]) -> tuple[Decimal | None, Target | None]:
    row = found.get(measure.key)
    if row is not None:
        return Decimal(row.hundredths) / 100, row
    return (None if measure.target is None else Decimal(measure.target)), None


@dataclass(frozen=True)
class Board:
    """Every figure of the board by chapter, with what moved: two queries, however many figures there are."""

    chapters: Sequence[tuple[str, Sequence[Figure]]]
    changed: Sequence[Said]

    @property
    def every(self) -> list[Figure]:
        return [one for _, group in self.chapters for one in group]

    def find(self, key: str) -> Figure:
        """One of them; ``Absent`` for a key that the board does not show."""
        for one in self.every:
            if one.measure.key == key:
                return one
        raise Absent


def board(over: Period) -> Board:
    """The board: what the registry has besides the named figures comes last."""
    week, today = timedelta(days=7), over.end
    this, last = (today - week + timedelta(days=1), today), (today - 2 * week + timedelta(days=1), today - week)
    found, now, before = queries.totals([(over.start, over.end), this, last])
    targets = queries.targets_on()
    figures = {m.key: Figure(m, found[m.key], *_target(m, targets)) for m in registry.all_measures() if m.dimensions}
    named = {key for _, keys in CHAPTERS for key in keys}
    rest = tuple(key for key in figures if key not in named)
    grouped = [
        (title, [figures[key] for key in keys if key in figures]) for title, keys in (*CHAPTERS, ("其他指标", rest))
    ]
    shown = [f for _, group in grouped for f in group]
    moved = [said for f in shown if (said := _moved(f, now[f.measure.key], before[f.measure.key]))]
    return Board([(title, group) for title, group in grouped if group], moved[:MOVED])


def _moved(found: Figure, now: Reading, before: Reading) -> Said | None:
    """What a figure did against the seven days before."""
    if not found.measure.denominator:
        words = f"近 7 天 {words_of(now)} {unit_of(found.measure)}"
        return Said(found.measure.title, found.url, words) if now.numerator else None
    if now.value is None or before.value is None or now.value == before.value:
        return None
    return Said(found.measure.title, found.url, f"{_plain(before.value)}→{words_of(now)}")


def plan_row(found: Figure) -> PlanRow:
    """A figure as a row of the board: value, target, a bar with a tick at the target."""
    value, target = found.reading.value, found.target
    percent = found.measure.unit == "%"
    unit = "" if percent else unit_of(found.measure)
    return PlanRow(
        number=found.measure.plan_point or "",
        title=found.measure.title,
        figure=f"{found.value} {unit}".strip(),
        target=f"{_plain(target)}{'%' if percent else ''}" if target is not None else "—",
        status=found.status,
        url=found.url,
        percent=float(min(value, Decimal(100))) if percent and value is not None else None,
        target_percent=float(target) if percent and target is not None else 100,
    )


# --- by item, by city ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slice:
    """One item or city of a breakdown."""

    key: str
    title: str
    reading: Reading
    url: str

    @property
    def value(self) -> str:
        return words_of(self.reading)

    @property
    def numerator(self) -> str:
        return counted(self.reading.measure, self.reading.numerator)

    @property
    def denominator(self) -> str:
        return counted(self.reading.measure, self.reading.denominator)


def titles() -> dict[str, str]:
    """What items and life events are called."""
    named = dict(items.active().values_list("key", "short"))
    return named | {event.key: event.title for event in items.life_events()}


def by_item(key: str, over: Period, names: Mapping[str, str]) -> list[Slice]:
    """The figure of each item, the most counted first."""
    if "item" not in known(key).dimensions:
        return []
    rows = queries.breakdown(key, "item", None, over.start, over.end)
    address = links.url("portal:figure_cases", key)
    found = [
        Slice(item, names.get(item, item), r, f"{address}?period={over.key}&item={item}") for item, r in rows if item
    ]
    return sorted(found, key=lambda one: -(one.reading.denominator or one.reading.numerator))


def by_city(key: str, over: Period) -> dict[str, Reading]:
    """The figure of each prefecture, by the first four digits of its code."""
    if "city" not in known(key).dimensions:
        return {}
    rows = queries.breakdown(key, "city", None, over.start, over.end)
    return {path.rpartition("/")[2][:4]: reading for path, reading in rows if path}


def tiles(figure: Figure, over: Period) -> MapView:
    """The fourteen prefectures; shaded against the target, or by rank where there is none. ▼ marks the worst only."""
    measure, target = figure.measure, figure.target
    cities = by_city(measure.key, over)
    address = links.url("portal:figure_cases", measure.key)
    values = {code: r.value for code, r in cities.items() if r.value is not None}
    worst = min(values, key=lambda code: values[code], default="") if len(values) > 1 else ""
    tiles = []
    for code, (_, _, name) in prefectures().items():
        reading = cities.get(code)
        value = reading.value if reading else None
        tiles.append(
            TileView(
                key=code,
                name=name,
                value=_tile_words(measure, value),
                url=f"{address}?period={over.key}&city={code}" if reading else "",
                grade=_grade(value, target, values, code == worst, measure.unit == "%"),
            )
        )
    shown = {tile.grade for tile in tiles}
    return MapView(tuple(tiles), tuple(row for row in _legend(target, measure.unit == "%") if row[0] in shown))


def _tile_words(measure: Measure, value: Decimal | None) -> str:
    if value is None:
        return "—"
    return f"{value:.1f}" if measure.denominator else f"{int(value):,}"


def _grade(value: Decimal | None, target: Decimal | None, values: Mapping[str, Any], worst: bool, percent: bool) -> Any:
    if value is None:
        return 0
    if target is None and percent:
        return 3  # a share without a target is neither good nor bad
    if target is None:
        highest = max(values.values()) or Decimal(1)
        return 4 if value >= highest / 2 else 3
    if value >= target:
        return 4 if value >= target + (100 - target) / 2 else 3
    return 1 if worst else 2


def _legend(target: Decimal | None, percent: bool) -> tuple[tuple[int, str], ...]:
    if target is None:
        return () if percent else ((4, "多的一半"), (3, "少的"))
    high = target + (100 - target) / 2
    return ((4, f"{_plain(high)} 以上"), (3, "达标"), (2, "没到目标"), (1, "最低"))


# --- days ------------------------------------------------------------------------------------------------------------


def series(figure: Figure, over: Period) -> dict[str, Any]:
    """The daily series for the chart, with the target; days without a figure are gaps and not noughts."""
    points = queries.series(figure.measure.key, "day", None, over.start, over.end)
    while points and not (points[0].reading.denominator or points[0].reading.numerator):
        points = points[1:]  # nothing had been counted yet
    return {
        "labels": [f"{p.day.month}/{p.day.day}" for p in points],
        "values": [float(p.reading.value) if p.reading.value is not None else None for p in points],
        "target": float(figure.target) if figure.target is not None else None,
        "most": 100 if figure.measure.unit == "%" else None,
    }


def finding(title: str, line: Mapping[str, Any], unit: str) -> str:
    """The chart in one sentence, for who cannot see it."""
    values = [value for value in line["values"] if value is not None]
    if not values:
        return f"{title}：这段时间没有数"
    said = f"{title}，{line['labels'][0]} 至 {line['labels'][-1]}：从 {values[0]:g}{unit} 到 {values[-1]:g}{unit}"
    return said + (f"，目标 {line['target']:g}{unit}" if line["target"] is not None else "")


# --- the three sentences ---------------------------------------------------------------------------------------------


def slow(found: Sequence[Figure]) -> list[Said]:
    """Which figures miss their target, by how much."""
    return [
        Said(f.measure.title, f.url, f"{f.value}，差 {_plain(abs(f.target - f.reading.value))} 个点")
        for f in found
        if f.target is not None and f.reading.value is not None and not f.reading.meets(f.target)
    ]


def as_of() -> str:
    """数据截至 9月29日 10:15."""
    now = instant.now()
    return f"数据截至 {legal_day(now, 'short')} {now.astimezone(instant.SHANGHAI):%H:%M}，每个数都可点开看算式"
