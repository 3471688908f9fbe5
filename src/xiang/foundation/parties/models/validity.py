"""Dated rows: in force from a legal date, and until the day before another (open ended when empty)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground import instant


def live(on: date | None = None, prefix: str = "") -> Q:
    """The condition "in force on that legal date" for a dated row reached through ``prefix``."""
    day = on or instant.today()
    ended = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    return Q(**{f"{prefix}valid_from__lte": day}) & ended


def ordered(model: str) -> models.CheckConstraint:
    """The constraint that a dated row does not end before it begins."""
    return models.CheckConstraint(
        name=f"parties_{model}_dates", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
    )


class Dated(models.Model):
    """``valid_from`` is the first day in force, ``valid_to`` the first day no longer in force."""

    valid_from = models.DateField(default=instant.today)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    def in_force(self, on: date | None = None) -> bool:
        """Whether the row holds on that legal date (default today)."""
        day = on or instant.today()
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
