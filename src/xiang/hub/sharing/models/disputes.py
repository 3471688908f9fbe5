"""Disputes about records, and the confirmation of a correction by everybody who holds the wrong value."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.blind import MAX_LENGTH
from xiang.foundation.trust.fields import SealedJSONField
from xiang.hub.inventory.models import Resource


class Dispute(models.Model):
    """Somebody says that a record about them is wrong (异议核查). They are served as normal meanwhile.

    ``reporter_body`` is the body that found it while using shared data (校核); empty when the person said so.

    raised → checking → corrected | rejected → closed. A correction is written into the department's own source, with
    history, before the dispute closes; where the platform may only read, the department mends it at its own desk
    (``awaited_since``) and the dispute closes when the source holds the right value.
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
    reporter_body = models.CharField(max_length=80, blank=True, default="")
    raised_at = models.DateTimeField()
    due = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RAISED)
    outcome = models.CharField(max_length=10, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)
    awaited_since = models.DateTimeField("等机关自己改", null=True)
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


class HolderNotice(models.Model):
    """A body that received the wrong value, and whether it put its own copy right (纠错通知)."""

    class State(models.TextChoices):
        TOLD = "told", "等改正"
        CORRECTED = "corrected", "已改正"
        NOT_HELD = "not_held", "没有留存"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="holders")
    body_key = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.TOLD)
    told_at = models.DateTimeField()
    due = models.DateField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "纠错通知"
        constraints = [
            models.UniqueConstraint(fields=["dispute", "body_key"], name="sharing_holder_once"),
            models.CheckConstraint(
                condition=Q(state="told", confirmed_at=None)
                | Q(confirmed_at__isnull=False, state__in=["corrected", "not_held"]),
                name="sharing_holder_confirmed_has_time",
            ),
        ]
        indexes = [models.Index(fields=["body_key", "state", "id"], name="sharing_holder_to_do")]
