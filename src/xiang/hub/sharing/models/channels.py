"""Point-to-point channels that are to go: all sharing passes through the hub."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.hub.inventory.models import Resource, System


class Channel(models.Model):
    """A direct line between two systems (点对点通道): what runs over it, why it exists, what replaces it, since when it is off.

    The plan of 2025, point 4: those without secrets are abolished. ``rows_a_day`` was measured on ``measured_on``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    source = models.ForeignKey(System, on_delete=models.PROTECT, related_name="channels_out")
    target = models.ForeignKey(System, on_delete=models.PROTECT, related_name="channels_in")
    data = models.CharField(max_length=200)
    rows_a_day = models.PositiveBigIntegerField(default=0)
    measured_on = models.DateField(null=True)
    reason = models.CharField("存在的依据", max_length=300)
    replacement = models.CharField("替代方案", max_length=300, blank=True)
    replaced_by = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, related_name="replaces")
    planned_for = models.DateField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "点对点通道"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="sharing_channel_between_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="sharing_channel_has_reason"),
            # Switched off only when something else does its work, or nothing runs over it any more.
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(replaced_by__isnull=False) | Q(rows_a_day=0),
                name="sharing_channel_replaced_first",
            ),
        ]

    def __str__(self) -> str:
        return self.key
