from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class HallsConfig(AppConfig):
    name = "xiang.services.halls"
    label = "halls"
    verbose_name = "政务大厅"

    def ready(self) -> None:
        from xiang.foundation.forms import queries as drafts
        from xiang.foundation.outbox import worker
        from xiang.foundation.pages import navigation
        from xiang.services.applications import addresses
        from xiang.services.halls import measures, operations, queries  # noqa: F401
        from xiang.services.halls.readers import readers
        from xiang.services.halls.vendors.demo.reader import DemoReader

        readers.register(DemoReader())
        drafts.limit_clerks(queries.drafts_at_hand)
        addresses.register("window", "halls:draft", home="halls:window")
        worker.periodic("halls.idle", timedelta(minutes=1))(operations.close_idle)
        navigation.register("desk", "window", "综合窗口", "halls:window", "id", 15, queries.serves_window)
