"""What is kept of credentials and of every time one was shown."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xiang.foundation.documents.codes import new_code
from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.blind import MAX_LENGTH
from xiang.foundation.trust.fields import SealedJSONField


class CredentialType(models.Model):
    """A kind of credential (证照类型), as the profile last loaded it. ``content`` holds fields, face and basis."""

    key = models.CharField(primary_key=True, max_length=64)
    code = models.CharField(max_length=21)
    title = models.CharField(max_length=100)
    content = models.JSONField()
    retired = models.BooleanField(default=False)

    @property
    def short(self) -> str:
        return str(self.content.get("short") or self.title)

    @property
    def icon(self) -> str:
        return str(self.content.get("icon", "certificate"))

    @property
    def fields(self) -> list[dict[str, Any]]:
        """What stands on the face, in order."""
        found: list[dict[str, Any]] = self.content["fields"]
        return found


class State(models.TextChoices):
    """How a credential stands. The ends are distinct in law and never a deletion."""

    VALID = "valid", "有效"
    SUPERSEDED = "superseded", "已换发"
    REVOKED = "revoked", "已撤销"
    CANCELLED = "cancelled", "已注销"
    INVALIDATED = "invalidated", "已宣布无效"


class Credential(models.Model):
    """One credential. A correction, exchange or reissue is a new row whose ``previous`` is the old one, with the next
    version in its identifier. ``serial`` is the issuer's own.

    ``values`` are what the face says; ``source_ref`` is the blind index of the record that an older credential was
    taken over from (one credential a record); ``signature`` is a :class:`~xiang.foundation.documents.marks.Mark`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    identifier = models.CharField(max_length=120, unique=True)
    type = models.ForeignKey(CredentialType, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="credentials")
    keeper = models.ForeignKey("parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField(default=1)
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")
    case_id = models.UUIDField(null=True, db_index=True)
    values = SealedJSONField(context="credential.values")
    state = models.CharField(max_length=12, choices=State.choices, default=State.VALID)
    ended_reason = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=16, unique=True, default=new_code)
    source_ref = models.CharField(max_length=MAX_LENGTH, blank=True)
    checked = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    file = models.ForeignKey("documents.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.JSONField(null=True)
    sealed_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["holder", "type", "state"], name="credential_of_holder"),
            models.Index(fields=["keeper", "state"], name="credential_of_keeper"),
            models.Index(fields=["issued_at"], name="credential_issued"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["type", "issuer", "serial", "version"], name="credential_serial_version"),
            # However often a case's result is settled, it has one of a kind; corrections name their previous.
            models.UniqueConstraint(
                fields=["case_id", "type"],
                condition=Q(previous=None, case_id__isnull=False),
                name="credential_once_a_case",
            ),
            models.UniqueConstraint(
                fields=["source_ref"], condition=Q(previous=None) & ~Q(source_ref=""), name="credential_once_a_record"
            ),
            models.CheckConstraint(
                condition=Q(state="valid", ended_at=None) | (~Q(state="valid") & Q(ended_at__isnull=False)),
                name="credential_end_has_time",
            ),
        ]


class Showing(models.Model):
    """One act of showing a credential: the fields that the holder chose, for a purpose, until an hour (亮证).

    ``code`` stands in the QR code; ``number`` is for reading out, and unique only among those shown at the moment.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="showings")
    code = models.CharField(max_length=16, unique=True, default=new_code)
    number = models.CharField(max_length=8)
    fields = models.JSONField()
    purpose = models.CharField(max_length=100)
    by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    until = models.DateTimeField()
    checked = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["number", "until"], name="showing_by_number"),
            models.Index(fields=["credential", "-id"], name="showing_of_credential"),
        ]
