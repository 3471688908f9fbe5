from django.apps import AppConfig

_PAGES = (
    ("duties", "数据待办", "duties", "list-check"),
    ("requests", "共享申请", "requests", "file-text"),
    ("scenarios", "重点场景", "scenarios", "map-pin"),
    ("grants", "共享授权", "grants", "key"),
    ("indicators", "共享指标", "indicators", "chart-bar"),
    ("channels", "点对点通道", "channels", "arrows-split"),
)


class SharingConfig(AppConfig):
    name = "xiang.hub.sharing"
    label = "sharing"
    verbose_name = "共享"

    def ready(self) -> None:
        self._prepare()
        self._show()

    def _prepare(self) -> None:
        from datetime import timedelta

        from xiang.foundation.forms import sources
        from xiang.foundation.outbox import subscriptions, worker
        from xiang.hub.sharing import loading, measures, procedure, scenario_loading  # noqa: F401 (they register)
        from xiang.hub.sharing.operations import answering, correcting, disputing, ending, telling
        from xiang.hub.sharing.source import HubSource, HubSubstitute

        sources.register_source(HubSource())
        sources.register_substitute(HubSubstitute())
        loading.register()
        scenario_loading.register()
        subscriptions.external(
            disputing.CORRECTING,
            "hub.correct_source",
            call=disputing.write_correction,
            settle=disputing.settle_correction,
            reconcile=disputing.reconcile_correction,
        )
        subscriptions.subscribe(disputing.CLOSED, "hub.tell_raiser")(disputing.tell_raiser)
        subscriptions.subscribe(answering.MOVED, "hub.provide")(telling.provide)
        subscriptions.subscribe(answering.MOVED, "hub.tell_handler")(telling.tell)
        subscriptions.subscribe(ending.ENDED, "hub.tell_ended")(telling.tell)
        subscriptions.subscribe(correcting.TOLD, "hub.tell_holder")(telling.tell_holder)
        worker.periodic("sharing.expire", timedelta(hours=1))(ending.expire_due)

    def _show(self) -> None:
        from django.http import HttpRequest

        from xiang.foundation.pages import navigation, panels
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.sharing import request_views

        def steward(request: HttpRequest) -> bool:
            return actor_of(request).has("steward")

        panels.register("case.desk", 20, request_views.panel)
        for order, (key, title, address, icon) in enumerate(_PAGES):
            navigation.register("desk", key, title, f"sharing:{address}", icon, 70 + order, visible=steward)
        navigation.register(
            "desk",
            "hub",
            "总枢纽",
            "sharing:systems",
            "database",
            80,
            visible=lambda request: actor_of(request).has("steward"),
        )
        navigation.register(
            "desk",
            "disputes",
            "异议核查",
            "sharing:disputes",
            "message-report",
            82,
            visible=lambda request: actor_of(request).is_staff,
        )
