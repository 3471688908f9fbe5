"""What is kept beside drafts and cases: the other parent's answer, and what was offered afterwards."""

from __future__ import annotations

from django.db import models

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.fields import SealedJSONField


class Confirmation(models.Model):
    """The other party's answer on their own phone (另一方确认): until they agree, their records are not read."""

    class State(models.TextChoices):
        ASKED = "asked", "等确认"
        AGREED = "agreed", "已确认"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "申请人已改用别的办法"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.ForeignKey("forms.Draft", on_delete=models.CASCADE, related_name="confirmations")
    role = models.CharField(max_length=24)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    shown = SealedJSONField(context="confirmation.shown", default=dict)
    """What they agreed to: the name as it was then, the household. Changed afterwards, it is asked again."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "role"], name="confirmation_once")]
        indexes = [models.Index(fields=["party", "state"], name="confirmation_of_party")]


class Offer(models.Model):
    """What somebody is entitled to next (免申即享): shown after a result, used only with consent, which is kept."""

    class State(models.TextChoices):
        OPEN = "open", "可以享受"
        WANTED = "wanted", "已同意使用信息"
        DECLINED = "declined", "暂不需要"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="offers")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    item_key = models.CharField(max_length=96)
    title = models.CharField(max_length=100)
    text = models.CharField(max_length=300)
    needs_consent = models.BooleanField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    offered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "item_key"], name="offer_once")]
