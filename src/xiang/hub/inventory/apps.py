from datetime import timedelta

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "xiang.hub.inventory"
    label = "inventory"
    verbose_name = "一本账"

    def ready(self) -> None:
        from xiang.foundation.outbox import worker
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.inventory import loading, operations, queries, rights, standard
        from xiang.hub.sources import rights as connections

        connections.register(rights.is_hub)
        standard.register()
        loading.register()
        worker.periodic("inventory.index", timedelta(seconds=1))(operations.bring_in)
        navigation.counter("inventory", lambda request: queries.waiting_for(actor_of(request)).count())
        navigation.register(
            "desk",
            "inventory",
            "一本账",
            "inventory:home",
            "binary-tree",
            78,
            visible=lambda request: not actor_of(request).roles.isdisjoint({"steward", "head", "configurator"}),
            counter="inventory",
        )
