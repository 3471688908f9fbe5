"""The contract of those who carry messages outside: SMS and e-mail gateways are plugins."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from xiang.foundation.notices.models import Channel
from xiang.foundation.plugins.registry import Plugin, Registry


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way out. The same ``key`` always means the same message."""

    address: str
    title: str
    text: str
    key: str


class Rejected(Exception):
    """The vendor refused for good (number out of service, content refused): no repetition helps. ``code`` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Gateway(Plugin):
    """One vendor. Calls have a time limit of their own; a timeout is an exception, never an answer."""

    @abstractmethod
    def send(self, message: Message) -> str:
        """Hand the message over; returns the vendor's receipt number.

        Raises :class:`Rejected`, or the outbox's ``NotSent`` when the request certainly did not leave.
        """

    @abstractmethod
    def status(self, key: str) -> str | None:
        """The receipt number of a message handed over earlier under this key; ``None`` if it never arrived."""


sms: Registry[Gateway] = Registry("sms", "短信")
email: Registry[Gateway] = Registry("email", "电子邮件")

_BY_CHANNEL = {Channel.SMS.value: sms, Channel.EMAIL.value: email}


def of(channel: str) -> Gateway:
    """The gateway at work for a channel."""
    return _BY_CHANNEL[channel].active()
