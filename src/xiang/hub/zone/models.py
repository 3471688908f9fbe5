"""Tables of the zone, their copies for look-up, and their backups. The rows themselves lie in files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class Table(models.Model):
    """A table of the zone (区内表). ``version``, ``rows`` and ``size`` (bytes) are those of the last write noted."""

    class Domain(models.TextChoices):
        RESOURCE = "resource", "资源域"
        GOVERNANCE = "governance", "治理域"
        SANDBOX = "sandbox", "沙箱域"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(max_length=64, unique=True)
    domain = models.CharField(max_length=12, choices=Domain.choices)
    title = models.CharField(max_length=120)
    body_key = models.CharField(max_length=64, db_index=True)
    key_columns: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    keep_days = models.PositiveIntegerField()
    version = models.BigIntegerField(default=-1)
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)
    retired = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "区内表"
        ordering = ["domain", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(domain__in=["resource", "governance", "sandbox"]), name="zone_domain"),
            models.CheckConstraint(condition=Q(keep_days__gte=1), name="zone_keeps_a_day"),
        ]

    def __str__(self) -> str:
        return self.title


class ServingCopy(models.Model):
    """A copy of one snapshot by rows, for look-up by key (行存副本)."""

    table = models.OneToOneField(Table, on_delete=models.CASCADE, primary_key=True, related_name="copy")
    version = models.BigIntegerField()
    rows = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "行存副本"


class Backup(models.Model):
    """One snapshot kept apart (备份). ``restored_at`` is set when it was last put back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="backups")
    version = models.BigIntegerField()
    size = models.BigIntegerField()
    at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "备份"
        ordering = ["-at"]
