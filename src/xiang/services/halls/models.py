"""What is kept of a visit to a window: who came, who served them, which matters were dealt with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class WindowSession(models.Model):
    """One person at a window, from reading the card to clearing up (一次接待). A clerk serves one person at a time."""

    class Read(models.TextChoices):
        CARD = "card", "读取身份证"
        TYPED = "typed", "输入号码"

    class Ending(models.TextChoices):
        DONE = "done", "已清场"
        IDLE = "idle", "无人操作，自动清场"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clerk = models.ForeignKey("parties.Staff", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    read_how = models.CharField(max_length=8, choices=Read.choices)
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, choices=Ending.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clerk"], condition=Q(closed_at=None), name="window_one_client_at_a_time"),
            models.CheckConstraint(
                condition=Q(closed_at=None, ending="") | (Q(closed_at__isnull=False) & ~Q(ending="")),
                name="window_closed_says_how",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-opened_at"], name="window_of_unit")]


class WindowMatter(models.Model):
    """One matter dealt with during a visit: a draft, whose id the case takes over when it is filed."""

    class State(models.TextChoices):
        OPEN = "open", "正在填"
        FILED = "filed", "已提交"
        PARKED = "parked", "没办完，交回本人"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(WindowSession, on_delete=models.PROTECT, related_name="matters")
    draft_id = models.UUIDField()
    case_number = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reviewed_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "draft_id"], name="window_matter_once"),
            models.UniqueConstraint(fields=["draft_id"], condition=Q(state="filed"), name="window_matter_filed_once"),
            models.CheckConstraint(
                condition=~Q(state="filed") | Q(reviewed_at__isnull=False, filed_at__isnull=False),
                name="window_filed_was_reviewed",
            ),
        ]
        indexes = [models.Index(fields=["filed_at"], name="window_matter_filed")]
