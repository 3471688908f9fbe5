"""The calendar's published years and the dated rules. Nothing is overwritten: a correction is a new row."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.statutes.rules import RULE_UNITS


class CalendarYear(models.Model):
    """A year of the working calendar (工作日历) as its notice published it. A changed notice supersedes the row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField()
    region = models.CharField(max_length=12, default="00")
    citation = models.CharField(max_length=200)
    source = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    confirmed = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "region"], condition=Q(superseded_at=None), name="statutes_one_live_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年工作日历"


class CalendarDay(models.Model):
    """A day that differs from Monday to Friday: off (放假) or a make-up working day (调休上班)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    calendar_year = models.ForeignKey(CalendarYear, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    working = models.BooleanField()
    name = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar_year", "day"], name="statutes_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Rule(models.Model):
    """A limit, fee or threshold (期限与参数) with its legal basis.

    ``valid_from`` and ``valid_to`` (the last day in force) say when it holds in law; ``recorded_at`` and
    ``superseded_at`` when the platform knew it so. A row without confirmed basis is marked, and used with care.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    value = models.JSONField()
    unit = models.CharField(max_length=8, choices=[(u, u) for u in RULE_UNITS])
    clock_start = models.CharField(max_length=120, blank=True)
    extension = models.PositiveIntegerField(null=True, blank=True)
    max_extensions = models.PositiveSmallIntegerField(default=0)
    rolls = models.BooleanField(default=True)
    silence = models.CharField(max_length=24, blank=True)
    citation = models.CharField(max_length=200)
    article = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=12, default="00")
    regime = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    confirmed = models.BooleanField(default=False)
    note = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "region", "valid_from"], condition=Q(superseded_at=None), name="statutes_one_live_rule"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="statutes_rule_period"
            ),
            models.CheckConstraint(condition=~Q(citation=""), name="statutes_rule_cited"),
        ]
        indexes = [models.Index(fields=["key", "region", "valid_from"], name="statutes_rule_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.value}{self.unit}"
