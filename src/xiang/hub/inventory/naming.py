"""What bodies are called in the inventory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xiang.foundation.parties.models import Body


def body_names(keys: Iterable[str]) -> Mapping[str, str]:
    """Short names by key; the key itself where no such body is known. One query."""
    wanted = set(keys)
    found = {
        key: short or name
        for key, short, name in Body.objects.filter(key__in=wanted).values_list("key", "short", "name")
    }
    return {key: found.get(key, key) for key in wanted}


def body_name(key: str) -> str:
    return body_names([key])[key]


def provider_code(key: str) -> str:
    """The social credit code of a body, empty when it is not known."""
    return Body.objects.filter(key=key).values_list("uscc", flat=True).first() or ""
