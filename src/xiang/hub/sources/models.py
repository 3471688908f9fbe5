"""Connections that the hub's operators keep for the bodies."""

from __future__ import annotations

from django.db import models

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.fields import SealedTextField
from xiang.hub.sources.places import PORTS, TLS, Place


class Connection(models.Model):
    """The way into a body's database (数据库连接), under the name ``kept:<body>__<name>``.

    ``address`` is the whole address with its credentials, sealed; nobody is shown it again. ``checked_code`` is ``ok`` or
    a reason of ``found.REASONS``; empty until the first check.
    """

    class Engine(models.TextChoices):
        POSTGRESQL = "postgresql", "PostgreSQL"
        MARIADB = "mariadb", "MariaDB / MySQL"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    body_key = models.CharField(max_length=64)
    name = models.CharField(max_length=40)
    engine = models.CharField(max_length=12, choices=Engine.choices)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    database = models.CharField(max_length=63)
    user = models.CharField(max_length=63)
    tls = models.CharField(max_length=12, blank=True, choices=list(TLS.items()))
    address = SealedTextField(context="sources.connection")
    purpose = models.CharField(max_length=200)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    secret_at = models.DateTimeField("口令设于")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_code = models.CharField(max_length=40, blank=True)
    checked_tables = models.PositiveIntegerField(default=0)
    checked_milliseconds = models.PositiveIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "数据库连接"
        ordering = ["body_key", "name"]
        constraints = [
            models.UniqueConstraint(fields=["body_key", "name"], name="sources_connection_once"),
            models.CheckConstraint(condition=models.Q(engine__in=list(PORTS)), name="sources_connection_engine"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The name that systems are registered with."""
        return f"kept:{self.body_key}__{self.name}"

    @property
    def place(self) -> Place:
        return Place(self.engine, self.host, self.port, self.database, self.user, self.tls)
