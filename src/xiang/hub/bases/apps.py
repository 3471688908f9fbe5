from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "xiang.hub.bases"
    label = "bases"
    verbose_name = "基础库"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of

        navigation.register(
            "desk",
            "bases",
            "基础库",
            "bases:overview",
            "id",
            84,
            visible=lambda request: actor_of(request).has("steward"),
        )
