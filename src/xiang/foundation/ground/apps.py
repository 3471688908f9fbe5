from __future__ import annotations

from django.apps import AppConfig


class GroundConfig(AppConfig):
    name = "xiang.foundation.ground"
    label = "ground"
    verbose_name = "基础"
