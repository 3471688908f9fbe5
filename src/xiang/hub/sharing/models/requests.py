"""Scenarios, drafts and requests for shared data, and disagreements about a refusal."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.hub.inventory.models import CatalogueEntry, Resource


class Mode(models.TextChoices):
    """How data reaches who may use it (共享方式)."""

    TABLE = "table", "库表"
    FILE = "file", "文件"
    API = "api", "接口"


class Environment(models.TextChoices):
    """Where it may be used (使用环境)."""

    GATEWAY = "gateway", "经网关调用"
    SANDBOX = "sandbox", "集中管理区沙箱"
    SYSTEM = "system", "本单位业务系统"


class Scenario(models.Model):
    """A benchmark application and what it needs (重点场景应用). ``synthetic``: made up for demonstrations."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    lead = models.CharField(max_length=80)
    summary = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=200)
    synthetic = models.BooleanField(default=True)
    retired = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "重点场景"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class Need(models.Model):
    """A catalogue entry that a scenario needs, and which data items of it (所需目录). The entry may not exist yet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="needs")
    entry_key = models.CharField(max_length=64)
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = "场景所需目录"
        ordering = ["entry_key"]
        constraints = [models.UniqueConstraint(fields=["scenario", "entry_key"], name="sharing_need_once")]


class ShareDraft(models.Model):
    """An application being written (草稿), saved at every step. Handed in once, it becomes a request for each entry.

    ``content`` holds what the steps ask; ``handed_in_at`` says that it is closed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    body_key = models.CharField(max_length=80)
    author_ref = models.CharField(max_length=64)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "共享申请草稿"
        indexes = [models.Index(fields=["body_key", "handed_in_at", "-id"], name="sharing_draft_of_body")]


class ShareRequest(models.Model):
    """A body asks for data items of one catalogue entry, for one purpose (共享申请): decree 809.

    The id is that of its case, which carries the legal clock from handing in to receipt. What comes after (in use,
    renewed, expired, revoked, closed) is the life of a standing right, not a matter that waits for an office, and is
    kept here alone. ``rows`` are conditions ``{field, operator, values}`` that hold together; the first one of a return
    flow is the division.
    """

    class Kind(models.TextChoices):
        SHARING = "sharing", "共享"
        RETURN_FLOW = "return_flow", "数据回流"

    class State(models.TextChoices):
        HUB_CHECK = "hub_check", "枢纽核查"
        PROVIDER_REVIEW = "provider_review", "提供机关审核"
        RETURNED = "returned", "退回修改"
        PROVISIONING = "provisioning", "已同意，提供中"
        DELIVERED = "delivered", "已提供，等确认"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "已撤回"
        IN_USE = "in_use", "使用中"
        RENEWED = "renewed", "已续期"
        EXPIRED = "expired", "已到期"
        REVOKED = "revoked", "已收回"
        CLOSED = "closed", "已结束"

    OPEN = (State.HUB_CHECK, State.PROVIDER_REVIEW, State.RETURNED, State.PROVISIONING, State.DELIVERED)
    GRANTED = (State.PROVISIONING, State.DELIVERED, State.IN_USE)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=32, unique=True)
    draft = models.ForeignKey(ShareDraft, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SHARING)
    state = models.CharField(max_length=16, choices=State.choices, default=State.HUB_CHECK)
    requester = models.CharField(max_length=80)
    requester_uscc = models.CharField("申请机关统一社会信用代码", max_length=18)
    handler_ref = models.CharField(max_length=64)
    handler_name = models.CharField(max_length=64)
    provider = models.CharField(max_length=80)
    entry = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="share_requests")
    entry_version = models.PositiveIntegerField(default=0)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, related_name="share_requests")
    items: models.JSONField[list[str], list[str]] = models.JSONField()
    rows: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, null=True, related_name="requests")
    purpose = models.CharField(max_length=80)
    business_item = models.CharField("业务事项", max_length=120)
    law = models.CharField(max_length=120)
    article = models.CharField(max_length=120)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    environment = models.CharField(max_length=12, choices=Environment.choices)
    frequency = models.CharField(max_length=60)
    quota = models.PositiveIntegerField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField()
    commitment = models.BooleanField(default=False)
    receiving_system = models.CharField(max_length=120)
    protection = models.PositiveSmallIntegerField("等级保护")
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="renewals")
    handed_in_at = models.DateTimeField()
    answered_on = models.DateField(null=True)
    answered_in_time = models.BooleanField(null=True)
    delivered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "共享申请"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["requester", "state", "-id"], name="sharing_request_by"),
            models.Index(fields=["provider", "state", "-id"], name="sharing_request_to"),
            models.Index(fields=["state", "valid_to"], name="sharing_request_ends"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["draft", "entry"], name="sharing_request_once"),
            models.UniqueConstraint(
                fields=["renews"], condition=~Q(state__in=["refused", "withdrawn"]), name="sharing_one_renewal"
            ),
            models.CheckConstraint(condition=~Q(law="") & ~Q(article=""), name="sharing_request_cites_law"),
            models.CheckConstraint(condition=Q(commitment=True), name="sharing_request_commits"),
            models.CheckConstraint(condition=~Q(requester=F("provider")), name="sharing_request_of_another"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="sharing_request_period"),
            models.CheckConstraint(
                condition=Q(protection__gte=1) & Q(protection__lte=5), name="sharing_request_protection"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "revoked", "closed"]) | ~Q(ended_reason=""),
                name="sharing_request_end_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def unconditional(self) -> bool:
        """Whether the hub may answer alone."""
        return bool(self.entry.share == CatalogueEntry.Share.UNCONDITIONAL)


class Disagreement(models.Model):
    """The requester does not accept a refusal (争议): negotiated first, then the department in charge, then the government.

    No limit is known for any of the three, so that it runs without a clock, beside the case that is closed.
    """

    class Stage(models.TextChoices):
        NEGOTIATING = "negotiating", "双方协商"
        DEPARTMENT = "department", "主管部门协调"
        GOVERNMENT = "government", "政府决定"
        SETTLED = "settled", "已结束"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "维持不同意"
        SHARE = "share", "应当共享"
        DROPPED = "dropped", "申请机关放弃"

    NEXT = {Stage.NEGOTIATING: Stage.DEPARTMENT, Stage.DEPARTMENT: Stage.GOVERNMENT}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.OneToOneField(ShareRequest, on_delete=models.PROTECT, related_name="disagreement")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.NEGOTIATING)
    reason = models.CharField(max_length=1000)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    decision = models.CharField(max_length=1000, blank=True)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "共享争议"
        constraints = [
            models.CheckConstraint(
                condition=(Q(stage="settled") & ~Q(outcome="") & ~Q(decision="") & Q(settled_at__isnull=False))
                | (~Q(stage="settled") & Q(outcome="", settled_at=None)),
                name="sharing_disagreement_settled",
            )
        ]
