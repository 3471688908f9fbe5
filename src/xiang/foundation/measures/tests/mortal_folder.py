"""Makes twenty deltas (once) and folds them, killing itself at the statement whose number is given; 0 lives."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from itertools import count

from django.conf import settings

from xiang.config import settings as project

settings.configure(
    **{name: value for name, value in vars(project).items() if name.isupper() and name != "INSTALLED_APPS"},
    INSTALLED_APPS=["xiang.foundation.measures", "xiang.foundation.outbox"],
)

import django  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402

from xiang.foundation.measures import fold, operations, queries, registry  # noqa: E402
from xiang.foundation.measures.models import Delta, Figure  # noqa: E402
from xiang.foundation.measures.registry import Count, Measure  # noqa: E402

DAY = date(2025, 9, 22)
registry.register(
    Measure(
        key="m",
        title="m",
        formula="",
        numerator="n",
        denominator="d",
        dimensions=("city", "item"),
        source=lambda start, end: [Count(DAY, {"city": str(n % 3)}, n % 2, 1) for n in range(20)],
    )
)
if Figure._meta.db_table not in connection.introspection.table_names():
    with connection.schema_editor() as editor:
        editor.create_model(Delta)
        editor.create_model(Figure)
    with transaction.atomic():
        for n in range(20):
            operations.append("m", {"city": str(n % 3)}, n % 2, 1, DAY)

statements = count(1)
fatal = int(sys.argv[1])


def perhaps_die(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    if next(statements) == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)


with connection.execute_wrapper(perhaps_die):
    fold.fold()
reading = queries.figure("m")
sys.stdout.write(f"{reading.numerator} {reading.denominator} {queries.recount('m').agrees}")
