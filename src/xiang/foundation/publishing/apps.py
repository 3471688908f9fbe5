from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PublishingConfig(AppConfig):
    name = "xiang.foundation.publishing"
    label = "publishing"
    verbose_name = "发布"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.publishing import frozen, views, wiring

        wiring.register()
        post_migrate.connect(frozen.install, sender=self, dispatch_uid="publishing.frozen")
        navigation.counter("editions", views.waiting)
        for audience in ("desk", "config"):
            navigation.register(
                audience,
                "editions",
                "版本与发布",
                "publishing:editions",
                "versions",
                920,
                views.is_configurator,
                section="配置",
                counter="editions",
            )
