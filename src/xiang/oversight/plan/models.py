"""A file that was read and is being reviewed; and the plan that came of it, on which tracking and board stand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.oversight.plan.engine.model import OPERATORS


class Reading(models.Model):
    """A notice as uploaded and as read so far (读入稿): its text, and what it says in the shape of ``plan parse --json``.

    ``content`` changes by correction only, each kept as a :class:`Correction`; ``revision`` counts them.
    """

    class State(models.TextChoices):
        OPEN = "open", "核对中"
        ADOPTED = "adopted", "已采用"
        DISCARDED = "discarded", "已作废"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    division_path = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    digest = models.CharField("SM3", max_length=64)
    text = models.TextField()
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    revision = models.PositiveIntegerField(default=1)
    by_ref = models.CharField(max_length=100)
    by_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "读入稿"
        indexes = [models.Index(fields=["division_path", "-id"], name="plan_reading_of")]

    def __str__(self) -> str:
        return self.file_name


class Finding(models.Model):
    """A damage or a warning that a person decides on (待定处), with who decided what and when."""

    class State(models.TextChoices):
        OPEN = "open", "待定"
        MENDED = "mended", "已改正"
        KEPT = "kept", "照原样"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveSmallIntegerField()
    damage = models.BooleanField()
    code = models.CharField(max_length=40)
    task = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    suggestion = models.CharField(max_length=200, blank=True)
    standing = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    decision = models.CharField(max_length=400, blank=True)
    by_ref = models.CharField(max_length=100, blank=True)
    by_name = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "待定处"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["reading", "position"], name="plan_finding_once"),
            models.CheckConstraint(
                condition=Q(state="open", at=None) | (~Q(state="open") & Q(at__isnull=False)),
                name="plan_finding_decided",
            ),
        ]


class Correction(models.Model):
    """One field changed by a person before adoption (更正), written once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="corrections")
    task = models.CharField(max_length=20, blank=True)
    field = models.CharField(max_length=20)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by_ref = models.CharField(max_length=100)
    by_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "更正"
        ordering = ["id"]


class Plan(models.Model):
    """A work plan in force (工作要点). ``key`` only of a plan that the profile brings; ``previous``: last year's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, blank=True)
    division_path = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80, blank=True)
    issuer = models.CharField(max_length=120, blank=True)
    issued_on = models.DateField(null=True)
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=300, blank=True)
    reading = models.OneToOneField(Reading, on_delete=models.PROTECT, related_name="plan", null=True)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, related_name="next", null=True)
    adopted_by = models.CharField(max_length=64)
    adopted_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "工作要点"
        constraints = [
            models.UniqueConstraint(fields=["division_path", "year", "title"], name="plan_once"),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="plan_key_once"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="plan_year"),
        ]

    def __str__(self) -> str:
        return self.title


class Chapter(models.Model):
    """A heading above tasks (章); below the first level its number is a path: ``2.1``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="chapters")
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "章"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["plan", "position"], name="plan_chapter_once")]


class Task(models.Model):
    """A point of the plan (任务). Its deadline is always known: one that the notice does not give is the last day of the
    plan's year, and ``deadline_inherited`` says so. ``carried_from``: the unfinished task of last year's plan."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="tasks")
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="tasks", null=True)
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    text = models.TextField()
    measures = models.JSONField(default=list)
    open_set = models.BooleanField("各有关单位", default=False)
    deadline = models.DateField()
    deadline_inherited = models.BooleanField(default=False)
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="carried_to", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["plan", "position"], name="plan_task_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class TaskUnit(models.Model):
    """A unit in a task with its role (责任单位). Without a ``body`` the register has none of that name: 各市州."""

    class Role(models.TextChoices):
        LEAD = "lead", "牵头"
        COOPERATOR = "cooperator", "配合"
        SHARED = "shared", "共同负责"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="units")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField(max_length=120)
    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["task", "name"], name="plan_unit_once_a_task")]
        indexes = [models.Index(fields=["body", "role"], name="plan_unit_body")]


class Target(models.Model):
    """A quantified target of a task (目标): ``value`` in ``unit``, ``upper`` only of a range. ``measure``: the key of the
    figure that it reads, once it is wired to one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    operator = models.CharField(max_length=8, choices=[(each, each) for each in OPERATORS])
    value = models.DecimalField(max_digits=20, decimal_places=4)
    upper = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    unit = models.CharField(max_length=20)
    measure = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "目标"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["task", "position"], name="plan_target_once"),
            models.CheckConstraint(condition=Q(operator__in=OPERATORS), name="plan_target_operator"),
            models.CheckConstraint(
                condition=Q(operator="between", upper__isnull=False) | (~Q(operator="between") & Q(upper=None)),
                name="plan_target_range",
            ),
        ]
