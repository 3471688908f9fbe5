"""指标"""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "xiang.foundation.measures"
    label = "measures"
    verbose_name = "指标"

    def ready(self) -> None:
        from xiang.foundation.measures import fold
        from xiang.foundation.outbox import worker

        worker.periodic("measures.fold", timedelta(seconds=1))(fold.fold)
