"""缴费"""

from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "xiang.services.payments"
    label = "payments"
    verbose_name = "缴费"

    def ready(self) -> None:
        from django.conf import settings

        from xiang.foundation.pages import navigation
        from xiang.foundation.parties.actors import actor_of
        from xiang.services.payments import following, measures, panels  # noqa: F401
        from xiang.services.payments.gateways import gateways
        from xiang.services.payments.vendors.demo.gateway import DemoPayment

        if settings.DEMO:
            gateways.register(DemoPayment())
        following.register()
        panels.register()
        navigation.register(
            "desk",
            "payments",
            "对账",
            "payments:accounts",
            "receipt-yuan",
            70,
            visible=lambda request: _is_paid(actor_of(request)),
        )


def _is_paid(actor: object) -> bool:
    """Heads of the tax authorities, who take premiums and fees in."""
    body = str(getattr(actor, "body_key", ""))
    return body.endswith(".tax") and bool(getattr(actor, "has", lambda role: False)("head"))
