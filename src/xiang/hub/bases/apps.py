from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "xiang.hub.bases"
    label = "bases"
    verbose_name = "基础库"

    def ready(self) -> None:
        from datetime import timedelta

        from xiang.foundation.outbox import worker
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.bases import loading, measures, operations  # noqa: F401 (they register)

        loading.register()
        worker.periodic("bases.count", timedelta(minutes=10))(operations.count)
        navigation.register(
            "desk",
            "bases",
            "基础库",
            "bases:overview",
            "id",
            84,
            visible=lambda request: actor_of(request).has("steward"),
        )
