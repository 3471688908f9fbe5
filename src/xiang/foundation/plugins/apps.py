"""插件"""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class PluginsConfig(AppConfig):
    name = "xiang.foundation.plugins"
    label = "plugins"
    verbose_name = "插件"

    def ready(self) -> None:
        from xiang.foundation.plugins.checks import check_plugins

        register(check_plugins, "plugins")
