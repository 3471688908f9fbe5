"""``kill -9`` of the web server in the middle of a submission: nothing or everything is there, and the next press of the
button leads to exactly one case."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.installing import LOST, Installation, installed

pytestmark = pytest.mark.records

Grown = dict[str, int]


@pytest.fixture(scope="module")
def installation(source: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(source, tmp_path_factory.mktemp("killed"), "tests.faults.mortal_web:application") as made:
        yield made


@pytest.fixture(scope="module")
def drafts(installation: Installation) -> Iterator[str]:
    """Births to submit, one a test."""
    return iter(installation.told["drafts"])


@pytest.fixture(scope="module")
def whole(installation: Installation, drafts: Iterator[str]) -> Grown:
    """By how many rows each table grows when nobody dies."""
    before = installation.sizes()
    case = installation.patiently("POST", f"/{next(drafts)}/submit")
    assert (case.status, len(case.json["children"])) == (201, 7), case.text
    return grown(installation, before)


SHARED = {"cases_caserules"}
"""Cases under the same rules share theirs: the first submission brings them, no other does."""


def grown(installation: Installation, before: dict[str, int]) -> Grown:
    sizes = {table: size for table, size in installation.sizes().items() if table not in SHARED}
    return {table: size - before[table] for table, size in sizes.items() if size != before[table]}


def filled_in(installation: Installation, draft: str) -> dict[str, Any]:
    """What the mother sees of her draft: every answer with where it comes from, and every paper."""
    shown = installation.patiently("GET", f"/{draft}").json
    return {name: shown[name] for name in ("fields", "questions", "papers")}


def dying(installation: Installation, point: str, who: str) -> None:
    (installation.logs / "dies").write_text(f"{point} {who}")


def check_ledger(installation: Installation) -> None:
    """Every event of a case stands in the ledger once, and was emitted once."""
    events = [str(key) for (key,) in installation.rows("SELECT id FROM cases_caseevent")]
    entries = installation.rows("SELECT refs FROM ledger_entry WHERE kind LIKE 'case.%'")
    emitted = installation.rows("SELECT payload FROM outbox_event WHERE kind LIKE 'case.%'")
    wanted = Counter(key.replace("-", "") for key in events)
    assert events
    assert Counter(_read(refs)["event"].replace("-", "") for (refs,) in entries) == wanted
    assert Counter(_read(payload)["event_id"].replace("-", "") for (payload,) in emitted) == wanted


def _read(value: Any) -> dict[str, str]:
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("point", "who", "survives"),
    [
        ("write:first", "server", False),
        ("write:half", "worker", False),
        ("write:last", "server", False),
        ("commit.begins", "worker", False),
        ("commit.ends", "server", True),
    ],
)
def test_a_submission_killed_on_its_way_is_there_whole_or_not_at_all_and_pressing_again_makes_one_case(
    installation: Installation, drafts: Iterator[str], whole: Grown, point: str, who: str, survives: bool
):
    draft = next(drafts)
    before, answers = installation.sizes(), filled_in(installation, draft)
    writes = int((installation.logs / "writes").read_text())
    assert writes > 3
    numbers = {"first": "1", "half": str(writes // 2), "last": str(writes)}
    kind, _, nth = point.partition(":")
    dying(installation, f"{kind}:{numbers[nth]}" if nth else point, who)
    with pytest.raises(LOST):
        installation.call("POST", f"/{draft}/submit")
    assert (installation.logs / "died").exists()
    (installation.logs / "died").unlink()

    assert grown(installation, before) == (whole if survives else {})
    shown = installation.patiently("GET", f"/{draft}").json
    assert shown["state"] == ("submitted" if survives else "open")
    assert {name: shown[name] for name in answers} == answers, "the draft keeps every answer"

    case = installation.patiently("POST", f"/{draft}/submit")
    assert (case.status, len(case.json["children"])) == (201, 7), case.text
    assert installation.patiently("POST", f"/{draft}/submit").json["number"] == case.json["number"]
    assert grown(installation, before) == whole
    check_ledger(installation)
