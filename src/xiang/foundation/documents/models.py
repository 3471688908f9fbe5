"""What is kept of files and documents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.documents.codes import new_code
from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.fields import SealedJSONField


class StoredFile(models.Model):
    """An encrypted file. The row is written after the bytes are safe; a file without a row is an orphan and swept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    stored_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="file_of_owner"),
            models.Index(fields=["digest"], name="file_by_digest"),
        ]


class Template(models.Model):
    """The text of a kind of document, as the profile last loaded it."""

    kind = models.CharField(primary_key=True, max_length=48)
    title = models.CharField(max_length=80)
    numbering = models.CharField(max_length=80)
    paragraphs = models.JSONField()
    basis = models.CharField(max_length=300, blank=True)
    remedy = models.TextField(blank=True)


class NumberSeries(models.Model):
    """The last serial of a kind of document, of one body, in one year."""

    body_key = models.CharField(max_length=96)
    kind = models.CharField(max_length=48)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body_key", "kind", "year"], name="number_series_once")]


class Document(models.Model):
    """A numbered document: pending until its sealed PDF exists, then for ever what it was.

    ``code`` is printed on it, for checking; ``signature`` is a :class:`~xiang.foundation.documents.marks.Mark`.
    """

    class State(models.TextChoices):
        PENDING = "pending", "正在生成"
        SEALED = "sealed", "已签章"
        FAILED = "failed", "没有生成"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=48)
    number = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=80)
    code = models.CharField(max_length=16, unique=True, default=new_code)
    case_id = models.UUIDField(db_index=True)
    event_id = models.UUIDField()
    unit = models.ForeignKey("parties.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey("parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    text = SealedJSONField(context="document.text")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    trouble = models.CharField(max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.JSONField(null=True)
    requested_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sealed") | Q(file__isnull=False, sealed_at__isnull=False),
                name="document_sealed_has_file",
            )
        ]
