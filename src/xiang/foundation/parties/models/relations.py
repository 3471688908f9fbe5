"""Who acts for whom, and who agreed to what."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models.validity import Dated, ordered
from xiang.foundation.parties.models.who import Party


class GuardianshipBasis(models.TextChoices):
    PARENT = "parent", "父母（民法典第二十七条）"
    RELATIVE = "relative", "其他亲属（民法典第二十七条）"
    ADULT = "adult", "成年人的监护人（民法典第二十八条）"
    WILL = "will", "遗嘱指定（民法典第二十九条）"
    AGREEMENT = "agreement", "协议确定（民法典第三十条）"
    APPOINTED = "appointed", "指定监护（民法典第三十一条）"
    BODY = "body", "民政部门担任（民法典第三十二条）"


class Guardianship(Dated):
    """A guardian acts for a ward (监护)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    guardian = models.ForeignKey(Party, models.PROTECT, related_name="guards")
    ward = models.ForeignKey(Party, models.PROTECT, related_name="guarded_by")
    basis = models.CharField(max_length=12, choices=GuardianshipBasis)
    document = models.CharField("依据文书", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "监护"
        constraints = [
            ordered("guardianship"),
            models.CheckConstraint(name="parties_guardianship_other", condition=~Q(guardian=F("ward"))),
            models.UniqueConstraint(
                name="parties_guardianship_once", fields=["guardian", "ward"], condition=Q(valid_to__isnull=True)
            ),
        ]


class Delegation(Dated):
    """A principal lets an agent act for them (委托代理): for these items, in this period, until revoked.

    ``items`` holds item keys; ``["*"]`` is every item, and is never the default.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal = models.ForeignKey(Party, models.PROTECT, related_name="delegations_given")
    agent = models.ForeignKey(Party, models.PROTECT, related_name="delegations_received")
    items = models.JSONField(default=list)
    valid_to = models.DateField()
    granted_at = models.DateTimeField(default=instant.now, editable=False)
    granted_ref = models.CharField(max_length=60)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_ref = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "委托"
        constraints = [
            models.CheckConstraint(name="parties_delegation_dates", condition=Q(valid_to__gt=F("valid_from"))),
            models.CheckConstraint(name="parties_delegation_other", condition=~Q(principal=F("agent"))),
        ]
        indexes = [
            models.Index(
                name="parties_delegation_live", fields=["agent", "principal"], condition=Q(revoked_at__isnull=True)
            )
        ]

    def in_force(self, on: date | None = None) -> bool:
        return self.revoked_at is None and super().in_force(on)

    def covers(self, item_key: str) -> bool:
        """Whether the agent may act in this item."""
        return "*" in self.items or item_key in self.items


class Consent(models.Model):
    """A decision of a party about a use of their data (同意): given or refused once, given ones may be withdrawn.

    A refusal is kept too: nobody is asked again for what they refused (Regulation 790, article 22).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    wording = models.TextField(blank=True)
    body_key = models.CharField(max_length=60, blank=True)
    case_id = models.UUIDField(null=True, blank=True)
    given = models.BooleanField()
    decided_at = models.DateTimeField(default=instant.now, editable=False)
    decided_ref = models.CharField(max_length=60)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_ref = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "同意"
        indexes = [models.Index(name="parties_consent_by_party", fields=["party", "purpose", "-decided_at"])]
        constraints = [
            models.CheckConstraint(
                name="parties_consent_withdrawn", condition=Q(withdrawn_at__isnull=True) | Q(given=True)
            ),
        ]
