from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "xiang.hub.gateway"
    label = "gateway"
    verbose_name = "数据网关"

    def ready(self) -> None:
        from xiang.foundation.outbox import worker
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.gateway import operations
        from xiang.hub.sharing import narrowing

        narrowing.listen(operations.publish_grant)
        worker.periodic("gateway.publish", every=timedelta(seconds=1))(operations.publish_if_changed)
        worker.periodic("gateway.take", every=timedelta(seconds=1))(operations.take_all)
        worker.periodic("gateway.tidy", every=timedelta(minutes=10))(operations.tidy)
        navigation.register(
            "desk",
            "gateway",
            "数据网关",
            "gateway:operations",
            "api",
            84,
            visible=lambda request: actor_of(request).has("steward"),
        )
