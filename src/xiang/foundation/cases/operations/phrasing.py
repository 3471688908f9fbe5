"""The sentences that officers often write, as the profile says them."""

from __future__ import annotations

from xiang.foundation.cases.models import OpinionPhrase


def put_phrase(key: str, *, on: str, text: str, procedure: str = "", position: int = 0) -> None:
    """Offer a sentence on a step; one known by that key is replaced."""
    OpinionPhrase.objects.update_or_create(
        key=key, defaults={"on": on, "text": text, "procedure": procedure, "position": position}
    )


def remove_phrase(key: str) -> None:
    """No longer offer a sentence. Opinions written with it stay as they are."""
    OpinionPhrase.objects.filter(key=key).delete()
