"""Model fields that are sealed in the database and open when read.

``SealedJSONField(context="parties.identifier")`` binds every value to its row: the context is the given one and the
row's key, so a value copied to another row does not open. Values are opened when the attribute is first read, so lists
that never look at them cost nothing. ``values()`` and filters see envelopes, never plain values; an erased value reads
as ``None``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from xiang.foundation.trust import envelopes

if TYPE_CHECKING:
    _Text = models.TextField[Any, Any]
else:
    _Text = models.TextField


class Sealed:
    """An envelope as it lies in the column."""

    __slots__ = ("envelope",)

    def __init__(self, envelope: envelopes.Envelope) -> None:
        self.envelope = envelope

    def __repr__(self) -> str:
        return "<Sealed>"


class _Opening(DeferredAttribute):
    """Opens the envelope of an instance when it is first read; the plain value then takes its place."""

    field: _SealedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        if envelopes.is_destroyed(value.envelope):
            return None
        plain = envelopes.open(value.envelope, self.field.context_of(instance.pk))
        instance.__dict__[self.field.attname] = plain
        return plain

    def __set__(self, instance: Any, value: Any) -> None:
        # Without it the instance's dictionary would be read before this descriptor.
        instance.__dict__[self.field.attname] = value


class _SealedField(_Text):
    descriptor_class = _Opening
    _pyi_private_set_type: Any  # what type checkers are told: any value goes in and comes out
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, context: str, **kwargs: Any) -> None:
        self.context = context
        super().__init__(*args, **{**kwargs, "editable": False})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, {**kwargs, "context": self.context}

    def context_of(self, pk: Any) -> str:
        """What the envelope of the row with this key is bound to."""
        return f"{self.context}.{self.name}:{pk}"

    def sealed(self, value: Any, pk: Any) -> Sealed | None:
        """A plain value sealed for one row: what ``QuerySet.update`` takes."""
        return None if value is None else Sealed(envelopes.seal(value, self.context_of(pk)))

    def erase(self, instance: models.Model) -> None:
        """Destroy the value of an instance; the caller saves it."""
        instance.__dict__[self.attname] = Sealed(envelopes.destroy({}))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seal the plain value for its row. An envelope that was never opened, or is erased, stays as it is."""
        kept = model_instance.__dict__.get(self.attname)
        if isinstance(kept, Sealed):
            return kept
        return self.sealed(getattr(model_instance, self.attname), model_instance.pk)

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self} is sealed row by row: save the instance, or update with field.sealed(value, pk)")
        return json.dumps(value.envelope, separators=(",", ":"))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Sealed(json.loads(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Dumps carry the envelope, never the value."""
        return self.get_prep_value(self.pre_save(obj, add=False)) or ""


class SealedJSONField(_SealedField):
    """Any JSON value, sealed (加密字段)."""


class SealedTextField(_SealedField):
    """A text, sealed (加密字段)."""
