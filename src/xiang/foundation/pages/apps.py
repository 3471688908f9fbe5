from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class PagesConfig(AppConfig):
    name = "xiang.foundation.pages"
    label = "pages"
    verbose_name = "页面"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.pages.checks import navigation_leads_somewhere

        register(navigation_leads_somewhere, Tags.urls)
        navigation.register("foot", "hotline", "12345 热线", "tel:12345", "phone", 10)
        navigation.register("foot", "stuck", "办不成事反映", "pages:stuck", "message-report", 20)
        navigation.register("foot", "accessibility", "无障碍说明", "pages:accessibility", "accessible", 80)
        navigation.register("foot", "privacy", "隐私", "pages:privacy", "lock", 90)
