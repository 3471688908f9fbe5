from __future__ import annotations

from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "xiang.foundation.trust"
    label = "trust"
    verbose_name = "密码与信任"

    def ready(self) -> None:
        from xiang.foundation.trust import checks  # noqa: F401  (registers the check)
