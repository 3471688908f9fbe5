# ruff: noqa: S608 - every name and value goes through quoting
"""Running rules on a table in bounded memory: stage it, scan it once, ask the rest, score, keep the failing rows."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.hub.quality.engine import addresses, checksums, compiling, expressions, failures, scoring, separate
from xiang.hub.quality.engine.addresses import Address
from xiang.hub.quality.engine.compiling import Aim, Scan
from xiang.hub.quality.engine.rules import Rule, RuleSet
from xiang.hub.quality.engine.scoring import Score, Tally, Terms
from xiang.hub.quality.engine.separate import Answer, Other, Question
from xiang.hub.quality.engine.staging import Stage, Staged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEEP = 1000
#: What DuckDB may use; Python, Arrow and the staging of a source come on top and stay below half a gigabyte.
MEMORY_MB = 900
WITHIN = 3600.0
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What one rule found. ``ratio`` is A / B, ``None`` when no row was looked at."""

    rule: Rule
    assessed: int
    failed: int

    @property
    def ratio(self) -> float | None:
        return (self.assessed - self.failed) / self.assessed if self.assessed else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found. ``samples`` are a few failing rows a rule, by its key, as ``failures.COLUMNS``."""

    table: Staged
    results: tuple[Result, ...]
    score: Score
    seconds: float
    samples: Mapping[str, list[dict[str, Any]]]

    @property
    def passed(self) -> bool:
        return not self.table.rejected and not any(result.failed for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        """The plain form that commands, pages and reports keep."""
        score = self.score
        return {
            "table": self.table.title,
            "rows": self.table.rows,
            "unreadable": {
                "rows": self.table.rejected,
                "first": [{"line": bad.line, "why": bad.why} for bad in self.table.bad],
            },
            "notes": list(self.table.notes),
            "passed": self.passed,
            "score": None if score.total is None else round(score.total, 4),
            "grade": score.grade,
            "dimensions": [{"key": p.key, "title": p.title, "score": round(p.score, 4)} for p in score.dimensions],
            "indicators": [{"key": p.key, "title": p.title, "score": round(p.score, 4)} for p in score.indicators],
            "rules": [self._told(result) for result in self.results],
            "seconds": round(self.seconds, 3),
        }

    def _told(self, result: Result) -> dict[str, Any]:
        rule = result.rule
        return {
            "key": rule.key,
            "kind": rule.kind,
            "indicator": rule.indicator,
            "weight": rule.weight,
            "columns": list(rule.columns),
            "message": rule.message,
            "assessed": result.assessed,
            "failed": result.failed,
            "ratio": None if result.ratio is None else round(result.ratio, 6),
            "first": self.samples.get(rule.key, []),
        }


@dataclass(frozen=True, slots=True)
class Job:
    """What to run. ``folder`` is where relative sources of the rules lie; ``keep`` how many failing rows a rule keeps;
    ``within`` the seconds in which all sources must have been read; ``terms`` count where the rules have none of their
    own."""

    source: Address
    rules: RuleSet
    folder: Path | None = None
    keep: int = KEEP
    failures: Path | None = None
    memory_mb: int = MEMORY_MB
    within: float = WITHIN
    terms: Terms = field(default_factory=scoring.default_terms)
    progress: Progress = lambda _: None


def run(job: Job) -> Outcome:
    """1. stage the table; 2. scan it; 3. keys, references, other tables; 4. score; 5. write the failing rows."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="xiang-quality-") as name, session(Path(name), job.memory_mb) as connection:
        work = Path(name)
        job.progress("读取数据")
        stage = Stage(work, connection, begun + job.within)
        table = stage.put(job.source, compiling.wanted(job.rules))
        others = _others(job, stage)
        shut(connection, [table.file, *(work / f"other{n}.parquet" for n in range(len(others)))], job, work)
        failures.prepare(connection)
        results = _results(job, table, others, connection)
        tallies = [Tally(r.rule.indicator, r.rule.weight, r.assessed, r.failed) for r in results]
        weights, cutoffs = job.rules.weights or job.terms.weights, job.rules.grades or job.terms.cutoffs
        score = scoring.score(tallies, weights, cutoffs)
        if job.failures:
            failures.save(connection, job.failures)
        samples = _samples(connection)
        return Outcome(table, results, score, time.monotonic() - begun, samples)


def _others(job: Job, stage: Stage) -> dict[str, Other]:
    staged: dict[str, Other] = {}
    for name, source in job.rules.tables.items():
        job.progress(f"读取 {name}")
        table = stage.put(addresses.parse(source, job.folder), label=f"other{len(staged)}")
        staged[name] = Other(table.relation, table.columns)
    return staged


def _results(
    job: Job, table: Staged, others: Mapping[str, Other], connection: DuckDBPyConnection
) -> tuple[Result, ...]:
    def found(text: str, at: str) -> tuple[str, ...]:
        return expressions.columns_of(connection, text, table.columns, at)

    aim = Aim(table.relation, table.columns, instant.today(), job.keep, found)
    job.progress("逐行检查")
    scan = compiling.scan(job.rules, aim)
    counted = _scanned(connection, scan)
    results = {}
    for line in scan.lines:
        results[line.place] = Result(line.rule, counted[f"b{line.place}"], counted[f"n{line.place}"])
        if not results[line.place].failed:
            continue
        if line.condition.whole:
            failures.of_table(connection, line.rule, line.condition.reasons[0])
        else:
            failures.from_scan(connection, line, job.rules)
    for place, rule in enumerate(job.rules.rules):
        if rule.kind in separate.ANSWERS:
            job.progress(rule.message)
            answer = _asked(
                Question(connection, _aim_of(rule, aim, others, connection), rule, place, job.rules.key, others)
            )
            failures.from_answer(connection, rule, job.rules, answer)
            assessed = counted[f"b{place}"] if answer.assessed is None else answer.assessed
            results[place] = Result(rule, assessed, answer.failed)
    return tuple(results[place] for place in sorted(results))


def _asked(question: Question) -> Answer:
    return separate.ANSWERS[question.rule.kind](question)


def _aim_of(rule: Rule, aim: Aim, others: Mapping[str, Other], connection: DuckDBPyConnection) -> Aim:
    """An expression over two tables names its columns with ``this.`` and ``that.``."""
    if rule.kind != "cross_table":
        return aim
    known = {f"this.{column}" for column in aim.columns} | {
        f"that.{column}" for column in others[rule.parameters["table"]].columns
    }

    def found(text: str, at: str) -> tuple[str, ...]:
        names: Collection[str] = aim.columns if at.endswith("/when") else known
        return expressions.columns_of(connection, text, names, at)

    return replace(aim, found=found)


def _scanned(connection: DuckDBPyConnection, scan: Scan) -> dict[str, int]:
    """Run the scan; the counts by name."""
    import duckdb

    try:
        connection.execute(scan.sql).fetchall()
    except duckdb.OutOfMemoryException as wrong:
        raise Refused("memory", "内存不够：减少每条规则保留的行数（--keep），或者把规则分成几份。") from wrong
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.BinderException) as wrong:
        raise Refused("scan_failed", f"规则在这张表上跑不通：{str(wrong).splitlines()[0][:300]}") from wrong
    names = [row[0] for row in connection.execute("DESCRIBE scanned").fetchall() if not row[0].startswith("k")]
    row = connection.execute(f"SELECT {', '.join(names)} FROM scanned").fetchall()[0]
    return {name: int(value or 0) for name, value in zip(names, row, strict=True)}


def _samples(connection: DuckDBPyConnection, each: int = 5) -> dict[str, list[dict[str, Any]]]:
    shown = "row, key, value, reason"
    rows = connection.execute(
        f"SELECT rule, {shown} FROM failures QUALIFY row_number() OVER (PARTITION BY rule ORDER BY row) <= {each} "
        "ORDER BY rule, row"
    ).fetchall()
    found: dict[str, list[dict[str, Any]]] = {}
    for rule, *cells in rows:
        found.setdefault(rule, []).append(dict(zip(shown.split(", "), cells, strict=True)))
    return found


@contextmanager
def session(work: Path, memory_mb: int = MEMORY_MB) -> Iterator[DuckDBPyConnection]:
    """DuckDB with its memory bounded; what does not fit goes to ``work``."""
    import duckdb

    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(work / "spill"),
            "threads": str(min(os.cpu_count() or 1, 8)),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        connection.execute("SET enable_progress_bar = false")  # it would be printed among the command's JSON
        _functions(connection, instant.today())
        yield connection
    finally:
        connection.close()


def _functions(connection: DuckDBPyConnection, today: date) -> None:
    """The checks of numbers that take a column at a time; lambdas, because DuckDB evaluates a function's annotations."""
    from duckdb.func import ARROW

    made: dict[str, Callable[[Any], Any]] = {
        "identity_code": lambda column: checksums.identity(column, today),
        "identity_code_18": lambda column: checksums.identity(column, today, fifteen=False),
        "credit_code": lambda column: checksums.credit_code(column),
    }
    for name, function in made.items():
        connection.create_function(name, function, ["varchar"], "utinyint", type=ARROW)


def shut(connection: DuckDBPyConnection, files: Collection[Path], job: Job, work: Path) -> None:
    """From here on nothing but the staged files can be read, whatever an expression says, and no setting changes."""
    folders = [str(work)] + ([str(job.failures.absolute().parent)] if job.failures else [])
    connection.execute("SET allowed_paths = ?", [[str(file) for file in files]])
    connection.execute("SET allowed_directories = ?", [folders])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
