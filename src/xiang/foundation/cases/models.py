"""What is kept of a case, and what must always hold."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.fields import SealedJSONField

NO_DUE = date(9999, 12, 31)
"""The due date of a case without a running clock: it sorts last, and a key of paging is never null."""


class ClockState(models.TextChoices):
    """What the promised clock is doing."""

    NONE = "none", "未开始"
    RUNNING = "running", "计时中"
    STOPPED = "stopped", "停钟"
    ENDED = "ended", "已结束"


class Case(models.Model):
    """One application before one body (办件). A life event is a case without a unit, whose children have one each.

    ``id`` is the id of the draft that it was submitted from: one submission per draft, by key. ``due`` is when the
    promised clock runs out; ``act_by`` when the office must take its next step, whichever limit says so (to answer
    whether it accepts, to decide, to deliver): the order of an inbox. While it is the applicant's turn there is none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=32, unique=True)
    procedure = models.CharField(max_length=48)
    procedure_version = models.PositiveSmallIntegerField()
    regime = models.CharField(max_length=24)
    item_key = models.CharField(max_length=96)
    item_edition = models.UUIDField(null=True)
    item_title = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    scenario = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16)
    applicant = models.ForeignKey("parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("parties.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    division_path = models.CharField(max_length=64, blank=True)
    assignee = models.ForeignKey("parties.Staff", null=True, on_delete=models.PROTECT, related_name="+")

    state = models.CharField(max_length=32)
    waiting_for = models.CharField(max_length=16, blank=True)
    open = models.BooleanField(default=True)
    outcome = models.CharField(max_length=24, blank=True)
    version = models.PositiveIntegerField(default=1)

    clock = models.CharField(max_length=8, choices=ClockState.choices, default=ClockState.NONE)
    clock_started = models.DateField(null=True)
    clock_ended = models.DateField(null=True)
    due = models.DateField(default=NO_DUE)
    legal_due = models.DateField(default=NO_DUE)
    due_provisional = models.BooleanField(default=False)
    overdue = models.BooleanField(default=False)
    act_by = models.DateField(default=NO_DUE)
    kept_rules = models.ForeignKey("CaseRules", on_delete=models.PROTECT, related_name="+", db_index=False)

    answers = SealedJSONField(context="case.answers")
    facts = models.JSONField(default=dict)
    submitted_at = models.DateTimeField()
    received_on = models.DateField()
    accepted_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    concluded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # With what the counters of an inbox look at: they then read no row.
            models.Index(
                fields=["unit", "open", "act_by", "id"],
                include=["clock", "waiting_for", "state", "assignee", "item_key"],
                name="case_inbox",
            ),
            models.Index(fields=["division_path", "open", "act_by", "id"], name="case_supervision"),
            models.Index(fields=["applicant", "-id"], name="case_of_applicant"),
            models.Index(fields=["subject"], name="case_of_subject"),
            models.Index(fields=["assignee", "open", "act_by", "id"], name="case_of_assignee"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(open=True, concluded_at=None) | Q(open=False, concluded_at__isnull=False),
                name="case_closed_has_time",
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="case_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.number


class CaseRules(models.Model):
    """Rules as they stood when cases were opened, by slot. Cases under the same rules share a row, which never changes:
    ``digest`` is the SM3 of what it says."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.JSONField()


class CaseNumber(models.Model):
    """The serial behind case numbers: a row a case, so that numbering never makes two submissions wait."""

    case_id = models.UUIDField(unique=True)


class CaseParty(models.Model):
    """Somebody's role in a case, with what was known of them when it was submitted (frozen)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=24)
    party = models.ForeignKey("parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    snapshot = SealedJSONField(context="case.party")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "role"], name="case_role_once")]
        indexes = [models.Index(fields=["party"], name="case_party_of")]


class CaseEvent(models.Model):
    """What happened, once and for ever. ``effective_on`` is the legal date; ``recorded_at`` when we wrote it down."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    transition = models.CharField(max_length=48)
    title = models.CharField(max_length=64)
    source = models.CharField(max_length=32)
    target = models.CharField(max_length=32)
    actor_ref = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=64)
    unit = models.ForeignKey("parties.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=200, blank=True)
    opinion = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    document_id = models.UUIDField(null=True)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["case", "sequence"], name="case_event_sequence")]
        indexes = [models.Index(fields=["actor_ref", "-id"], name="case_event_of_actor")]


class CaseTimer(models.Model):
    """A deadline as a fact of law: when ``due`` has passed, ``fires`` has happened, recorded or not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="timers")
    slot = models.CharField(max_length=32)
    fires = models.CharField(max_length=48)
    due = models.DateField()
    pending = models.BooleanField(default=True)
    fired = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "slot"], condition=Q(pending=True), name="case_timer_once")
        ]
        indexes = [models.Index(fields=["due"], condition=Q(pending=True), name="case_timer_due")]


class CaseSpan(models.Model):
    """A suspension (days that do not count) or an extension (days added): two different things in law."""

    class Kind(models.TextChoices):
        STOP = "stop", "停钟"
        EXTEND = "extend", "延期"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="spans")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    reason = models.CharField(max_length=48)
    reason_title = models.CharField(max_length=100)
    basis = models.CharField(max_length=200)
    starts = models.DateField()
    ends = models.DateField(null=True)
    planned_days = models.PositiveSmallIntegerField(null=True)
    limit = models.CharField(max_length=8, blank=True)
    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["starts", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(kind="stop", ends=None), name="case_one_open_stop"),
            models.CheckConstraint(
                condition=Q(kind="stop", limit="") | (Q(kind="extend") & ~Q(limit="")), name="case_span_shape"
            ),
        ]


class CaseLink(models.Model):
    """A link between records of different rooms, or a prerequisite: ``source`` needs ``target`` (kind ``needs``)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_out")
    target = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_in")
    kind = models.CharField(max_length=24)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "target", "kind"], name="case_link_once")]


class CaseMark(models.Model):
    """An officer's own relation to a case: recused from it (回避) or following it (关注)."""

    class Kind(models.TextChoices):
        RECUSED = "recused", "回避"
        FOLLOWED = "followed", "关注"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="marks")
    staff = models.ForeignKey("parties.Staff", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff", "kind"], name="case_mark_once")]


class CaseReading(models.Model):
    """That an officer looked at a case on a day: a look at sealed answers is a use of them, recorded once a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="readings")
    staff = models.ForeignKey("parties.Staff", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff", "on"], name="case_reading_once_a_day")]


class OpinionPhrase(models.Model):
    """A sentence that officers often write (常用意见语), offered on one step, for one procedure or for all."""

    key = models.CharField(primary_key=True, max_length=64)
    on = models.CharField(max_length=48)
    procedure = models.CharField(max_length=48, blank=True)
    text = models.CharField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["on", "position"], name="case_phrase_on")]
