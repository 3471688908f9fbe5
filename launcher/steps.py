"""What must be done before anything can run, as one list: each step knows whether it is done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from launcher.console import Console
from launcher.environment import ANALYTICS, CORE, DEVELOPMENT, INSTALLER, Environment
from launcher.place import Place
from launcher.records import Records
from launcher.work import NotHere


@dataclass(frozen=True)
class Step:
    """Something to do once; ``key`` names its title."""

    key: str
    done: Callable[[], bool]
    do: Callable[[], None]


def environment_steps(place: Place, console: Console, *, development: bool = False) -> list[Step]:
    """What any command needs: Python and its packages; with ``development`` the tools of tests and lint too."""
    environment = Environment(place, console)
    locks = (CORE, DEVELOPMENT) if development else (CORE,)
    return [
        Step("venv", environment.has_venv, environment.make_venv),
        Step("uv", lambda: environment.has(INSTALLER), environment.install_installer),
        Step("packages", lambda: all(map(environment.has, locks)), lambda: environment.install(*locks)),
    ]


def analytics_steps(place: Place, console: Console) -> list[Step]:
    """What the zone, quality checks and linkage need besides: large, and installed when they are first used."""
    environment = Environment(place, console)
    return [Step("analytics", lambda: environment.has(ANALYTICS), lambda: environment.install(CORE, ANALYTICS))]


def page_steps(place: Place, console: Console) -> list[Step]:
    """What pages need besides: the libraries from npm."""
    environment = Environment(place, console)
    return [Step("pages", environment.has_pages, environment.install_pages)]


def record_steps(place: Place, console: Console) -> list[Step]:
    """What a command that asks the records needs: tables and the profile."""
    records = Records(place, console)
    return [
        Step("migrate", records.is_migrated, records.migrate),
        Step("load", records.is_loaded, records.load),
    ]


def serving_steps(place: Place, console: Console, people: int | None = None) -> list[Step]:
    """Everything that a running installation needs; a demonstration also gets its people and accounts."""
    records = Records(place, console)
    steps = [
        *environment_steps(place, console),
        *page_steps(place, console),
        *record_steps(place, console),
        Step("static", records.has_static, records.collect_static),
    ]
    if place.environ()["XIANG_DEMO"] == "1":
        steps += [
            Step("province", records.has_province, lambda: records.seed(people)),
            Step("accounts", records.has_accounts, records.make_accounts),
        ]
    return steps


def carry_out(steps: Sequence[Step], place: Place, console: Console) -> None:
    """Do what is not done, in order, one launcher at a time; say nothing when there is nothing to do."""
    if all(step.done() for step in steps):
        return
    with Environment(place, console).alone():
        console.expect(len(steps))
        for step in steps:
            if step.done():
                console.skip(step.key, "done-before")
                continue
            with contextlib.suppress(NotHere), console.step(step.key):
                step.do()
