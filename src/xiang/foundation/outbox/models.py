"""Events, their deliveries, and the turns of periodic work."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id


class Event(models.Model):
    """Something that happened (事件). Handlers receive it; ``key`` orders: what shares a key arrives in order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=80)
    key = models.CharField("次序键", max_length=120, blank=True)
    payload = models.JSONField("编号", default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "事件"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class State(models.TextChoices):
    """Where a delivery stands."""

    READY = "ready", "待办"
    LEASED = "leased", "办理中"
    CALLING = "calling", "外呼中"
    UNKNOWN = "unknown", "结果不明"
    PARKED = "parked", "已停放"
    DONE = "done", "已完成"
    DROPPED = "dropped", "已放弃"


class Delivery(models.Model):
    """One event for one subscriber (投递).

    ``due_at`` says when a worker may take it: after a back-off, or when the lease of a worker that died has run out;
    empty when no worker may. ``lane`` is the queue it stands in until it is finished; empty when it needs no order.
    Both are empty rather than filtered by state because SQLite cannot use a partial index with bound parameters.
    ``called_at`` is set from just before an outside call until its outcome is known.
    """

    # A sequence, not a UUIDv7: within a lane the order must hold across machines whose clocks disagree.
    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries", db_index=False)
    subscriber = models.CharField("订阅者", max_length=80)
    lane = models.CharField("队列", max_length=201, null=True, editable=False)  # noqa: DJ001
    state = models.CharField("状态", max_length=8, choices=State, default=State.READY)
    attempts = models.PositiveIntegerField("次数", default=0)
    due_at = models.DateTimeField("何时可取", null=True)
    lease_owner = models.CharField("租约", max_length=64, blank=True)
    called_at = models.DateTimeField("外呼时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "投递"
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="outbox_one_delivery_a_subscriber"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="outbox_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["parked", "done", "dropped"], due_at=None)
                | Q(state__in=["ready", "leased", "calling", "unknown"], due_at__isnull=False),
                name="outbox_only_open_deliveries_are_due",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "dropped"]) | Q(lane=None), name="outbox_finished_leaves_its_lane"
            ),
        ]
        indexes = [
            models.Index(F("due_at"), name="outbox_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["lane", "id"], name="outbox_lane", condition=Q(lane__isnull=False)),
            models.Index(fields=["lease_owner"], name="outbox_owner", condition=~Q(lease_owner="")),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.event_id}"


class Turn(models.Model):
    """The lease of one periodic function: one worker at a time runs it (轮值)."""

    name = models.CharField("名称", max_length=80, primary_key=True)
    owner = models.CharField("租约", max_length=64, blank=True)
    lease_until = models.DateTimeField("租约至", null=True)
    due_at = models.DateTimeField("下次", null=True)
    ran_at = models.DateTimeField("上次", null=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "轮值"

    def __str__(self) -> str:
        return self.name
