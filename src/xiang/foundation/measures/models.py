"""Deltas waiting to be folded, folded figures, and dated targets."""

from __future__ import annotations

import json

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.measures.registry import Dims


def canonical(dims: Dims) -> str:
    """Dimensions as one comparable string: keys sorted, no spaces."""
    return json.dumps(dict(dims), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Delta(models.Model):
    """A contribution not yet folded (增量). It is deleted in the transaction that folds it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    measure = models.CharField("指标", max_length=80)
    day = models.DateField("日期")
    dims = models.CharField("维度", max_length=400)
    numerator = models.BigIntegerField("分子")
    denominator = models.BigIntegerField("分母")

    class Meta:
        verbose_name = verbose_name_plural = "指标增量"

    def __str__(self) -> str:
        return f"{self.measure} {self.day}"


class Figure(models.Model):
    """What was counted on one day for one combination of dimensions (数值). ``grouping`` names those in ``dims``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    measure = models.CharField("指标", max_length=80)
    grouping = models.CharField("分组", max_length=120, blank=True)
    dims = models.CharField("维度", max_length=400)
    day = models.DateField("日期")
    numerator = models.BigIntegerField("分子", default=0)
    denominator = models.BigIntegerField("分母", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "指标数值"
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "grouping", "day", "dims"], name="measures_one_figure_a_day_and_dims"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day} {self.dims}"


class Target(models.Model):
    """What a measure should reach, from a day on (目标), in the measure's unit times 100 (两位小数)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    measure = models.CharField("指标", max_length=80)
    hundredths = models.BigIntegerField("目标值（百分之一）")
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True)
    citation = models.CharField("依据", max_length=300, blank=True)
    plan_point = models.CharField("计划条目", max_length=20, blank=True)
    confirmed = models.BooleanField("已核实", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "指标目标"
        constraints = [
            models.UniqueConstraint(fields=["measure", "valid_from"], name="measures_one_target_a_day"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="measures_target_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.valid_from}"
