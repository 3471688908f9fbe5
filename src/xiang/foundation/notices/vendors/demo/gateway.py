"""A gateway that only pretends: every message lands in a table that the application shows."""

from __future__ import annotations

from xiang.foundation.notices.gateways import Gateway, Message, Rejected
from xiang.foundation.notices.models import Channel, DemoMessage
from xiang.foundation.notices.vendors.demo import operations


class DemoGateway(Gateway):
    """Works like a real one: the same key is never sent twice, and a dead number is refused for good."""

    key = "demo"
    demo = True
    channel: Channel

    def send(self, message: Message) -> str:
        if message.address.endswith("0000000"):
            raise Rejected("number_not_in_service")
        return operations.receive(self.channel, self.masked(message.address), message)

    def status(self, key: str) -> str | None:
        known = DemoMessage.objects.filter(idempotency_key=key, channel=self.channel).first()
        return str(known.id) if known else None

    def masked(self, address: str) -> str:
        raise NotImplementedError


class DemoSms(DemoGateway):
    title = "演示短信"
    channel = Channel.SMS

    def masked(self, address: str) -> str:
        return f"{address[:3]}****{address[-4:]}"


class DemoEmail(DemoGateway):
    title = "演示邮件"
    channel = Channel.EMAIL

    def masked(self, address: str) -> str:
        name, _, host = address.partition("@")
        return f"{name[:1]}***@{host}"
