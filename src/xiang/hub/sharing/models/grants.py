"""Grants, their agreements and plans, and the reachability of systems."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.hub.inventory.models import Resource, System
from xiang.hub.sharing.models.requests import Environment, Mode, ShareRequest


class Grant(models.Model):
    """Who may read which fields of a resource, for what, on which basis and until when (授权).

    ``requester`` is a body's key (``430104.police``), a line of work (``*.police``: its bodies of every level), or
    ``*`` for whichever body handles one of the items. What is not granted is denied.

    A grant that came of a request names it, and may be narrowed further: ``rows`` (conditions that hold together, each
    ``{field, operator, values}``), ``quota`` executions in all. Those hold at the gateway, so that forms, which read
    past it, do not read by such a grant.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    requester = models.CharField(max_length=80)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="grants")
    fields: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    purposes: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    title = models.CharField(max_length=120, blank=True)
    basis = models.CharField(max_length=300)
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    request = models.OneToOneField(ShareRequest, on_delete=models.PROTECT, null=True, related_name="grant")
    mode = models.CharField(max_length=8, choices=Mode.choices, blank=True, default="")
    rows: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    quota = models.PositiveIntegerField(null=True)
    environment = models.CharField(max_length=12, choices=Environment.choices, blank=True, default="")
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["resource", "requester", "key"]
        constraints = [
            models.CheckConstraint(condition=~Q(basis=""), name="sharing_grant_has_basis"),
            models.CheckConstraint(condition=~Q(requester=""), name="sharing_grant_has_requester"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="sharing_grant_period"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Agreement(models.Model):
    """The terms of a grant as an ODRL agreement, with the enforcement plan compiled from them (协议和执行计划).

    A version is never changed; a grant's newest one holds. ``plan`` is the JSON of :mod:`xiang.hub.policies.plans`, which
    the gateway reads; ``digest`` (SM3) names the content of both. Revoking a grant writes a version whose plan says so.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveIntegerField()
    document = models.TextField("JSON-LD")
    plan = models.TextField()
    digest = models.CharField(max_length=64)
    revoked = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "共享协议"
        constraints = [models.UniqueConstraint(fields=["grant", "version"], name="sharing_agreement_version")]
        indexes = [models.Index(fields=["-id"], name="sharing_agreement_latest")]


class SystemState(models.Model):
    """Whether a system can be reached, and since when it cannot (连通状态).

    ``switch`` unplugs a system for a demonstration; ``failures`` and ``retry_at`` are the circuit breaker.
    """

    class Switch(models.TextChoices):
        UP = "up", "连通"
        DOWN = "down", "断开"
        SLOW = "slow", "很慢"

    system = models.OneToOneField(System, primary_key=True, on_delete=models.CASCADE, related_name="reach")
    switch = models.CharField(max_length=4, choices=Switch.choices, default=Switch.UP)
    failures = models.PositiveIntegerField(default=0)
    down_since = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "连通状态"
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, switch__in=["up", "slow"]) | Q(down_since__isnull=False),
                name="sharing_outage_has_beginning",
            ),
        ]
