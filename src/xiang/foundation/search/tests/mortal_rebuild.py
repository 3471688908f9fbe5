"""Rebuilds an index of 1,200 documents, killing itself after so many batches of 300; 0 lives."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count

from django.conf import settings

from xiang.config import settings as project

settings.configure(
    **{name: value for name, value in vars(project).items() if name.isupper() and name != "INSTALLED_APPS"},
    INSTALLED_APPS=["xiang.foundation.search", "xiang.foundation.outbox"],
)

import django  # noqa: E402

django.setup()

from xiang.foundation.search import documents, index, reader  # noqa: E402
from xiang.foundation.search.documents import SearchDocument  # noqa: E402

index.BATCH = 300
fatal = int(sys.argv[1])
fetched = count(1)


def fetch(keys):  # type: ignore[no-untyped-def]
    for n in range(1200):
        if fatal and next(fetched) > 300 * fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        yield SearchDocument(str(n), "item", f"第 {n} 件事", "", "/")


documents.register("item", "办事", fetch)
written = index.rebuild()
sys.stdout.write(f"{written} {reader.fresh().searcher().num_docs}")
