from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "xiang.foundation.parties"
    label = "parties"
    verbose_name = "主体"

    def ready(self) -> None:
        from xiang.foundation.outbox.worker import periodic
        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.operations import sweep_keys
        from xiang.foundation.parties.profiles import identity_of

        periodic("parties.idempotency", timedelta(hours=1))(sweep_keys)
        navigation.identify(identity_of)
        navigation.register("resident", "me", "我的", "parties:me", "user", 90, tab="我的")
