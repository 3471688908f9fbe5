"""搜索"""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "xiang.foundation.search"
    label = "search"
    verbose_name = "搜索"

    def ready(self) -> None:
        from xiang.foundation.outbox import worker
        from xiang.foundation.search import operations

        worker.periodic("search.index", timedelta(seconds=1))(operations.bring_in)
