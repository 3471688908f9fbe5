"""政务服务事项"""

from __future__ import annotations

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    name = "xiang.services.items"
    label = "items"
    verbose_name = "政务服务事项"

    def ready(self) -> None:
        from xiang.foundation.outbox.subscriptions import Event, subscribe
        from xiang.foundation.pages import navigation
        from xiang.foundation.search import documents
        from xiang.services.items import loading, operations, queries

        loading.register()
        documents.register(operations.SEARCHED_AS, "办事", queries.documents, order=10)
        navigation.register("resident", "items", "办事", "items:list", "clipboard-list", 20, tab="办事")

        for step in ("published", "suspended", "resumed", "retired"):

            @subscribe(f"edition.{step}", f"items.index.{step}")
            def index(event: Event) -> None:
                if event.payload["kind"] == loading.KIND:
                    operations.index(event.payload["key"])
