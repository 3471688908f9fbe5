"""通知"""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "xiang.foundation.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from xiang.foundation.notices import addresses, gateways, panels, sending
        from xiang.foundation.notices.vendors.demo.gateway import DemoEmail, DemoSms
        from xiang.foundation.parties.queries import people

        sending.register()
        gateways.sms.register(DemoSms())
        gateways.email.register(DemoEmail())
        addresses.register(lambda party_id, channel: people.contact_value(party_id, panels.CONTACT_KIND[channel]))
        panels.register()
