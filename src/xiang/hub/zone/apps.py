from django.apps import AppConfig


class ZoneConfig(AppConfig):
    name = "xiang.hub.zone"
    label = "zone"
    verbose_name = "集中管理区"

    def ready(self) -> None:
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of

        navigation.register(
            "desk",
            "zone",
            "集中管理区",
            "zone:tables",
            "stack-2",
            86,
            visible=lambda request: actor_of(request).has("steward"),
        )
