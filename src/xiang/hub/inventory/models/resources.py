"""Resources: tables that can be asked, mounted under catalogue entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from xiang.foundation.ground.ids import new_id
from xiang.hub.inventory.models.entries import CatalogueEntry
from xiang.hub.inventory.models.systems import System


@dataclass(frozen=True, slots=True)
class DataField:
    """One data item of a resource (数据项). ``type``: text, date, datetime, integer, money, yesno or code."""

    name: str
    title: str
    type: str
    column: str
    sensitive: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lookup:
    """How somebody's rows are found: by which kind of number, compared with which columns, whose number it is.

    ``of`` names another role whose number is meant: a newborn has none and is found by the mother's. ``narrow`` maps
    further identifiers to columns that must match too: the one child of twins.
    """

    subject: str
    scheme: str
    columns: tuple[str, ...]
    of: str = ""
    many: bool = False
    order: str = ""
    narrow: Mapping[str, str] = field(default_factory=dict)


class Resource(models.Model):
    """A table that can be asked (数据资源), mounted under a catalogue entry (挂接)."""

    class State(models.TextChoices):
        MOUNTED = "mounted", "已挂接"
        SUSPENDED = "suspended", "暂停"
        UNMOUNTED = "unmounted", "已下线"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    entry = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="resources")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="resources")
    table = models.CharField(max_length=64)
    lookup_spec: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    field_specs: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    provider_column = models.CharField(max_length=64, blank=True)
    personal = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.MOUNTED)
    from_profile = models.BooleanField("来自配置文件", default=False)
    updated_at = models.DateTimeField("数据更新于", null=True, blank=True)
    rows = models.BigIntegerField("行数", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据资源"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title

    @property
    def lookup(self) -> Lookup:
        spec = self.lookup_spec
        return Lookup(**{**spec, "columns": tuple(spec["columns"])})

    @property
    def data_fields(self) -> dict[str, DataField]:
        """The data items by name, in the order of the profile."""
        return {spec["name"]: DataField(**spec) for spec in self.field_specs}
