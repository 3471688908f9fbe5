"""Notices, their templates, what was sent where, and what must not be sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models import Party


class Category(models.TextChoices):
    """What a notice is for: decides what may silence it."""

    DECISION = "decision", "决定和文书"
    PROGRESS = "progress", "办理进度"
    TODO = "todo", "等您处理"
    REMINDER = "reminder", "到期提醒"
    DATA_USE = "data_use", "数据使用"
    RATING = "rating", "评价邀请"
    OFFER = "offer", "可享服务"
    CONGRATULATION = "congratulation", "祝贺"
    SECURITY = "security", "账号安全"


# Being told of these is a right or a safeguard, not a service: nothing silences them.
ALWAYS = frozenset({Category.DECISION, Category.SECURITY})


_ICONS = {
    Category.DECISION.value: "file-certificate",
    Category.PROGRESS.value: "message-dots",
    Category.TODO.value: "user",
    Category.REMINDER.value: "hourglass-low",
    Category.DATA_USE.value: "eye",
    Category.RATING.value: "star",
    Category.OFFER.value: "bulb",
    Category.CONGRATULATION.value: "message-heart",
    Category.SECURITY.value: "shield-lock",
}


class Channel(models.TextChoices):
    """Beside the list in the application, where every notice stands."""

    SMS = "sms", "短信"
    EMAIL = "email", "电子邮件"


class Notice(models.Model):
    """Something one party was told (消息). ``about``: a key of the matter; ``once`` keeps it from being repeated."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipient = models.ForeignKey(Party, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField("种类", max_length=80)
    category = models.CharField("类别", max_length=16, choices=Category)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文", blank=True)
    sender = models.CharField("发出机关", max_length=120, blank=True)
    link = models.CharField("链接", max_length=300, blank=True)
    case_number = models.CharField("办件编号", max_length=64, blank=True)
    about = models.CharField("事由", max_length=120, blank=True)
    once = models.CharField("只发一次", max_length=120, blank=True)
    important = models.BooleanField("重要", default=False)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "once"], condition=~Q(once=""), name="notices_told_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="notices_category_known"),
        ]
        indexes = [
            models.Index(fields=["recipient", "id"], name="notices_list"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notices_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def icon(self) -> str:
        """The icon beside it: by what it is for."""
        return _ICONS.get(self.category, "message-dots")


class NoticeTemplate(models.Model):
    """How a kind of notice reads (通知模板), loaded from the profile. ``{word}`` stands for what the room fills in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=80, unique=True)
    category = models.CharField("类别", max_length=16, choices=Category)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文", blank=True)
    sms = models.CharField("短信", max_length=500, blank=True)
    channels = models.JSONField("渠道", default=list, blank=True)
    important = models.BooleanField("重要", default=False)
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "通知模板"
        constraints = [
            models.CheckConstraint(condition=Q(category__in=Category.values), name="notices_template_category_known")
        ]

    def __str__(self) -> str:
        return self.kind


class Outcome(models.TextChoices):
    """What became of one channel."""

    QUEUED = "queued", "等待发送"
    SENT = "sent", "已发送"
    SKIPPED = "skipped", "没有发送"
    FAILED = "failed", "未能送达"


class Sending(models.Model):
    """One notice through one channel (发送). It holds no address: that is looked up when sending."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="sendings", db_index=False)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    outcome = models.CharField("结果", max_length=8, choices=Outcome, default=Outcome.QUEUED)
    vendor = models.CharField("服务商", max_length=40, blank=True)
    receipt = models.CharField("回执号", max_length=120, blank=True)
    reason = models.CharField("原因", max_length=80, blank=True)
    text = models.TextField("内容", blank=True)
    settled_at = models.DateTimeField("结果时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "发送记录"
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notices_one_sending_a_channel"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="notices_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id}"


class Quiet(models.Model):
    """A category that a party does not want through a channel (免打扰)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="+", db_index=False)
    category = models.CharField("类别", max_length=16, choices=Category)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    since = models.DateTimeField("起")

    class Meta:
        verbose_name = verbose_name_plural = "免打扰"
        constraints = [
            models.UniqueConstraint(fields=["party", "category", "channel"], name="notices_quiet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.channel}"


class Suppression(models.Model):
    """What must not be said, to a party or about a matter (停发): a category or a kind, with the reason."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="+", null=True)
    about = models.CharField("事由", max_length=120, blank=True)
    what = models.CharField("类别或种类", max_length=80)
    reason = models.CharField("原因", max_length=120)
    since = models.DateTimeField("起")
    lifted_at = models.DateTimeField("解除时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "停发"
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False, about="") | (Q(party__isnull=True) & ~Q(about="")),
                name="notices_suppression_of_a_party_or_a_matter",
            ),
            models.UniqueConstraint(
                fields=["about", "what"],
                condition=Q(lifted_at=None, party=None),
                name="notices_matter_suppressed_once",
            ),
            models.UniqueConstraint(
                fields=["party", "what"],
                condition=Q(lifted_at=None, party__isnull=False),
                name="notices_party_suppressed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


class DemoMessage(models.Model):
    """What the demonstration gateway "sent" (演示短信): it stands for the world outside, and keeps no full address."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    masked_address = models.CharField("发给", max_length=80)
    title = models.CharField("标题", max_length=120, blank=True)
    text = models.TextField("内容")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "演示短信"

    def __str__(self) -> str:
        return f"{self.channel} {self.id}"
