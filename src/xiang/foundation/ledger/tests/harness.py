"""A process of its own on a real database, forking others: racing sealers, and sealers killed at chosen lines.

    python -m xiang.foundation.ledger.tests.harness race|massacre

It answers with JSON on standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import django
from django.core.management import call_command

RECORDERS, SEALERS, EACH = 3, 4, 120


def fork(work: Callable[[], None]) -> int:
    """Run ``work`` in a child; its process id."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        connections.close_all()
        sys.stdout.flush()
        os._exit(code)


def ended(children: list[int]) -> list[int]:
    """Wait for children; their statuses (negative: killed by that signal)."""
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def state() -> dict[str, Any]:
    """What the log looks like now."""
    from xiang.foundation.ledger import proofs, tree
    from xiang.foundation.ledger.models import Checkpoint, Entry

    report = proofs.verify_all(with_exports=True)
    places = list(Entry.objects.exclude(leaf_index=None).order_by("leaf_index").values_list("leaf_index", flat=True))
    return {
        "findings": [finding.code for finding in report.findings],
        "contiguous": places == list(range(len(places))),
        "size": tree.size(),
        "sealed": len(places),
        "unsealed": report.unsealed,
        "checkpoints": Checkpoint.objects.count(),
    }


def record(name: str, count: int) -> None:
    """Entries in transactions of one to three, every fourth of which is rolled back."""
    from django.db import transaction

    from xiang.foundation.ledger import operations

    for n in range(count):
        with transaction.atomic():
            for part in range(1 + n % 3):
                operations.record("race.entry", f"system:{name}", {"n": str(n), "part": str(part)})
            transaction.set_rollback(n % 4 == 3)


def race() -> dict[str, Any]:
    """Recorders and sealers at once; then whatever is left is sealed by one."""
    from xiang.foundation.ledger import sealer
    from xiang.foundation.ledger.models import Entry

    def seal() -> None:
        for _ in range(60):
            sealer.seal_pending(chunk=7)
        sealer.seal_and_checkpoint()

    recorders = [fork(lambda name=str(n): record(name, EACH)) for n in range(RECORDERS)]
    sealers = [fork(seal) for _ in range(SEALERS)]
    statuses = ended(recorders + sealers)
    sealer.seal_and_checkpoint()
    kept = sum(1 + n % 3 for n in range(EACH) if n % 4 != 3) * RECORDERS
    return {**state(), "statuses": statuses, "expected": kept, "entries": Entry.objects.count()}


def die_at(line: int) -> Callable[[FrameType, str, Any], Any]:
    """A trace function that kills the process at the n-th line run in this room's sealing."""
    seen = 0
    files = tuple(f"ledger/{name}.py" for name in ("sealer", "tree", "merkle", "exports", "witness"))

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal seen
        if not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            seen += 1
            if seen == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def massacre() -> dict[str, Any]:
    """Kill a sealer at ever later lines; after each death the log must hold, and lose nothing.

    Nineteen shares no factor with the length of a chunk's work, so every kind of line meets its death.
    """
    from xiang.foundation.ledger import sealer
    from xiang.foundation.ledger.models import Entry

    def seal_until(line: int) -> None:
        sys.settrace(die_at(line))
        sealer.seal_pending(chunk=6)
        sealer.checkpoint()

    deaths, bad, line = 0, [], 1
    while True:
        record(f"before-{line}", 3)
        (status,) = ended([fork(lambda line=line: seal_until(line))])
        after = state()
        whole = after["contiguous"] and after["size"] == after["sealed"] and not after["findings"]
        if not whole or after["sealed"] + after["unsealed"] != Entry.objects.count():
            bad.append({"line": line, **after})
        if status == 0:
            break
        deaths += status == -signal.SIGKILL
        line += 19
    sealer.seal_and_checkpoint()
    return {**state(), "deaths": deaths, "bad": bad, "entries": Entry.objects.count()}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "xiang.foundation.ledger.tests.bare_settings"
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    print(json.dumps({"race": race, "massacre": massacre}[sys.argv[1]]()))  # noqa: T201
