from __future__ import annotations

from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "xiang.oversight.plan"
    label = "plan"
    verbose_name = "工作要点"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.oversight.plan import loading

        loading.register()
        navigation.register(
            "desk",
            "plan",
            "工作要点",
            "plan:home",
            "list-check",
            630,
            visible=lambda request: actor_of(request).has("supervisor"),
            section="监督",
        )
