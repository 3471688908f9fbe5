"""Systems and what a scan found in them: databases, tables and columns."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class System(models.Model):
    """A department's system (信息系统). It stays the department's own: kept here is only where to read it.

    ``connection`` is a name without secrets, as ``hub.sources.addresses`` says.
    ``protection`` is the level of classified protection (等级保护, 1 to 5).
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
    description = models.TextField(blank=True, default="")
    protection = models.PositiveSmallIntegerField(null=True, blank=True)
    retired = models.BooleanField(default=False)
    from_profile = models.BooleanField("来自配置文件", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "信息系统"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(protection=None) | (Q(protection__gte=1) & Q(protection__lte=5)),
                name="inventory_system_protection",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Scan(models.Model):
    """One look into a system (扫描). ``drift`` says what differs from the scan before, in words of the database."""

    class Outcome(models.TextChoices):
        DONE = "done", "扫描完成"
        FAILED = "failed", "没有扫描成"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="scans")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    tables = models.PositiveIntegerField(default=0)
    columns = models.PositiveIntegerField(default=0)
    drift: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = "扫描记录"
        indexes = [models.Index(fields=["system", "-id"], name="inventory_scan_of_system")]

    def __str__(self) -> str:
        return f"{self.system_id} {self.at:%Y-%m-%d %H:%M}"


class Table(models.Model):
    """A table, sheet or file of a system as the last scan saw it (库表). ``gone``: it was there before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="tables")
    schema = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120)
    comment = models.CharField(max_length=300, blank=True)
    rows = models.BigIntegerField(null=True)
    gone = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "库表"
        ordering = ["schema", "name"]
        constraints = [models.UniqueConstraint(fields=["system", "schema", "name"], name="inventory_table_once")]

    def __str__(self) -> str:
        return self.name


class Column(models.Model):
    """A column as the last scan saw it. ``type`` is the letter of the 2017 guide, ``native`` the engine's own word."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=1)
    native = models.CharField(max_length=120)
    length = models.PositiveIntegerField(null=True)
    nullable = models.BooleanField(default=True)
    primary = models.BooleanField(default=False)
    comment = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "列"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["table", "name"], name="inventory_column_once")]

    def __str__(self) -> str:
        return self.name
