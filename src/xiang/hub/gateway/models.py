"""Applications and their keys, and the tables that the plane reads and writes.

``Publication``, ``Document``, ``Call``, ``Count`` and ``Flow`` are the plane's side: their shape is a contract with a
version, :data:`xiang.hub.gateway.plane.SCHEMA`. A change of columns raises it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class Application(models.Model):
    """A department's client (应用): a system of a body that asks the gateway. ``rate`` is calls a second, 0 the common."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    body_key = models.CharField(max_length=64, db_index=True)
    division = models.CharField(max_length=12, blank=True)
    environment = models.CharField(max_length=40, blank=True)
    rate = models.PositiveIntegerField(default=0)
    certificates: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    registered_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "应用"
        ordering = ["key"]
        constraints = [models.CheckConstraint(condition=~Q(body_key=""), name="gateway_application_has_body")]

    def __str__(self) -> str:
        return self.title


class ApplicationKey(models.Model):
    """One key of an application (应用密钥). Its secret is kept nowhere: it is derived from ``root`` and the id, and shown
    once."""

    id = models.CharField(primary_key=True, max_length=32)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="keys")
    root = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    ends_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "应用密钥"
        ordering = ["-made_at"]


class Publication(models.Model):
    """How far publication has come: one row (发布版本)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    schema = models.PositiveSmallIntegerField()
    version = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "发布版本"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="gateway_one_publication")]


class Document(models.Model):
    """One thing that the plane serves by (发布内容), at the version at which it last changed."""

    id = models.CharField(primary_key=True, max_length=200)
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=160)
    version = models.BigIntegerField(db_index=True)
    content = models.TextField()
    gone = models.BooleanField(default=False)

    class Meta:
        verbose_name = "发布内容"


class Call(models.Model):
    """The record of one use (使用记录), written by the plane before it answers; taken into the ledger by the worker.

    ``facts`` are canonical bytes without personal values, ``commitment`` is their salted digest. ``once`` is unique: key,
    nonce and place in the call.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()
    once = models.CharField(max_length=160, null=True)  # noqa: DJ001 - unique, so nothing must not be one thing
    facts = models.TextField()
    salt = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "使用记录"
        indexes = [models.Index(fields=["at"], name="gateway_call_untaken", condition=Q(taken_at=None))]
        # Not ``unique=True``: PostgreSQL would then keep a second index for patterns, on the busiest table.
        constraints = [models.UniqueConstraint(fields=["once"], name="gateway_call_once")]


class Count(models.Model):
    """How often a rule was used (授权用量): of a quota in all, of a rate in one window (``<rule>|<begin>+<seconds>``)."""

    key = models.CharField(primary_key=True, max_length=300)
    used = models.BigIntegerField()

    class Meta:
        verbose_name = "授权用量"


class Flow(models.Model):
    """Figures of one minute (运行指标): calls with one outcome, microseconds in all and at most, and their spread over the
    classes of ``plane.flow.BOUNDS`` (JSON)."""

    process = models.CharField(max_length=64)
    minute = models.DateTimeField(db_index=True)
    application = models.CharField(max_length=64, blank=True)
    resource = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=32)
    calls = models.BigIntegerField()
    micros = models.BigIntegerField()
    slowest = models.BigIntegerField()
    spread = models.TextField()

    class Meta:
        verbose_name = "运行指标"
        constraints = [
            models.UniqueConstraint(
                fields=["process", "minute", "application", "resource", "code"], name="gateway_flow_once"
            )
        ]
