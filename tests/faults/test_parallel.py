"""The same submission five times at once, by a program and by a person who clicks: one case, and everybody is led to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.faults.browsing import Browser
from tests.faults.installing import API, Answer, Installation, installed

pytestmark = pytest.mark.records

TIMES = 5
PARTS = 7


@pytest.fixture(scope="module")
def installation(source: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(source, tmp_path_factory.mktemp("parallel")) as made:
        yield made


@pytest.fixture(scope="module")
def drafts(installation: Installation) -> Iterator[str]:
    """Births to submit, one a test."""
    return iter(installation.told["drafts"])


def at_once(ask: Callable[[], Answer]) -> list[Answer]:
    """The same request from five sides at the same moment."""
    gate = threading.Barrier(TIMES)
    answers: list[Answer] = []

    def asking() -> None:
        gate.wait()
        answers.append(ask())

    threads = [threading.Thread(target=asking) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == TIMES, "every click is answered"
    return answers


def the_case(installation: Installation, draft: str) -> str:
    """The number of the one case that a draft became, with all its sub-cases and their events, each written once."""
    mine = draft.replace("-", "")
    rows = installation.rows("SELECT id, parent_id, number FROM cases_case")
    cases = [(_plain(key), _plain(parent), number) for key, parent, number in rows]
    ((key, number),) = [(key, number) for key, _, number in cases if key == mine]
    parts = [part for part, parent, _ in cases if parent == mine]
    assert len(parts) == PARTS
    written = {_plain(of): count for of, count in installation.rows(
        "SELECT case_id, count(*) FROM ledger_entry WHERE kind = 'case.submit' GROUP BY case_id")}  # fmt: skip
    happened = {_plain(of): count for of, count in installation.rows(
        "SELECT case_id, count(*) FROM cases_caseevent GROUP BY case_id")}  # fmt: skip
    assert all(written[part] == happened[part] == 1 for part in (key, *parts))
    return str(number)


def _plain(key: object) -> str:
    return str(key).replace("-", "")


def test_five_programs_that_submit_the_same_draft_at_once_get_the_same_case(
    installation: Installation, drafts: Iterator[str]
):
    draft = next(drafts)
    answers = at_once(lambda: installation.call("POST", f"/{draft}/submit"))
    assert [answer.status for answer in answers] == [201] * TIMES, [answer.text[:300] for answer in answers]
    assert {answer.json["number"] for answer in answers} == {the_case(installation, draft)}
    assert {len(answer.json["children"]) for answer in answers} == {PARTS}


def test_five_requests_under_one_idempotency_key_make_one_case_and_whoever_comes_too_early_is_told_to_ask_again(
    installation: Installation, drafts: Iterator[str]
):
    draft = next(drafts)

    def ask() -> Answer:
        headers = {"Authorization": f"Bearer {installation.told['token']}", "Idempotency-Key": "pressed-once-1"}
        headers["Content-Type"] = "application/json"
        return installation.server.ask("POST", f"{API}/{draft}/submit", "{}", headers)

    answers = at_once(ask)
    made = [answer for answer in answers if answer.status == 201]
    early = [answer for answer in answers if answer.status == 409]
    assert made
    assert len(made) + len(early) == TIMES, [answer.text[:300] for answer in answers]
    assert {json.loads(answer.content)["code"] for answer in early} <= {"in_progress"}
    assert {answer.json["number"] for answer in [*made, ask()]} == {the_case(installation, draft)}


def test_five_clicks_on_submit_lead_to_the_same_case(installation: Installation, drafts: Iterator[str]):
    draft = next(drafts)
    browser = Browser(installation)
    browser.sign_in(installation.told["mother"], installation.told["password"])
    page = f"/life-events/drafts/{draft}/review/"
    browser.read(page)
    answers = at_once(lambda: browser.press(page))
    assert [answer.status for answer in answers] == [302] * TIMES, [answer.text[:300] for answer in answers]
    (address,) = {answer.headers["Location"] for answer in answers}
    number = the_case(installation, draft)
    assert number in address
    assert number in browser.read(address).text
