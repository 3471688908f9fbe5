"""A sealing worker that kills itself, run by ``test_killed.py`` as a process of its own.

``make``        tables, office and template
``die POINT``   orders a document and does SIGKILL to itself at POINT: file rendered, file written, result noted
``finish``      a later worker; then every document has one sealed file that opens, one ledger entry, one event
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[5]), str(Path(__file__).parents[4])]

from django.conf import settings  # noqa: E402

from xiang.config import settings as project  # noqa: E402

ABOVE = {"cases", "forms", "publishing", "notices", "search"}


def is_needed(app: str) -> bool:
    """What stands at or below the room of documents, and what is not ours."""
    return "xiang." not in app or (app.startswith("xiang.foundation.") and app.rpartition(".")[2] not in ABOVE)


class NoMigrations(dict[str, None]):
    """Tables are made as the models are now."""

    def __contains__(self, label: object) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


settings.configure(
    **{name: value for name, value in vars(project).items() if name.isupper() and name != "INSTALLED_APPS"},
    INSTALLED_APPS=[app for app in project.INSTALLED_APPS if is_needed(app)],
    MIGRATION_MODULES=NoMigrations(),
)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from xiang.foundation.documents import files, marks, operations, pdf, sealing  # noqa: E402
from xiang.foundation.documents.models import Document  # noqa: E402
from xiang.foundation.documents.tests import house  # noqa: E402
from xiang.foundation.ground import instant  # noqa: E402
from xiang.foundation.ledger.models import Entry  # noqa: E402
from xiang.foundation.outbox import worker  # noqa: E402
from xiang.foundation.outbox.models import Delivery  # noqa: E402
from xiang.foundation.parties.models import Unit  # noqa: E402


def dies_after(function: Any) -> Any:
    """The function, and death as soon as it has done its work."""

    def mortal(*given: Any, **named: Any) -> None:
        function(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return mortal


def make() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    house.template()
    house.office()


def die(point: str) -> None:
    house.order(Unit.objects.get(key="430104.market.food"))
    if point == "rendered":
        pdf.seal = dies_after(pdf.seal)
    elif point == "written":
        files.write = dies_after(files.write)
    elif point == "settled":
        # Inside the transaction that would have kept the result.
        sealing.operations.sealed = dies_after(operations.sealed)
    worker.drain(raising=True)


def finish() -> None:
    # A worker that died holds its lease for a while; this one comes after it.
    with instant.frozen_at(instant.now() + timedelta(minutes=5)):
        worker.drain(raising=True)
    check()


def check() -> None:
    documents = list(Document.objects.select_related("file"))
    assert documents
    for document in documents:
        assert document.state == Document.State.SEALED, document.trouble
        mark = marks.Mark.from_json(document.signature)
        assert document.file is not None
        assert files.read(document.file).startswith(b"%PDF")
        assert marks.holds_file(mark, sealing.PURPOSE, document.file.digest)
        assert Entry.objects.filter(kind="document.sealed", refs__document=document.number).count() == 1
    assert not Delivery.objects.exclude(state="done").exists()


if __name__ == "__main__":
    match sys.argv[1]:
        case "make":
            make()
        case "die":
            die(sys.argv[2])
        case "finish":
            finish()
