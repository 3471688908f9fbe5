"""Systems, catalogue entries and resources (系统—目录—数据)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class System(models.Model):
    """A department's system (信息系统). It stays the department's own: kept here is only where to read it.

    ``connection`` is an address without secrets: ``sqlite:police`` is a file in the data folder's ``sources``,
    ``env:XIANG_SOURCE_TAX`` names an environment variable that holds the address with its credentials.
    """

    class Kind(models.TextChoices):
        DATABASE = "database", "数据库"
        API = "api", "接口"
        FILE = "file", "文件"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    body_key = models.CharField(max_length=64, db_index=True)
    title = models.CharField(max_length=120)
    short = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.DATABASE)
    connection = models.CharField(max_length=200)
    retired = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "信息系统"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class CatalogueEntry(models.Model):
    """What a body says it holds (政务数据目录), with the metadata that regulation 809 art. 14 asks for."""

    class Share(models.TextChoices):
        UNCONDITIONAL = "unconditional", "无条件共享"
        CONDITIONAL = "conditional", "有条件共享"
        NOT_SHARED = "not_shared", "不予共享"

    class Mode(models.TextChoices):
        TABLE = "table", "库表"
        FILE = "file", "文件"
        API = "api", "接口"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    body_key = models.CharField(max_length=64, db_index=True)
    title = models.CharField(max_length=120)
    category = models.CharField(max_length=80, blank=True)
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    format = models.CharField(max_length=40)
    cycle = models.CharField(max_length=20)
    share = models.CharField(max_length=16, choices=Share.choices)
    conditions = models.TextField(blank=True)
    not_shared_citation = models.TextField(blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    grade = models.PositiveSmallIntegerField()
    secret = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "数据目录"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(share="not_shared") | ~Q(not_shared_citation=""), name="inventory_not_shared_cites_law"
            ),
            models.CheckConstraint(
                condition=~Q(share="conditional") | ~Q(conditions=""), name="inventory_conditions_are_said"
            ),
            # State secrets and work secrets stand outside the regulation: they never enter, not even restricted.
            models.CheckConstraint(condition=Q(secret=False), name="inventory_secrets_stay_out"),
            models.CheckConstraint(condition=Q(grade__gte=1) & Q(grade__lte=5), name="inventory_grade"),
        ]

    def __str__(self) -> str:
        return self.title


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
