"""The demonstration gateways' own records."""

from __future__ import annotations

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.notices.gateways import Message
from xiang.foundation.notices.models import Channel, DemoMessage


@transaction.atomic
def receive(channel: Channel, masked_address: str, message: Message) -> str:
    """Take a message in once; the same key again gives the same receipt."""
    known, _ = DemoMessage.objects.get_or_create(
        idempotency_key=message.key,
        defaults={
            "channel": channel,
            "masked_address": masked_address,
            "title": message.title,
            "text": message.text,
            "at": instant.now(),
        },
    )
    return str(known.id)
