"""Invitations, ratings, and the follow-up of bad ones."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class Level(models.TextChoices):
    """The five levels, kept as words: some interfaces count 1 as best, others 5. The last two are bad (差评)."""

    VERY_SATISFIED = "very_satisfied", "非常满意"
    SATISFIED = "satisfied", "满意"
    FAIRLY_SATISFIED = "fairly_satisfied", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"
    VERY_DISSATISFIED = "very_dissatisfied", "非常不满意"


BAD = (Level.DISSATISFIED, Level.VERY_DISSATISFIED)


class Invitation(models.Model):
    """Somebody may rate a matter until a day (评价邀请). Without an answer it lapses: unrated, never "satisfied"."""

    class State(models.TextChoices):
        OPEN = "open", "可以评"
        RATED = "rated", "已评"
        LAPSED = "lapsed", "到期未评"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    rater = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    opened_on = models.DateField()
    closes_on = models.DateField()

    class Meta:
        verbose_name = verbose_name_plural = "评价邀请"
        constraints = [models.UniqueConstraint(fields=["case", "rater"], name="ratings_invited_once")]
        indexes = [
            models.Index(fields=["rater", "state"], name="ratings_invitation_of"),
            models.Index(fields=["closes_on"], condition=Q(state="open"), name="ratings_invitation_open"),
        ]


class Rating(models.Model):
    """What somebody said of one matter or of one part of it (评价): one rating a case and rater (一事一评).

    Item, unit, body and division stand as they were, so that figures do not move when an office is renamed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    rater = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20, choices=Level)
    text = models.TextField(max_length=500, blank=True)
    whole = models.BooleanField()
    item_key = models.CharField(max_length=96)
    item_title = models.CharField(max_length=200)
    unit = models.ForeignKey("parties.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    body_key = models.CharField(max_length=80, blank=True)
    division_path = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "评价"
        constraints = [
            models.UniqueConstraint(fields=["case", "rater"], name="ratings_one_a_case_and_rater"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="ratings_level_known"),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="ratings_of_unit"),
            models.Index(fields=["division_path", "-id"], name="ratings_of_division"),
        ]

    def __str__(self) -> str:
        return f"{self.item_key} {self.level}"

    @property
    def bad(self) -> bool:
        return self.level in BAD


class RatingFollowUp(models.Model):
    """A bad rating being followed up (差评处理): somebody gets in touch within the limit, then says what was done."""

    class State(models.TextChoices):
        OPEN = "open", "待联系"
        CONTACTED = "contacted", "已联系，处理中"
        CLOSED = "closed", "已处理"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="follow_up")
    division_path = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    contact_due = models.DateField()
    mend_due = models.DateField()
    opened_on = models.DateField()
    contacted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "差评处理"
        indexes = [models.Index(fields=["state", "contact_due", "id"], name="ratings_follow_up_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", contacted_at=None, closed_at=None)
                | Q(state="contacted", contacted_at__isnull=False, closed_at=None)
                | Q(state="closed", contacted_at__isnull=False, closed_at__isnull=False),
                name="ratings_follow_up_times",
            )
        ]


class FollowUpNote(models.Model):
    """One step of a follow-up, written once: whom it was told to, what was found, what was done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    follow_up = models.ForeignKey(RatingFollowUp, on_delete=models.PROTECT, related_name="notes")
    step = models.CharField(max_length=10, choices=RatingFollowUp.State)
    text = models.TextField(max_length=1000)
    actor_ref = models.CharField(max_length=100)
    actor_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "差评处理记录"
        ordering = ["id"]
