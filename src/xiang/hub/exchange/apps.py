from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "xiang.hub.exchange"
    label = "exchange"
    verbose_name = "数据交换"

    def ready(self) -> None:
        from datetime import timedelta

        from xiang.foundation.outbox import worker
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.exchange import dispatching

        worker.periodic("exchange.dispatch", timedelta(seconds=1))(dispatching.dispatch)
        navigation.register(
            "desk",
            "exchange",
            "数据交换",
            "exchange:jobs",
            "arrows-exchange",
            84,
            visible=lambda request: actor_of(request).has("steward"),
        )
