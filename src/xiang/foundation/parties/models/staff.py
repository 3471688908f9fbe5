"""People in office and what they are appointed to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models.accounts import Account
from xiang.foundation.parties.models.places import Body, Unit
from xiang.foundation.parties.models.validity import Dated, ordered
from xiang.foundation.parties.models.who import Party


class Role(models.TextChoices):
    """What an appointment lets somebody do. Receiver, reviewer and decider are separate rights (受审分离)."""

    RECEIVER = "receiver", "受理"
    REVIEWER = "reviewer", "审核"
    DECIDER = "decider", "决定"
    HEAD = "head", "负责人"
    ISSUER = "issuer", "制证"
    WINDOW = "window", "综合窗口"
    SUPERVISOR = "supervisor", "效能监督"
    AUDITOR = "auditor", "审计"
    STEWARD = "steward", "数据管理"
    CONFIGURATOR = "configurator", "配置"
    HOSPITAL = "hospital", "助产机构"


class Staff(Dated):
    """A person in the service of a body (工作人员), signing in with an account of their own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.OneToOneField(Account, models.PROTECT, related_name="staff")
    party = models.ForeignKey(Party, models.PROTECT, related_name="service")
    body = models.ForeignKey(Body, models.PROTECT, related_name="staff")
    number = models.CharField("工号", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作人员"
        constraints = [
            ordered("staff"),
            models.UniqueConstraint(name="parties_staff_number", fields=["body", "number"], condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return f"{self.party.name}（{self.body.name}）"

    @property
    def ref(self) -> str:
        return f"staff:{self.id}"


class Appointment(Dated):
    """A role in a unit during a period (任职)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            ordered("appointment"),
            models.CheckConstraint(name="parties_appointment_role", condition=Q(role__in=list(Role.values))),
            models.UniqueConstraint(
                name="parties_appointment_once",
                fields=["staff", "unit", "role"],
                condition=Q(valid_to__isnull=True),
            ),
        ]
