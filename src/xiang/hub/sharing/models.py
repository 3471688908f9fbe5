"""Grants, the reachability of systems, and disputes about records."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.blind import MAX_LENGTH
from xiang.foundation.trust.fields import SealedJSONField
from xiang.hub.inventory.models import Resource, System


class Grant(models.Model):
    """Who may read which fields of a resource, for what, on which basis and until when (授权).

    ``requester`` is a body's key (``430104.police``), a line of work (``*.police``: its bodies of every level), or
    ``*`` for whichever body handles one of the items. What is not granted is denied.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    requester = models.CharField(max_length=80)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="grants")
    fields: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    purposes: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    title = models.CharField(max_length=120, blank=True)
    basis = models.CharField(max_length=300)
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["resource", "requester", "key"]
        constraints = [
            models.CheckConstraint(condition=~Q(basis=""), name="sharing_grant_has_basis"),
            models.CheckConstraint(condition=~Q(requester=""), name="sharing_grant_has_requester"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="sharing_grant_period"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class SystemState(models.Model):
    """Whether a system can be reached, and since when it cannot (连通状态).

    ``switch`` unplugs a system for a demonstration; ``failures`` and ``retry_at`` are the circuit breaker.
    """

    class Switch(models.TextChoices):
        UP = "up", "连通"
        DOWN = "down", "断开"
        SLOW = "slow", "很慢"

    system = models.OneToOneField(System, primary_key=True, on_delete=models.CASCADE, related_name="reach")
    switch = models.CharField(max_length=4, choices=Switch.choices, default=Switch.UP)
    failures = models.PositiveIntegerField(default=0)
    down_since = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "连通状态"
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, switch__in=["up", "slow"]) | Q(down_since__isnull=False),
                name="sharing_outage_has_beginning",
            ),
        ]


class Dispute(models.Model):
    """Somebody says that a record about them is wrong (异议核查). They are served as normal meanwhile.

    raised → checking → corrected | rejected → closed. A correction is written into the department's own source, with
    history, before the dispute closes.
    """

    class State(models.TextChoices):
        RAISED = "raised", "已提出"
        CHECKING = "checking", "核查中"
        CORRECTED = "corrected", "已改正"
        REJECTED = "rejected", "维持原记录"
        CLOSED = "closed", "已结束"

    OPEN = (State.RAISED, State.CHECKING, State.CORRECTED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="disputes")
    field = models.CharField(max_length=64)
    subject = models.CharField(max_length=MAX_LENGTH)
    content = SealedJSONField(context="sharing.dispute")
    evidence: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    case_id = models.UUIDField(null=True)
    case_number = models.CharField(max_length=64, blank=True)
    raised_by = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    due = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RAISED)
    outcome = models.CharField(max_length=10, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        indexes = [
            models.Index(fields=["subject", "resource"], name="sharing_dispute_subject"),
            models.Index(fields=["state", "-id"], name="sharing_dispute_state"),
            models.Index(fields=["raised_by", "-id"], name="sharing_dispute_raiser"),
        ]
        constraints = [
            # The same record is disputed once at a time: a second click finds the first dispute.
            models.UniqueConstraint(
                fields=["subject", "resource", "field"],
                condition=~Q(state="closed"),
                name="sharing_one_open_dispute",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["corrected", "rejected"]) | ~Q(answer=""), name="sharing_answer_is_given"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="sharing_closed_has_time"
            ),
        ]
