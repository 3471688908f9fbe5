from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "xiang.hub.quality"
    label = "quality"
    verbose_name = "数据质检"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.quality import measures, operations, queries  # noqa: F401 (measures register themselves)

        operations.register()
        navigation.counter("quality_findings", lambda request: queries.open_findings(actor_of(request)).count())
        for key, title, url, icon, order in (
            ("quality", "季度质检", "quality:campaigns", "clipboard-check", 87),
            ("quality_findings", "整改工单", "quality:findings", "tool", 88),
            ("quality_rules", "质检规则", "quality:resources", "list-check", 89),
        ):
            navigation.register(
                "desk",
                key,
                title,
                url,
                icon,
                order,
                counter=key if key == "quality_findings" else "",
                visible=lambda request: actor_of(request).has("steward"),
            )
