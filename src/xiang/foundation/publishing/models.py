"""Editions, and what was last loaded from the profile."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id


class EditionState(models.TextChoices):
    """草稿 → 待审核 → 已发布（冻结）→ 暂停 ⇄ 已发布 → 已退役"""

    DRAFT = "draft", "草稿"
    REVIEW = "review", "待审核"
    PUBLISHED = "published", "已发布"
    SUSPENDED = "suspended", "已暂停"
    RETIRED = "retired", "已退役"


FROZEN = (EditionState.PUBLISHED, EditionState.SUSPENDED, EditionState.RETIRED)


class Edition(models.Model):
    """A numbered edition (版本) of something versioned: an item, a form, a template, a life event.

    Once published its content never changes again; the database refuses it too (:mod:`.frozen`). ``valid_to`` is the
    last day in force. A case pins the edition it began with.
    """

    State = EditionState

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=EditionState, default=EditionState.DRAFT)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    author_ref = models.CharField(max_length=80)
    approver_ref = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "number"], name="publishing_edition_number"),
            models.UniqueConstraint(
                fields=["kind", "key", "author_ref"],
                condition=Q(state__in=[EditionState.DRAFT, EditionState.REVIEW]),
                name="publishing_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(approver_ref="") | ~Q(approver_ref=F("author_ref")), name="publishing_not_own_approval"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[EditionState.DRAFT, EditionState.REVIEW])
                | (~Q(approver_ref="") & Q(published_at__isnull=False) & Q(valid_from__isnull=False)),
                name="publishing_approved_before_published",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="publishing_edition_period"
            ),
        ]
        indexes = [models.Index(fields=["state", "kind", "key"], name="publishing_edition_state")]

    def __str__(self) -> str:
        return f"{self.kind}/{self.key} 第{self.number}版"


class LoadedRow(models.Model):
    """What a row of the profile said when it was last taken in, and what the records held right after.

    ``source`` is the digest of the file's row, ``applied`` that of the records; ``offered`` that of a row which was not
    taken in because the records had been edited: it waits as a draft.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    file = models.CharField(max_length=200)
    source = models.CharField(max_length=64)
    applied = models.CharField(max_length=64, blank=True)
    offered = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="publishing_loaded_once")]

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"


class LoadedProfile(models.Model):
    """The profile that was loaded last, by the digest of all its files: loading it again costs nothing."""

    name = models.CharField(max_length=60, primary_key=True)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
