"""发件箱"""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "xiang.foundation.outbox"
    label = "outbox"
    verbose_name = "发件箱"

    def ready(self) -> None:
        from xiang.foundation.outbox import operations, worker

        worker.periodic("outbox.prune", timedelta(days=1))(operations.prune)
