from __future__ import annotations

from django.apps import AppConfig


class StatutesConfig(AppConfig):
    name = "xiang.foundation.statutes"
    label = "statutes"
    verbose_name = "期限与日历"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties import limits
        from xiang.foundation.statutes.queries import last_day
        from xiang.foundation.statutes.views.desk import is_configurator

        limits.provide(last_day)
        navigation.register("foot", "calendar", "工作日历", "statutes:calendar", "calendar", 40)
        navigation.register("desk", "calendar", "工作日历", "statutes:calendar", "calendar", 820, section="工具")
        for audience in ("desk", "config"):
            navigation.register(
                audience, "rules", "期限与参数", "statutes:rules", "scale", 910, is_configurator, section="配置"
            )
