"""A change of the catalogue on its way to publication."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.hub.inventory.models.entries import CatalogueEntry


class RevisionState(models.TextChoices):
    """起草 → 共享工作机构签 → 负责人签、报送 → 发布；退回的重新签。"""

    DRAFT = "draft", "起草"
    SIGNED = "signed", "等负责人签"
    SUBMITTED = "submitted", "等主管部门审核"
    RETURNED = "returned", "退回修改"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_STATES = (RevisionState.DRAFT, RevisionState.SIGNED, RevisionState.SUBMITTED, RevisionState.RETURNED)
_OTHERS = (("office", "author"), ("head", "author"), ("head", "office"))
_REVIEWER = (("reviewer", "author"), ("reviewer", "office"), ("reviewer", "head"))


class Revision(models.Model):
    """A new entry, a change of one, or its revocation (目录变更): who wrote, signed, reviewed, by when.

    ``content`` is the entry as it will be; ``base`` the version it was written on (0: new). ``changed_on`` is when the
    duty or the law changed, from which the limit for updating runs; ``limits`` keeps the rules in force then.
    """

    class Kind(models.TextChoices):
        CREATE = "create", "新增"
        UPDATE = "update", "更新"
        REVOKE = "revoke", "撤销"

    State = RevisionState

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64)
    entry = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, null=True, related_name="revisions")
    body_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=RevisionState.choices, default=RevisionState.DRAFT)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    base = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=400, blank=True)
    note = models.CharField(max_length=400, blank=True)
    author_ref = models.CharField(max_length=80)
    office_ref = models.CharField(max_length=80, blank=True)
    head_ref = models.CharField(max_length=80, blank=True)
    reviewer_ref = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    office_at = models.DateTimeField(null=True, blank=True)
    head_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    changed_on = models.DateField()
    update_due = models.DateField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)
    limits: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "目录变更"
        indexes = [
            models.Index(fields=["state", "review_due", "id"], name="inventory_revision_to_do"),
            models.Index(fields=["body_key", "state"], name="inventory_revision_of_body"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=OPEN_STATES), name="inventory_one_open_revision"
            ),
            # Nobody approves their own: author, sharing office, head and reviewer are four people.
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{later}_ref": ""}) | ~Q(**{f"{later}_ref": F(f"{earlier}_ref")}),
                    name=f"inventory_{later}_is_not_{earlier}",
                )
                for later, earlier in (*_OTHERS, *_REVIEWER)
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | (~Q(office_ref="") & ~Q(head_ref="") & ~Q(reviewer_ref="") & Q(reviewed_at__isnull=False)),
                name="inventory_signed_before_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.get_kind_display()}"

    @property
    def title(self) -> str:
        return str(self.content.get("title") or self.key)

    @property
    def unconfirmed(self) -> bool:
        """Whether one of the limits that time it is not confirmed."""
        return any(not limit["confirmed"] for limit in self.limits)
