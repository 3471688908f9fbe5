"""Campaigns, what was checked in them, the frozen report, and findings to be mended. Written only by ``operations``."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class RuleSheet(models.Model):
    """The rules of a resource as a steward wrote them (质检规则); a resource without one is checked by its catalogue."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource_key = models.CharField(max_length=64, unique=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "质检规则"

    def __str__(self) -> str:
        return self.resource_key


class Run(models.Model):
    """One look at a resource that somebody ordered outside a campaign (质检运行): its rules, or a profile with suggested
    rules. ``result`` holds no value of a row that is not masked."""

    class Kind(models.TextChoices):
        CHECK = "check", "检查"
        SUGGEST = "suggest", "推荐规则"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource_key = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    body_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    result: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "质检运行"
        ordering = ["-id"]
        indexes = [models.Index(fields=["resource_key", "-id"], name="quality_run_of_resource")]

    def __str__(self) -> str:
        return f"{self.title} {self.asked_at:%Y-%m-%d %H:%M}"


class Campaign(models.Model):
    """One quarter's inspection of every catalogue entry and resource (季度质检). ``key`` is ``2026Q1``.

    ``report`` is written once, when the last check is done; ``digest`` is its SM3, and stands in the ledger.
    """

    class State(models.TextChoices):
        RUNNING = "running", "检查中"
        FROZEN = "frozen", "已出报告"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=6, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    report: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "季度质检"
        ordering = ["-key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", digest="", frozen_at=None) | (Q(state="frozen") & ~Q(digest="")),
                name="quality_frozen_has_digest",
            )
        ]

    def __str__(self) -> str:
        return self.key


class Check(models.Model):
    """One catalogue entry or resource in a campaign (检查对象). ``result`` is what the check found, in plain data."""

    class Subject(models.TextChoices):
        ENTRY = "entry", "目录"
        RESOURCE = "resource", "数据资源"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="checks")
    subject = models.CharField(max_length=8, choices=Subject.choices)
    subject_key = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    body_key = models.CharField(max_length=64)
    done_at = models.DateTimeField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    grade = models.CharField(max_length=16, blank=True, default="")
    result: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "检查对象"
        ordering = ["id"]
        indexes = [models.Index(fields=["campaign", "done_at"], name="quality_check_progress")]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "subject", "subject_key"], name="quality_checked_once")
        ]

    def __str__(self) -> str:
        return self.title


class Finding(models.Model):
    """What is to be mended, one rule of one subject in one campaign (整改工单). ``state`` moves by ``procedure.EDGES``.

    ``due`` is the last day for mending; ``limit`` keeps the statute's row in force when it was assigned, and is empty
    where none is registered: then nothing is said to be late. ``samples`` are a few failing rows, masked.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    origin = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="findings")
    body_key = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    indicator = models.CharField(max_length=40)
    message = models.CharField(max_length=400)
    assessed = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    samples: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    state = models.CharField(max_length=12, default="found")
    due = models.DateField(null=True, blank=True)
    limit: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    reopened = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "整改工单"
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["body_key", "state", "due", "id"], name="quality_finding_to_mend")]
        constraints = [models.UniqueConstraint(fields=["origin", "rule"], name="quality_found_once")]

    def __str__(self) -> str:
        return f"{self.origin} {self.rule}"


class FindingEvent(models.Model):
    """One step of a finding (整改过程). Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="events")
    edge = models.CharField(max_length=16)
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    actor_ref = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "整改过程"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.edge
