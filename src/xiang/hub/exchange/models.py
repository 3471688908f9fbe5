"""Jobs, their runs, chunks, receipts and schedules; and the moving of a department's database, step by step."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id

_OPEN = ["queued", "running"]


def new_salt() -> str:
    """What the digests of a run are salted with (hexadecimal): nobody knows it before the receipt."""
    return secrets.token_hex(64)


class Job(models.Model):
    """What is carried from where to where (交换任务).

    An address holds no secret: ``resource:key`` and ``system:key`` are registered in the inventory, which knows where;
    else ``sqlite:name``, ``env:VARIABLE``, ``file:name``, ``zone:domain/key``. ``known`` is the source's schema when it
    last ran well, ``since`` the watermark up to which everything is over; ``overlap`` (seconds or numbers) lies before it.
    """

    class Mode(models.TextChoices):
        FULL = "full", "全量"
        INCREMENTAL = "incremental", "增量（按水位线）"
        MERGE = "merge", "按主键合并（含删除）"

    class State(models.TextChoices):
        ACTIVE = "active", "启用"
        PAUSED = "paused", "暂停"
        RETIRED = "retired", "停用"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    source_body = models.CharField(max_length=64, db_index=True)
    target_body = models.CharField(max_length=64, db_index=True)
    source_address = models.CharField(max_length=200)
    source_table = models.CharField(max_length=128, blank=True)
    target_address = models.CharField(max_length=200)
    target_table = models.CharField(max_length=128, blank=True)
    mode = models.CharField(max_length=12, choices=Mode.choices)
    key_columns: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    watermark = models.CharField(max_length=64, blank=True)
    overlap = models.PositiveIntegerField(default=0)
    tombstone = models.CharField(max_length=64, blank=True)
    mapping: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    rate = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    known: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True)
    since: models.JSONField[Any, Any] = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "交换任务"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(mode="incremental") | ~Q(watermark=""), name="exchange_incremental_has_watermark"
            ),
            models.CheckConstraint(condition=Q(state__in=["active", "paused", "retired"]), name="exchange_job_state"),
        ]

    def __str__(self) -> str:
        return self.title


class Schedule(models.Model):
    """When a job runs by itself (调度): every so many minutes, from ``next_at`` on."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="schedule")
    every_minutes = models.PositiveIntegerField()
    next_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "调度"
        constraints = [models.CheckConstraint(condition=Q(every_minutes__gte=1), name="exchange_schedule_every")]


class Run(models.Model):
    """One run of a job (运行). It holds a lease while a process carries it; whoever dies loses it, and it goes on."""

    class State(models.TextChoices):
        QUEUED = "queued", "等待"
        RUNNING = "running", "运行中"
        DONE = "done", "完成，两端一致"
        DIFFERS = "differs", "两端不一致"
        FAILED = "failed", "没有完成"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    phase = models.CharField(max_length=12, blank=True)
    asked_by = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    upto: models.JSONField[Any, Any] = models.JSONField(null=True)
    salt = models.CharField(max_length=128, default=new_salt)
    attempts = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField(null=True)
    cancelling = models.BooleanField(default=False)
    code = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    drift: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = "交换运行"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["job"], condition=Q(state__in=_OPEN), name="exchange_one_open_run_a_job"),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, finished_at=None) | (~Q(state__in=_OPEN) & Q(finished_at__isnull=False)),
                name="exchange_run_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["job", "-id"], name="exchange_runs_of_job"),
            models.Index(F("due_at"), name="exchange_due", condition=Q(due_at__isnull=False)),
        ]

    @property
    def open(self) -> bool:
        return self.state in _OPEN


class Chunk(models.Model):
    """One chunk that reached the target (分块): the rows and the digest up to and with it. No values."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "分块"
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="exchange_chunk_once")]


class Receipt(models.Model):
    """What both ends signed (交换回执). ``content`` is canonical JSON; each signature is SM2 over its bytes."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, primary_key=True, related_name="receipt")
    content = models.TextField()
    source_key = models.CharField(max_length=64)
    source_signature = models.CharField(max_length=200)
    target_key = models.CharField(max_length=64)
    target_signature = models.CharField(max_length=200)
    algorithm = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "交换回执"


class LineageEvent(models.Model):
    """An OpenLineage event of a run (血缘), as it is exported."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="lineage")
    kind = models.CharField(max_length=8)
    event: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "血缘事件"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "kind"], name="exchange_lineage_once")]


class Migration(models.Model):
    """The moving of a department's database (三不变迁移): who manages it, who uses it and its purpose stay as they are.

    A check of its tables is done by the worker: due at ``check_due_at``, which whoever does it puts off while it lives.
    """

    class State(models.TextChoices):
        ASSESSED = "assessed", "已评估"
        PLANNED = "planned", "已定方案"
        REPLICATED = "replicated", "已复制"
        VERIFIED = "verified", "已核对"
        CUT_OVER = "cut_over", "已切换"
        CONNECTED = "connected", "已接入"
        CLOSED = "closed", "旧通道已关闭"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    body_key = models.CharField(max_length=64, db_index=True)
    source_address = models.CharField(max_length=200)
    target_address = models.CharField(max_length=200)
    old_channel = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASSESSED)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    check_asked_at = models.DateTimeField(null=True)
    check_asked_by = models.CharField(max_length=100, blank=True)
    check_owner = models.CharField(max_length=64, blank=True)
    check_due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据库迁移"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="exchange_migration_closes",
            )
        ]

    def __str__(self) -> str:
        return self.title


class MigrationTable(models.Model):
    """One table of a migration: its job, and what the last check counted at both ends."""

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="tables")
    name = models.CharField(max_length=128)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True)
    source_rows = models.BigIntegerField(null=True)
    source_digest = models.CharField(max_length=64, blank=True)
    target_rows = models.BigIntegerField(null=True)
    target_digest = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "迁移的表"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["migration", "name"], name="exchange_migration_table_once")]

    @property
    def agrees(self) -> bool:
        counted = self.checked_at is not None
        return counted and (self.source_rows, self.source_digest) == (self.target_rows, self.target_digest)


class MigrationStep(models.Model):
    """What was done in a migration, by whom (迁移步骤)."""

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=12)
    actor_ref = models.CharField(max_length=100)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "迁移步骤"
        ordering = ["id"]
