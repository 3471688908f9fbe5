from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "xiang.hub.quality"
    label = "quality"
    verbose_name = "数据质检"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.quality import operations

        operations.register()
        for key, title, url, icon, order in (
            ("quality", "季度质检", "quality:campaigns", "clipboard-check", 87),
            ("quality_findings", "整改工单", "quality:findings", "tool", 88),
        ):
            navigation.register(
                "desk", key, title, url, icon, order, visible=lambda request: actor_of(request).has("steward")
            )
