from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.http import HttpRequest


def _reads_ratings(request: HttpRequest) -> bool:
    from xiang.foundation.parties.actors import actor_of

    return bool(actor_of(request).roles & {"receiver", "reviewer", "decider", "head", "supervisor"})


class RatingsConfig(AppConfig):
    name = "xiang.oversight.ratings"
    label = "ratings"
    verbose_name = "好差评"

    def ready(self) -> None:
        from xiang.foundation.outbox.worker import periodic
        from xiang.foundation.pages import navigation
        from xiang.oversight.ratings import measures, operations, panels  # noqa: F401

        operations.register()
        panels.register()
        periodic("ratings.lapse", timedelta(hours=1))(operations.lapse)
        navigation.register(
            "desk", "ratings", "好差评", "ratings:office", "mood-smile", 640, _reads_ratings, section="监督"
        )
