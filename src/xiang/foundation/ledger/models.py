"""Entries, the tree over them, signed checkpoints, and uses of data."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.blind import MAX_LENGTH
from xiang.foundation.trust.fields import SealedJSONField


class AppendOnly(models.QuerySet[Any]):
    """Rows that are written once: changing them through the ORM is a mistake of ours."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows are never changed")

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows are never deleted")


class Entry(models.Model):
    """Something that happened (账目): references and a commitment, never a personal value.

    It has no position until the sealer gives it a leaf of the tree.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor_ref = models.CharField(max_length=100)
    case_id = models.UUIDField(null=True)
    refs = models.JSONField(default=dict)
    commitment = models.CharField(max_length=64, blank=True)
    leaf_index = models.BigIntegerField(null=True, unique=True)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = "账目"
        verbose_name_plural = "账目"
        indexes = [
            models.Index(fields=["id"], name="ledger_unsealed", condition=Q(leaf_index=None)),
            models.Index(fields=["kind", "-id"], name="ledger_kind"),
            models.Index(fields=["actor_ref", "-id"], name="ledger_actor"),
            models.Index(fields=["case_id", "-id"], name="ledger_case", condition=Q(case_id__isnull=False)),
            models.Index(fields=["at"], name="ledger_at"),
        ]
        constraints = [models.CheckConstraint(condition=Q(leaf_index=None) | Q(leaf_index__gte=0), name="ledger_leaf")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("an entry is never changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("an entry is never deleted")


class Payload(models.Model):
    """What an entry commits to, with the salt that hides it; both go when it is erased (可删除内容)."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="payload")
    content = SealedJSONField(context="ledger.payload", null=True)
    erased_at = models.DateTimeField(null=True)
    erasure = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "账目内容"
        constraints = [
            models.CheckConstraint(
                condition=Q(content__isnull=False, erased_at=None, erasure=None)
                | Q(content=None, erased_at__isnull=False, erasure__isnull=False),
                name="ledger_payload_kept_or_erased",
            )
        ]


class DataUse(models.Model):
    """One body's use of one person's data (数据使用记录), served or refused. Kept for at least three years."""

    class Outcome(models.TextChoices):
        SERVED = "served", "已提供"
        REFUSED = "refused", "已拒绝"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="use")
    subject = models.CharField(max_length=MAX_LENGTH)
    body_key = models.CharField(max_length=64)
    resource_key = models.CharField(max_length=128)
    fields = models.JSONField(default=list)
    purpose = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    case_id = models.UUIDField(null=True)
    case_number = models.CharField(max_length=64, blank=True)
    actor_ref = models.CharField(max_length=100)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    salt = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = "数据使用记录"
        verbose_name_plural = "数据使用记录"
        indexes = [
            models.Index(fields=["subject", "-id"], name="use_of_subject"),
            models.Index(fields=["actor_ref", "-id"], name="use_by_actor"),
            models.Index(fields=["-id"], name="use_refused", condition=Q(outcome="refused")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(outcome="served") | ~Q(reason=""), name="use_refusal_has_reason"),
            models.CheckConstraint(condition=~Q(purpose=""), name="use_has_purpose"),
        ]


class Node(models.Model):
    """The digest of a complete subtree, at its in-order position: leaf *i* lies at ``2i``."""

    position = models.BigIntegerField(primary_key=True)
    digest = models.BinaryField(max_length=32)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = "账本节点"


class Fence(models.Model):
    """Who may seal (封存栅栏). A sealer whose epoch has passed changes nothing any more."""

    name = models.CharField(primary_key=True, max_length=16)
    owner = models.CharField(max_length=64, blank=True)
    epoch = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "封存栅栏"
        constraints = [models.CheckConstraint(condition=Q(size__gte=0), name="ledger_fence_size")]


class Checkpoint(models.Model):
    """The signed state of the log at a size (检查点)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    origin = models.CharField(max_length=200)
    key_id = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=16)
    signature = models.CharField(max_length=200)
    witness_name = models.CharField(max_length=100, blank=True)
    witness_key_id = models.CharField(max_length=64, blank=True)
    witness_algorithm = models.CharField(max_length=16, blank=True)
    witness_signature = models.CharField(max_length=200, blank=True)
    witnessed_at = models.DateTimeField(null=True)
    exported_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "检查点"
        verbose_name_plural = "检查点"
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="checkpoint_size")]
        indexes = [models.Index(fields=["size"], name="checkpoint_unexported", condition=Q(exported_at=None))]

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class WitnessMemory(models.Model):
    """The last state that the demonstration witness signed. A real witness keeps this in its own house."""

    name = models.CharField(primary_key=True, max_length=100)
    size = models.BigIntegerField(default=0)
    root = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "见证方记忆"


class Verification(models.Model):
    """A check of the whole log that an auditor asked for (核验), done by the worker, with how far it has come."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asked_by = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    done = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    running = models.BooleanField(default=True)
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "账本核验"
        constraints = [
            # One at a time: a second click finds the first.
            models.UniqueConstraint(fields=["running"], condition=Q(running=True), name="ledger_one_verification"),
            models.CheckConstraint(
                condition=Q(running=True, finished_at=None) | Q(running=False, finished_at__isnull=False),
                name="ledger_verification_ends",
            ),
        ]
