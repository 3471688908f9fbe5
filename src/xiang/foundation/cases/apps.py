from datetime import timedelta

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "xiang.foundation.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        from xiang.foundation.cases import loading, measures, navigating, notifying  # noqa: F401
        from xiang.foundation.cases.operations import recompute, settle_overdue
        from xiang.foundation.outbox.subscriptions import Event, subscribe
        from xiang.foundation.outbox.worker import periodic

        loading.register()
        navigating.register()
        notifying.register()
        periodic("cases.settle", timedelta(minutes=1))(settle_overdue)

        for change in ("published", "withdrawn"):

            @subscribe(f"calendar.{change}", f"cases.recompute.{change}")
            def recompute_due_dates(event: Event) -> None:
                recompute(int(event.key) if event.key.isdecimal() else None)
