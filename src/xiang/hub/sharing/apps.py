from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "xiang.hub.sharing"
    label = "sharing"
    verbose_name = "共享"

    def ready(self) -> None:
        from xiang.foundation.forms import sources
        from xiang.foundation.outbox import subscriptions
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.hub.sharing import loading
        from xiang.hub.sharing.operations import disputing
        from xiang.hub.sharing.source import HubSource, HubSubstitute

        sources.register_source(HubSource())
        sources.register_substitute(HubSubstitute())
        loading.register()
        subscriptions.external(
            disputing.CORRECTING,
            "hub.correct_source",
            call=disputing.write_correction,
            settle=disputing.settle_correction,
            reconcile=disputing.reconcile_correction,
        )
        subscriptions.subscribe(disputing.CLOSED, "hub.tell_raiser")(disputing.tell_raiser)
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
