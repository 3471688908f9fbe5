from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "xiang.hub.sources"
    label = "sources"
    verbose_name = "数据来源"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.sources import rights

        navigation.register(
            "desk",
            "sources",
            "数据库连接",
            "sources:connections",
            "plug",
            79,
            visible=lambda request: rights.is_operator(actor_of(request)),
        )
