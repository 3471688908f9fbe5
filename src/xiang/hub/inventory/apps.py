from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "xiang.hub.inventory"
    label = "inventory"
    verbose_name = "一本账"

    def ready(self) -> None:
        from xiang.hub.inventory import loading

        loading.register()
