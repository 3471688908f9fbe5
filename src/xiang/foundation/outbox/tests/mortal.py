"""A worker that kills itself, run by ``test_killed.py`` as a process of its own.

``mortal.py make N``            tables, and N local and N external events in five lanes
``mortal.py work POINT:COUNT``  a worker that does SIGKILL to itself when it passes POINT for the COUNT-th time
``mortal.py stop POINT:COUNT``  the same with SIGTERM

The outside is a second database that counts how often each idempotency key arrived.
"""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import sys
import threading
from datetime import timedelta

from django.conf import settings

from xiang.config import settings as project

settings.configure(
    **{name: value for name, value in vars(project).items() if name.isupper() and name != "INSTALLED_APPS"},
    INSTALLED_APPS=["xiang.foundation.outbox"],
)

import django  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402

from xiang.foundation.outbox import operations, queries, worker  # noqa: E402
from xiang.foundation.outbox.models import Delivery, Event, Turn  # noqa: E402
from xiang.foundation.outbox.subscriptions import Answer, NotArrived, external, subscribe  # noqa: E402

OUTSIDE = os.environ["MORTAL_OUTSIDE"]
LANES = 5

_passed = itertools.count(1)
_point, _, _count = (sys.argv[2] if sys.argv[1] in ("work", "stop") else ":0").partition(":")


def pass_by(point: str) -> None:
    if point == _point and next(_passed) == int(_count):
        os.kill(os.getpid(), signal.SIGKILL if sys.argv[1] == "work" else signal.SIGTERM)


def effect(event: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect (event, lane, n) VALUES (%s, %s, %s)", _row(event))


def _row(event: Event) -> list[object]:
    return [str(event.id), f"{event.kind} {event.key}", event.payload["n"]]


@subscribe("local", "mortal.local")
def handle(event: Event) -> None:
    pass_by("handler.begins")
    effect(event)
    pass_by("handler.ends")


def call(event: Event, key: str) -> str:
    pass_by("call.leaves")
    with sqlite3.connect(OUTSIDE, timeout=30) as outside:
        outside.execute("INSERT INTO arrived VALUES (?)", [key])
    pass_by("call.answers")
    return "receipt"


def settle(event: Event, result: str) -> None:
    pass_by("settle.begins")
    effect(event)
    pass_by("settle.ends")


def reconcile(event: Event, key: str) -> Answer | NotArrived:
    pass_by("reconcile")
    with sqlite3.connect(OUTSIDE, timeout=30) as outside:
        arrived = outside.execute("SELECT count(*) FROM arrived WHERE key = ?", [key]).fetchone()[0]
    return Answer("asked") if arrived else NotArrived()


external("external", "mortal.external", call=call, settle=settle, reconcile=reconcile)


def make(count: int) -> None:
    with connection.schema_editor() as editor:
        for model in (Event, Delivery, Turn):
            editor.create_model(model)
    serial = "SERIAL" if connection.vendor == "postgresql" else "INTEGER"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE effect (id {serial} PRIMARY KEY, event TEXT, lane TEXT, n INTEGER)")
    with sqlite3.connect(OUTSIDE) as outside:
        outside.execute("CREATE TABLE arrived (key TEXT)")
    with transaction.atomic():
        for n in range(count):
            for kind in ("local", "external"):
                operations.emit(kind, str(n % LANES), {"n": n})


def work() -> None:
    stop, turned = threading.Event(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    @worker.periodic("mortal.finished", timedelta(milliseconds=20))
    def finished() -> None:
        pass_by("periodic")
        turned.set()

    def watch() -> None:
        while not stop.is_set() and (not turned.is_set() or queries.waiting().exists()):
            stop.wait(0.02)
        connection.close()
        stop.set()

    watching = threading.Thread(target=watch)
    watching.start()
    worker.Worker(lease=timedelta(seconds=1)).run(stop)
    watching.join()


if __name__ == "__main__":
    make(int(sys.argv[2])) if sys.argv[1] == "make" else work()
