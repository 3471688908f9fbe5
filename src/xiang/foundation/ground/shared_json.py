"""JSON that many rows share word for word (the rules of an item, kept with each of its cases) and that is replaced as a
whole, never altered in place: read once a process for all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _JSON = models.JSONField[Any, Any]
else:
    _JSON = models.JSONField


class SharedJSONField(_JSON):
    """An object in a JSON column, shown read-only; what is inside it must be left alone too."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if isinstance(value, str) and not hasattr(expression, "key_name"):
            return _read(value)
        return super().from_db_value(value, expression, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        plain = dict(value) if isinstance(value, Mapping) else value
        return super().get_db_prep_value(plain, connection, prepared)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs  # the column is one like any other


@lru_cache(maxsize=4096)
def _read(text: str) -> Any:
    value = json.loads(text)
    return MappingProxyType(value) if isinstance(value, dict) else value
